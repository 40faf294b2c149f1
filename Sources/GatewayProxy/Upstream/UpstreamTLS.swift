// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import NIOCore
import NIOSSL
import NIOTLS

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// TLS with providers. The contexts are made once, never per request.
struct UpstreamTLS: Sendable {
    /// For origins with a host name, which the library compares with the certificate.
    private let named: NIOSSLContext
    /// For origins that are addresses. The library would compare the address of the socket's other end, which through a
    /// proxy is the proxy's; so it compares nothing, and `HandshakeWaiter` compares the origin's.
    private let numbered: NIOSSLContext

    /// `certificateAuthorities` is a PEM file that replaces the system's. Throws when it cannot be read.
    init(certificateAuthorities: String?) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let certificateAuthorities { configuration.trustRoots = .file(certificateAuthorities) }
        named = try NIOSSLContext(configuration: configuration)
        configuration.certificateVerification = .noHostnameVerification
        numbered = try NIOSSLContext(configuration: configuration)
    }

    /// The handlers that speak TLS with `origin`, and tell `ready` when it has shown that it is `origin`.
    func handlers(for origin: Origin, ready: EventLoopPromise<Void>) throws -> [any ChannelHandler] {
        let address = IPAddress(origin.host)
        let tls =
            if address == nil {
                try NIOSSLClientHandler(context: named, serverHostname: origin.host)
            } else {
                try NIOSSLClientHandler(context: numbered, serverHostname: nil)
            }
        return [tls, HandshakeWaiter(tls, address, ready)]
    }
}

/// Tells when the TLS handshake is over, and whether the certificate is the origin's where the library has not compared.
private final class HandshakeWaiter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let tls: NIOSSLClientHandler
    /// The origin, if it is an address.
    private let address: IPAddress?
    private let ready: EventLoopPromise<Void>

    init(_ tls: NIOSSLClientHandler, _ address: IPAddress?, _ ready: EventLoopPromise<Void>) {
        self.tls = tls
        self.address = address
        self.ready = ready
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        guard case .some(.handshakeCompleted) = event as? TLSUserEvent else { return }
        if isOrigin {
            ready.succeed(())
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } else {
            ready.fail(NotTheOrigin())
            context.close(promise: nil)
        }
    }

    private var isOrigin: Bool {
        guard let address else { return true }
        return tls.peerCertificate?.isFor(address) ?? false
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        ready.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}

/// The certificate is another's.
struct NotTheOrigin: Error, CustomStringConvertible {
    var description: String { "the certificate does not name the provider's address" }
}

/// An IPv4 or IPv6 address.
private struct IPAddress {
    /// In network order, as certificates hold it.
    let bytes: [UInt8]

    /// Nil when `text` is not an address but a name.
    init?(_ text: String) {
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &bytes) == 1 {
                self.bytes = bytes
                return
            }
        }
        return nil
    }
}

extension NIOSSLCertificate {
    /// Whether this is the certificate of an address (RFC 5280 §4.2.1.6). A name that spells the address does not count.
    fileprivate func isFor(_ address: IPAddress) -> Bool {
        _subjectAlternativeNames().contains { $0.nameType == .ipAddress && $0.contents.elementsEqual(address.bytes) }
    }
}
