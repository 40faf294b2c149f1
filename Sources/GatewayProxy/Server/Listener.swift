// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import NIOTLS

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Listens for one lane. Every lane has a socket of its own on the same address (`SO_REUSEPORT`), so that the kernel
/// spreads connections over lanes, and over the old and the new process during an upgrade.
struct Listener {
    private let lane: Lane

    init(_ lane: Lane) {
        self.lane = lane
    }

    /// Binds the plain-text address.
    func bind(_ address: ListenAddress) -> EventLoopFuture<any Channel> {
        let lane = lane
        return bootstrap { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(HTTP1Connection(lane: lane))
            }
        }.bind(host: address.host, port: address.port)
    }

    /// Binds the TLS address; `tls` gives the identity for each new connection.
    func bind(_ address: ListenAddress, tls: @escaping @Sendable () -> ServerTLS) -> EventLoopFuture<any Channel> {
        let lane = lane
        return bootstrap { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(NIOSSLServerHandler(context: tls().context))
                try pipeline.addHandler(HandshakeDeadline(seconds: 10))
                try pipeline.addHandler(
                    ApplicationProtocolNegotiationHandler { result, channel in
                        Self.negotiated(result, channel, lane)
                    })
            }
        }.bind(host: address.host, port: address.port)
    }

    private func bootstrap(
        _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> ServerBootstrap {
        ServerBootstrap(group: lane.loop)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            .serverChannelOption(.maxMessagesPerRead, value: 16)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            // Grows to what the client sends, so that most requests come in one read and are never copied together.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 256 << 10)
            )
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 32 << 10, high: 64 << 10))
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
            let connection = HTTP2Connection(lane: lane)
            _ = try pipeline.configureHTTP2Pipeline(
                mode: .server, connectionConfiguration: connectionConfiguration(lane),
                streamConfiguration: streamConfiguration
            ) { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(HTTP2Stream(lane: lane, connection: connection))
                }
            }
            try pipeline.addHandler(connection)
        }
    }

    private static func connectionConfiguration(_ lane: Lane) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: HTTP2Connection.streamLimit),
            HTTP2Setting(parameter: .maxHeaderListSize, value: lane.limits.header),
        ]
        configuration.targetWindowSize = 1 << 20
        return configuration
    }

    private static var streamConfiguration: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = 1 << 18
        return configuration
    }
}

/// Closes a connection whose TLS handshake is not over in time.
private final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let seconds: Int64
    private var timer: Scheduled<Void>?

    init(seconds: Int64) { self.seconds = seconds }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: .seconds(seconds)) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Passed on first: a handler that has removed itself reaches nobody any more.
        context.fireUserInboundEventTriggered(event)
        if case .some(.handshakeCompleted) = event as? TLSUserEvent {
            timer?.cancel()
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }
}
