// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// Makes connections to providers: name look-up, TCP, a tunnel through a proxy where one is set, TLS. Shared by all
/// lanes; the TLS context is made once, never per request.
package struct UpstreamConnector: Sendable {
    private let tls: NIOSSLContext
    private let proxy: ForwardProxy?

    /// `certificateAuthorities` is a PEM file that replaces the system's; `proxy` is used for HTTPS origins.
    package init(certificateAuthorities: String?, proxy: ForwardProxy?) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let certificateAuthorities { configuration.trustRoots = .file(certificateAuthorities) }
        tls = try NIOSSLContext(configuration: configuration)
        self.proxy = proxy
    }

    /// Time beyond the call's own deadline: that one decides what the caller is told, this one only tidies up.
    private static let grace = 250

    /// Connects `connection` to `origin`. Succeeds when requests can be sent, the handshake included; fails when that takes
    /// longer than `milliseconds` and a little, whichever of name look-up, TCP, tunnel and TLS it is that takes so long.
    func connect(
        _ connection: UpstreamConnection, to origin: Origin, on loop: any EventLoop, milliseconds: Int
    ) -> EventLoopFuture<Void> {
        let tunnel = origin.isTLS ? proxy.flatMap { $0.covers(origin.host) ? $0 : nil } : nil
        let ready = loop.makePromise(of: Void.self)
        let limit = TimeAmount.milliseconds(Int64(milliseconds + Self.grace))
        let timer = loop.scheduleTask(in: limit) { ready.fail(ChannelError.connectTimeout(limit)) }
        ready.futureResult.whenComplete { _ in timer.cancel() }
        let tls = tls
        ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let secure = { @Sendable () throws -> [any ChannelHandler] in
                        guard origin.isTLS else { return [] }
                        return [
                            try NIOSSLClientHandler(context: tls, serverHostname: Self.name(origin.host)),
                            HandshakeWaiter(ready),
                        ]
                    }
                    if let tunnel {
                        try pipeline.addHandler(TunnelHandler(origin, tunnel, ready: ready, then: secure))
                    } else {
                        for handler in try secure() { try pipeline.addHandler(handler) }
                    }
                    try pipeline.addHandler(connection)
                }
            }
            .connect(host: tunnel?.host ?? origin.host, port: tunnel?.port ?? origin.port)
            .whenComplete { result in
                switch result {
                case .success: if !origin.isTLS { ready.succeed(()) }
                case .failure(let error): ready.fail(error)
                }
            }
        return ready.futureResult
    }

    /// The name to check the certificate against; an address has none, and is checked as an address.
    private static func name(_ host: String) -> String? {
        (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    }
}

/// Tells when the TLS handshake is over.
private final class HandshakeWaiter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let ready: EventLoopPromise<Void>

    init(_ ready: EventLoopPromise<Void>) { self.ready = ready }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        if case .some(.handshakeCompleted) = event as? TLSUserEvent {
            ready.succeed(())
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
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
