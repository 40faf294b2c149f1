// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import NIOTLS

/// Accepts connections for one lane. Every lane has a socket of its own on the same address, so that the kernel spreads
/// connections over lanes.
struct Listener {
    private let lane: Lane

    init(_ lane: Lane) {
        self.lane = lane
    }

    /// Accepts plain-text connections on `socket`.
    func accept(on socket: ListeningSocket) -> EventLoopFuture<any Channel> {
        let lane = lane
        let bootstrap = bootstrap { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(HTTP1Connection(lane: lane))
            }
        }
        return socket.accept(with: bootstrap)
    }

    /// Accepts TLS connections on `socket`; `tls` gives the identity for each new connection, without which it fails.
    func accept(on socket: ListeningSocket, tls: @escaping @Sendable () -> ServerTLS?) -> EventLoopFuture<any Channel> {
        let lane = lane
        let bootstrap = bootstrap { channel in
            channel.eventLoop.makeCompletedFuture {
                guard let identity = tls() else { throw ChannelError.operationUnsupported }
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(NIOSSLServerHandler(context: identity.context))
                try pipeline.addHandler(HandshakeDeadline(seconds: 10))
                try pipeline.addHandler(
                    ApplicationProtocolNegotiationHandler { result, channel in
                        Self.negotiated(result, channel, lane)
                    })
            }
        }
        return socket.accept(with: bootstrap)
    }

    private func bootstrap(
        _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> ServerBootstrap {
        ServerBootstrap(group: lane.loop)
            .serverChannelOption(.maxMessagesPerRead, value: 16)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            // Grows to what the client sends, so that most requests come in one read and are never copied together.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 256 << 10)
            )
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 << 10, high: 32 << 10))
            .childChannelInitializer(initializer)
    }

    private static func negotiated(
        _ result: ALPNResult, _ channel: any Channel, _ lane: Lane
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            guard case .negotiated("h2") = result else {
                try pipeline.addHandler(HTTP1Connection(lane: lane))
                return
            }
            let heads = HTTP2HeadWatch(clock: lane.clock)
            let connection = HTTP2Connection(lane: lane, heads: heads)
            try pipeline.addHandler(heads)
            _ = try pipeline.configureHTTP2Pipeline(
                mode: .server, connectionConfiguration: HTTP2Bounds.connection(lane.limits),
                streamConfiguration: HTTP2Bounds.stream
            ) { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(HTTP2Stream(lane: lane, connection: connection))
                }
            }
            try pipeline.addHandler(connection)
        }
    }
}
