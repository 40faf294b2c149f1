// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import NIOCore

/// A proxy between the gateway and the providers, as `HTTPS_PROXY` and `NO_PROXY` name it.
package struct ForwardProxy: Sendable {
    package let host: String
    package let port: Int
    /// Host names that are reached directly, each with all names below it; `*` is every name.
    private let exceptions: [String]

    /// Reads `HTTPS_PROXY` (`http://host:port`) and `NO_PROXY`, in either case. Nil when there is no proxy; throws a
    /// message when the value is not one that can be used.
    package init?(environment: [String: String]) throws(ForwardProxyError) {
        guard let value = environment["HTTPS_PROXY"] ?? environment["https_proxy"], !value.isEmpty else { return nil }
        let rest = value.hasPrefix("http://") ? value.dropFirst(7) : value[...]
        let authority = rest.prefix { $0 != "/" }
        guard !value.hasPrefix("https://"), !authority.contains("@"), let colon = authority.lastIndex(of: ":"),
            let port = Int(authority[authority.index(after: colon)...]), (1...65535).contains(port),
            colon > authority.startIndex
        else { throw ForwardProxyError() }
        host = authority[..<colon].trimming("[", "]")
        self.port = port
        let list = environment["NO_PROXY"] ?? environment["no_proxy"] ?? ""
        exceptions = list.split(separator: ",").map { $0.filter { $0 != " " }.lowercased() }
    }

    /// Whether calls to `host` go through the proxy. Loopback never does.
    func covers(_ host: String) -> Bool {
        let host = host.lowercased()
        if ListenAddress(host: host, port: 0).isLoopback { return false }
        return !exceptions.contains { exception in
            let name = exception.hasPrefix(".") ? String(exception.dropFirst()) : exception
            return name == "*" || host == name || host.hasSuffix("." + name)
        }
    }
}

/// The proxy setting cannot be used.
package struct ForwardProxyError: Error, CustomStringConvertible {
    package var description: String {
        "HTTPS_PROXY is not of the form http://host:port; credentials in it and proxies spoken to over TLS are not supported"
    }
}

extension Substring {
    fileprivate func trimming(_ first: Character, _ last: Character) -> String {
        guard self.first == first, self.last == last else { return String(self) }
        return String(dropFirst().dropLast())
    }
}

/// Asks a proxy for a tunnel (`CONNECT`, RFC 9110 §9.3.6), then makes way for TLS.
final class TunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let origin: Origin
    private let ready: EventLoopPromise<Void>
    private let secure: @Sendable () throws -> [any ChannelHandler]
    private var input = ByteBuffer()
    private var finder = HeadFinder()

    init(
        _ origin: Origin, _ proxy: ForwardProxy, ready: EventLoopPromise<Void>,
        then secure: @escaping @Sendable () throws -> [any ChannelHandler]
    ) {
        self.origin = origin
        self.ready = ready
        self.secure = secure
    }

    func channelActive(context: ChannelHandlerContext) {
        let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
        let authority = "\(host):\(origin.port)"
        let request = "CONNECT \(authority) HTTP/1.1\r\nhost: \(authority)\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        input.writeImmutableBuffer(unwrapInboundIn(data))
        do {
            let arrived = input
            guard let end = try finder.end(in: arrived.readableBytesUInt8Span) else {
                if input.readableBytes > 16 << 10 { throw TunnelRefused(status: 0) }
                return
            }
            guard let bytes = input.readSlice(length: end) else { return }
            let limits = HeadLimits(bytes: 16 << 10, fields: 100)
            let head = try AnswerHead(parsing: bytes.readableBytesUInt8Span, limits: limits)
            // A tunnel carries nothing before we have spoken: bytes behind the answer were not sent by the origin.
            guard head.status / 100 == 2, input.readableBytes == 0 else { throw TunnelRefused(status: head.status) }
            try open(context)
        } catch {
            ready.fail(error)
            context.close(promise: nil)
        }
    }

    private func open(_ context: ChannelHandlerContext) throws {
        let pipeline = context.pipeline.syncOperations
        for handler in try secure().reversed() {
            try pipeline.addHandler(handler, position: .after(self))
        }
        pipeline.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        ready.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}

/// The proxy does not give a tunnel.
struct TunnelRefused: Error, CustomStringConvertible {
    var status: Int
    var description: String { "the proxy refused the tunnel with status \(status)" }
}
