// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import NIOCore
import NIOPosix

/// Makes connections to providers: name look-up, TCP, a tunnel through a proxy where one is set, TLS. Shared by all lanes.
package struct UpstreamConnector: Sendable {
    private let tls: UpstreamTLS
    private let proxy: ForwardProxy?

    /// `certificateAuthorities` is a PEM file that replaces the system's; `proxy` is used for HTTPS origins.
    package init(certificateAuthorities: String?, proxy: ForwardProxy?) throws {
        tls = try UpstreamTLS(certificateAuthorities: certificateAuthorities)
        self.proxy = proxy
    }

    /// Time beyond the call's own deadline: that one decides what the caller is told, this one only tidies up.
    private static let grace = 250

    /// Connects `connection` to `origin`. Succeeds when requests can be sent, the handshake included; fails when that takes
    /// longer than `milliseconds` and a little, whichever of name look-up, TCP, tunnel and TLS it is that takes so long.
    func connect(
        _ connection: UpstreamConnection, to origin: Origin, on loop: any EventLoop, milliseconds: Int
    ) -> EventLoopFuture<Void> {
        let way = origin.isTLS ? proxy.flatMap { $0.covers(origin.host) ? $0 : nil } : nil
        let ready = loop.makePromise(of: Void.self)
        let limit = TimeAmount.milliseconds(Int64(milliseconds + Self.grace))
        let timer = loop.scheduleTask(in: limit) { ready.fail(ChannelError.connectTimeout(limit)) }
        ready.futureResult.whenComplete { _ in timer.cancel() }
        bootstrap(on: loop, limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandlers(handlers(to: origin, isTunnelled: way != nil, ready: ready))
                    try pipeline.addHandler(connection)
                }
            }
            .connect(host: way?.host ?? origin.host, port: way?.port ?? origin.port)
            .whenComplete { result in
                switch result {
                case .success: if !origin.isTLS { ready.succeed(()) }
                case .failure(let error): ready.fail(error)
                }
            }
        return ready.futureResult
    }

    private func bootstrap(on loop: any EventLoop, _ limit: TimeAmount) -> ClientBootstrap {
        ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            // One read is what a slow client's stream holds here, in a buffer of this size at most.
            .channelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2048, maximum: 32 << 10))
    }

    /// What stands between the socket and the connection.
    private func handlers(
        to origin: Origin, isTunnelled: Bool, ready: EventLoopPromise<Void>
    ) throws -> [any ChannelHandler] {
        guard origin.isTLS else { return [] }
        guard isTunnelled else { return try tls.handlers(for: origin, ready: ready) }
        return [TunnelHandler(origin, ready: ready) { try tls.handlers(for: origin, ready: ready) }]
    }
}
