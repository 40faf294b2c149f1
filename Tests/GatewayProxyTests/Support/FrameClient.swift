// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/2 client that sends the frames a test wants, right or wrong, and keeps what comes back on each stream.
final class FrameClient: Sendable {
    struct Reply: Sendable {
        var status: String?
        var fields: [String: String] = [:]
        var body = ""
        /// Ended as a whole answer; ended by a reset or with the connection.
        var isEnded = false
        var isReset = false
    }

    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    private let replies = Replies()
    private let next = Atomic<Int>(1)

    init(port: Int, authority: String) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority)
        configuration.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: configuration)
        let replies = replies
        channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
                    // Without validation: what is wrong is the test's own.
                    try pipeline.addHandler(
                        NIOHTTP2Handler(
                            mode: .client, initialSettings: [], headerBlockValidation: .disabled,
                            contentLengthValidation: .disabled))
                    try pipeline.addHandler(FrameHandler(replies))
                }
            }.connect(host: "127.0.0.1", port: port).get()
    }

    private func send(_ streamID: Int, _ payload: HTTP2Frame.FramePayload) async throws {
        try await channel.writeAndFlush(HTTP2Frame(streamID: HTTP2StreamID(streamID), payload: payload))
    }

    /// How much the server may send on each stream opened from now on.
    func setInitialWindow(_ size: Int) {
        channel.writeAndFlush(
            HTTP2Frame(
                streamID: .rootStream,
                payload: .settings(.settings([HTTP2Setting(parameter: .initialWindowSize, value: size)]))),
            promise: nil)
    }

    func open(_ headers: [(String, String)], ends: Bool = false) async throws -> Int {
        let streamID = next.add(2, ordering: .sequentiallyConsistent).oldValue
        try await send(streamID, .headers(.init(headers: HPACKHeaders(headers), endStream: ends)))
        return streamID
    }

    func send(_ bytes: [UInt8], on streamID: Int, ends: Bool = false) async throws {
        try await send(streamID, .data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: ends)))
    }

    func reset(_ streamID: Int) async throws { try await send(streamID, .rstStream(.cancel)) }

    /// What came on a stream once it is over, or after eight seconds.
    func reply(on streamID: Int) async -> Reply {
        for _ in 0..<800 {
            let reply = replies.state.withLock { $0[streamID] ?? Reply() }
            if reply.isEnded || reply.isReset || !channel.isActive { return reply }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return replies.state.withLock { $0[streamID] ?? Reply() }
    }

    func close() async {
        try? await channel.close()
        try? await group.shutdownGracefully()
    }
}

private final class Replies: Sendable {
    let state = Mutex<[Int: FrameClient.Reply]>([:])
}

private final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let replies: Replies

    init(_ replies: Replies) { self.replies = replies }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        let streamID = Int(frame.streamID)
        replies.state.withLock { replies in
            var reply = replies[streamID] ?? FrameClient.Reply()
            switch frame.payload {
            case .headers(let headers):
                for (name, value, _) in headers.headers { reply.fields[name] = value }
                reply.status = reply.fields[":status"]
                if headers.endStream { reply.isEnded = true }
            case .data(let data):
                if case .byteBuffer(let bytes) = data.data { reply.body += String(buffer: bytes) }
                if data.endStream { reply.isEnded = true }
            case .rstStream: reply.isReset = true
            default: return
            }
            replies[streamID] = reply
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        replies.state.withLock { replies in
            for key in replies.keys where replies[key]?.isEnded == false { replies[key]?.isReset = true }
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}
