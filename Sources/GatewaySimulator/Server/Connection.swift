// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The client went away while something was still to be sent.
struct ClientGone: Error {}

/// The connection a request came on, as far as misbehaviour needs it.
struct Connection: InitializableFromSource, Sendable {
    /// Milliseconds between two looks at whether the client is still there.
    private static let glance = 20

    private let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }

    var isOpen: Bool { channel.isActive }

    /// Waits; throws `ClientGone` as soon as the client hangs up.
    func pause(milliseconds: Int) async throws {
        var left = milliseconds
        while left > 0 {
            guard isOpen else { throw ClientGone() }
            let step = min(left, Self.glance)
            try await Task.sleep(for: .milliseconds(step))
            left -= step
        }
        guard isOpen else { throw ClientGone() }
    }

    /// Waits until the client hangs up.
    func waitUntilGone() async throws {
        while true { try await pause(milliseconds: 3_600_000) }
    }

    /// Closes so that the client's kernel reports a reset, not an end.
    func reset() async {
        if let options = channel as? any SocketOptionProvider {
            try? await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try? await channel.close()
    }

    /// Sends the beginning of a response head and closes.
    func cutHead() async {
        let channel = channel
        try? await channel.eventLoop.submit {
            let writer = RawWriter()
            try channel.pipeline.syncOperations.addHandler(writer, position: .first)
            writer.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-type: text/ev"))
        }.get()
        try? await channel.close()
    }
}

/// Stands nearest to the socket, so that what it writes passes no HTTP encoder.
private final class RawWriter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }
}

/// Closes the connection when the client ends its side: a client that hangs up is gone, also while nothing is written.
final class HangUpWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
