// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import NIOCore
import Synchronization

/// How much one lane has in hand.
package struct LaneCount: Sendable {
    /// Client connections, HTTP/2 streams included.
    package var clients = 0
    /// Calls to providers under way.
    package var calls = 0
    /// Connections to providers, idle ones included.
    package var providerConnections = 0
}

/// How a process stops serving.
package enum Leaving: Sendable {
    /// Nobody serves in its place: new work is refused, and clients without work under way are sent off.
    case stopping
    /// Another process accepts on the same addresses already: no request is refused, but the answer to the next one ends
    /// its connection, so that the client comes back to the other process.
    case replaced
}

/// One event loop with everything a request needs on it: executor, pipeline, configuration, connections to providers.
/// A request lives and dies on one lane, so nothing here is locked.
///
/// `@unchecked Sendable`: `index`, `loop`, `executor` and `limits` are constant; all else is touched on the loop's thread
/// alone, which `assertInLane` checks in debug builds.
final class Lane: @unchecked Sendable {
    let index: Int
    let loop: any EventLoop
    let executor: LaneExecutor
    let limits: ServerLimits
    let clock: any LaneClock
    let context: LaneContext
    private let pipeline: Pipeline
    private let pools: UpstreamPools
    private var clients = WatchList<ClientConnection>()
    private var connections = 0
    private let clientsCounted = Atomic<Int>(0)
    private let callsCounted = Atomic<Int>(0)
    private let connectionsCounted = Atomic<Int>(0)
    private var ticker: RepeatedTask?
    /// Nil as long as the process stays.
    private(set) var leaving: Leaving?
    /// Whether the time for calls in flight is over: a call is then settled without waiting for its client to read.
    private(set) var isPastGrace = false
    /// Milliseconds for which a process that is replaced waits for the last request of a connection. A client that uses a
    /// connection less often is as likely to meet any other end of it.
    private static let lastRequestTime = 5000

    /// Lanes share the limit on connections.
    private let connectionLimit: Int

    init(index: Int, pools: UpstreamPools, context: LaneContext, connectionLimit: Int) {
        self.index = index
        loop = pools.loop
        executor = pools.executor
        limits = context.limits
        clock = context.clock
        self.context = context
        self.pools = pools
        self.connectionLimit = connectionLimit
        pipeline = Pipeline(context)
    }

    func assertInLane() { loop.assertInEventLoop() }

    /// Milliseconds for which a connection may stay open without a request.
    var idleTime: Int { leaving == nil ? limits.keepAlive : min(limits.keepAlive, Self.lastRequestTime) }

    /// How many clients are connected.
    var clientCount: Int { clients.elements.count }

    /// Figures as last counted, for whoever is not on the lane.
    var lastCount: LaneCount {
        LaneCount(
            clients: clientsCounted.load(ordering: .relaxed), calls: callsCounted.load(ordering: .relaxed),
            providerConnections: connectionsCounted.load(ordering: .relaxed))
    }

    /// Starts the watch over deadlines.
    func start() {
        ticker = loop.scheduleRepeatedTask(initialDelay: .milliseconds(100), delay: .milliseconds(100)) {
            [weak self] _ in
            self?.tick()
        }
    }

    /// Serves one request. The task ends when the exchange does: at the latest when its client leaves or its deadlines
    /// pass, so that nobody needs to hold on to it.
    func serve(_ head: RequestHead, _ client: any Exchange) {
        Task(executorPreference: executor) {
            await self.pipeline.run(head, client)
            client.exchangeEnded()
        }
    }

    // MARK: Clients

    /// Takes in a client; false when there are too many.
    func admit(_ client: ClientConnection) -> Bool {
        guard connections < connectionLimit else { return false }
        connections += 1
        client.isCounted = true
        clients.insert(client)
        return true
    }

    /// Takes in a stream of a client that is counted already.
    func watch(_ stream: ClientConnection) {
        clients.insert(stream)
    }

    func remove(_ client: ClientConnection) {
        clients.remove(client)
        if client.isCounted {
            client.isCounted = false
            connections -= 1
        }
    }

    private func recount() {
        clientsCounted.store(clients.elements.count, ordering: .relaxed)
        callsCounted.store(pools.callCount, ordering: .relaxed)
        connectionsCounted.store(pools.connectionCount, ordering: .relaxed)
    }

    private func tick() {
        let now = clock.now
        recount()
        executor.enter {
            // Backwards, because a check may remove the element it is made on.
            for index in stride(from: clients.elements.count - 1, through: 0, by: -1)
            where index < clients.elements.count {
                clients.elements[index].check(now: now)
            }
            pools.check(now: now)
        }
    }

    // MARK: Leaving

    func leave(_ leaving: Leaving) {
        assertInLane()
        self.leaving = leaving
        context.isDraining = leaving == .stopping
        executor.enter {
            for client in clients.elements { client.drain() }
        }
    }

    /// Ends what is still going on, as a shutdown that could not wait.
    func stopAll() {
        isPastGrace = true
        executor.enter {
            for client in clients.elements { client.stopWork() }
        }
    }

    /// Closes every connection and stops the watch.
    func close() {
        executor.enter {
            for client in clients.elements { client.abandon() }
            pools.close()
        }
        ticker?.cancel()
        recount()
    }
}
