// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import NIOCore
import NIOSSL

/// One lane's connections to one origin: idle ones are used again, the last used first; when all are in use and there
/// may be no more, calls wait in order.
final class UpstreamPool {
    /// Idle connections are closed after this long; most servers close theirs later.
    private static let idleLimit: UInt64 = 60_000_000_000
    /// An unwanted rest of an answer is waited for this long.
    private static let discardLimit: UInt64 = 1_000_000_000

    unowned let pools: UpstreamPools
    private let origin: Origin
    private var connections: [UpstreamConnection] = []
    private var idle: [UpstreamConnection] = []
    private var waiting: [UpstreamCall] = []
    private var pendingConnects = 0

    init(_ origin: Origin, _ pools: UpstreamPools) {
        self.origin = origin
        self.pools = pools
    }

    var connectionCount: Int { connections.count }

    func connect(_ call: UpstreamCall, isFresh: Bool) {
        if !isFresh {
            while let connection = idle.popLast() {
                if connection.isStale(now: pools.clock.now) {
                    connection.abandon()
                } else {
                    call.connected(connection)
                    return
                }
            }
        }
        if connections.count + pendingConnects < call.request.to.provider.maxConnections {
            call.isQueued = false
            open(for: call)
        } else {
            call.isQueued = true
            waiting.append(call)
        }
    }

    private func open(for call: UpstreamCall) {
        pendingConnects += 1
        let connection = UpstreamConnection(pool: self)
        let milliseconds = call.request.to.provider.deadlines.connect
        pools.connector.connect(connection, to: origin, on: pools.loop, milliseconds: milliseconds)
            .assumeIsolated().whenComplete { result in
                self.pools.executor.enter {
                    self.pendingConnects -= 1
                    switch result {
                    case .success where connection.ready():
                        self.connections.append(connection)
                        call.connected(connection)
                    case .success:
                        self.couldNotConnect(connection, call, "the connection broke as soon as it was made")
                    case .failure(let error):
                        self.couldNotConnect(connection, call, "\(error)")
                    }
                }
            }
    }

    private func couldNotConnect(_ connection: UpstreamConnection, _ call: UpstreamCall, _ detail: String) {
        call.couldNotConnect(CallFailure(.unreachable, detail, isUnprocessed: true))
        // A handshake that stalled has a socket that is still open.
        connection.abandon()
    }

    /// A connection is free: the call that waits longest gets it.
    func returned(_ connection: UpstreamConnection) {
        if waiting.isEmpty {
            idle.append(connection)
        } else {
            waiting.removeFirst().connected(connection)
        }
    }

    /// A connection is closed: there is room for another.
    func removed(_ connection: UpstreamConnection) {
        idle.removeAll { $0 === connection }
        connections.removeAll { $0 === connection }
        serveWaiting()
    }

    private func serveWaiting() {
        guard !waiting.isEmpty else { return }
        connect(waiting.removeFirst(), isFresh: false)
    }

    /// A call that no longer waits.
    func forget(_ call: UpstreamCall) {
        if !waiting.isEmpty { waiting.removeAll { $0 === call } }
    }

    func check(now: UInt64) {
        for connection in connections {
            let rested = now &- connection.restingSince
            if connection.isIdle ? rested > Self.idleLimit : connection.isDiscarding && rested > Self.discardLimit {
                connection.abandon()
            }
        }
    }

    func close() {
        for connection in connections { connection.abandon() }
    }
}

/// One lane's connections to all providers.
///
/// `@unchecked Sendable`: confined to its lane's event loop.
final class UpstreamPools: Upstream, @unchecked Sendable {
    let loop: any EventLoop
    let executor: LaneExecutor
    let clock: any LaneClock
    let connector: UpstreamConnector
    private var pools: [Origin: UpstreamPool] = [:]
    private var calls = WatchList<UpstreamCall>()

    init(loop: any EventLoop, clock: any LaneClock, connector: UpstreamConnector) {
        self.loop = loop
        executor = LaneExecutor(loop)
        self.clock = clock
        self.connector = connector
    }

    /// Calls under way.
    var callCount: Int { calls.elements.count }
    /// Connections, idle ones included.
    var connectionCount: Int { pools.values.reduce(0) { $0 + $1.connectionCount } }

    func start(_ request: ProviderRequest) -> any ProviderCall {
        let call = UpstreamCall(request, self)
        calls.insert(call)
        connect(call, isFresh: false)
        return call
    }

    func connect(_ call: UpstreamCall, isFresh: Bool) {
        pool(call.request.to.provider.origin).connect(call, isFresh: isFresh)
    }

    func finished(_ call: UpstreamCall) {
        calls.remove(call)
        pools[call.request.to.provider.origin]?.forget(call)
    }

    func check(now: UInt64) {
        for index in stride(from: calls.elements.count - 1, through: 0, by: -1) where index < calls.elements.count {
            calls.elements[index].check(now: now)
        }
        for pool in pools.values { pool.check(now: now) }
    }

    func close() {
        for pool in pools.values { pool.close() }
    }

    private func pool(_ origin: Origin) -> UpstreamPool {
        if let pool = pools[origin] { return pool }
        let pool = UpstreamPool(origin, self)
        pools[origin] = pool
        return pool
    }
}
