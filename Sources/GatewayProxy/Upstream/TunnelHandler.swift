// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import NIOCore

/// Asks a proxy for a tunnel (`CONNECT`, RFC 9110 §9.3.6), then makes way for TLS.
final class TunnelHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let origin: Origin
    private let ready: EventLoopPromise<Void>
    private let secure: @Sendable () throws -> [any ChannelHandler]
    private var input = HTTP1Input()

    private static let limits = HeadLimits(bytes: 16 << 10, fields: 100)

    init(
        _ origin: Origin, ready: EventLoopPromise<Void>,
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
        input.append(unwrapInboundIn(data))
        do {
            guard let bytes = try input.takeHead(limit: Self.limits.bytes) else { return }
            let head = try AnswerHead(parsing: bytes.readableBytesUInt8Span, limits: Self.limits)
            // A tunnel carries nothing before we have spoken: bytes behind the answer were not sent by the origin.
            guard head.status / 100 == 2, input.count == 0 else { throw TunnelRefused(status: head.status) }
            try open(context)
        } catch {
            ready.fail(error)
            context.close(promise: nil)
        }
    }

    private func open(_ context: ChannelHandlerContext) throws {
        let pipeline = context.pipeline.syncOperations
        try pipeline.addHandlers(secure(), position: .after(self))
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
