// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
package import GatewayPipeline
package import NIOCore
import Synchronization

/// What one lane is given by the composition: everything but its connections.
package struct LaneParts: Sendable {
    package var hasher: any KeyHashing
    package var ledger: @Sendable (_ lane: Int) -> any LaneLedger
    package var observer: @Sendable (_ lane: Int) -> any SettlementObserver
    package var connector: UpstreamConnector

    package init(
        hasher: any KeyHashing, ledger: @escaping @Sendable (Int) -> any LaneLedger,
        observer: @escaping @Sendable (Int) -> any SettlementObserver, connector: UpstreamConnector
    ) {
        self.hasher = hasher
        self.ledger = ledger
        self.observer = observer
        self.connector = connector
    }
}

/// What requests are served from: replaced as a whole.
package struct LaneState: Sendable {
    package var compiled: Compiled
    package var keys: KeyDirectory

    package init(compiled: Compiled, keys: KeyDirectory) {
        self.compiled = compiled
        self.keys = keys
    }
}

/// The lanes and their listeners: everything that serves callers.
package final class DataPlane: Sendable {
    private let lanes: [Lane]
    private let listeners = Mutex<[any Channel]>([])
    private let tls = Mutex<ServerTLS?>(nil)

    /// Makes a lane on each of `loops`. Nothing listens yet.
    package init(
        loops: [any EventLoop], parts: LaneParts, state: LaneState, limits: ServerLimits
    ) {
        let clock = SystemLaneClock()
        lanes = loops.enumerated().map { index, loop in
            let pools = UpstreamPools(loop: loop, clock: clock, connector: parts.connector)
            let ports = LanePorts(
                clock: clock, hasher: parts.hasher, ledger: parts.ledger(index), observer: parts.observer(index),
                upstream: pools)
            return Lane(
                index: index, pools: pools,
                context: LaneContext(
                    compiled: state.compiled, keys: state.keys, limits: limits, ports: ports),
                connectionLimit: max(1, limits.connections / loops.count))
        }
    }

    // MARK: Listening

    /// Listens on the plain-text address and, where configured, the TLS one. Gives the ports bound, which differ from the
    /// configured ones when those are 0.
    package func listen(_ server: ServerConfiguration) async throws -> (data: Int, tls: Int?) {
        for lane in lanes { lane.start() }
        let data = try await bind(server.data) { Listener($0).bind($1) }
        guard let configured = server.tls else { return (data, nil) }
        let identity = try ServerTLS(configured)
        tls.withLock { $0 = identity }
        let secure = try await bind(configured.address) { lane, address in
            Listener(lane).bind(address) { self.tls.withLock { $0 } ?? identity }
        }
        return (data, secure)
    }

    /// Uses another certificate for connections that come from now on.
    package func use(_ identity: ServerTLS) {
        tls.withLock { $0 = identity }
    }

    private func bind(
        _ address: ListenAddress, _ bind: (Lane, ListenAddress) -> EventLoopFuture<any Channel>
    ) async throws -> Int {
        var address = address
        for lane in lanes {
            let channel = try await bind(lane, address).get()
            listeners.withLock { $0.append(channel) }
            // The first lane may have been given any free port; the others share it.
            address.port = channel.localAddress?.port ?? address.port
        }
        return address.port
    }

    // MARK: Configuration

    /// Puts what `read` gives into effect on every lane, for requests that start from then on. Each lane reads for itself,
    /// when its turn comes: of two refreshes that overtake each other, the later state still wins everywhere. When this
    /// returns, every lane has a state at least as new as when it was called.
    package func refresh(_ read: @escaping @Sendable () -> LaneState) async {
        await onEveryLane { lane in
            let state = read()
            lane.context.compiled = state.compiled
            lane.context.keys = state.keys
        }
    }

    /// What all lanes have in hand, as each last counted.
    package var count: LaneCount {
        lanes.reduce(into: LaneCount()) { sum, lane in
            let count = lane.lastCount
            sum.clients += count.clients
            sum.calls += count.calls
            sum.providerConnections += count.providerConnections
        }
    }

    /// How many clients are connected now.
    private func clientCount() async -> Int {
        var count = 0
        for lane in lanes { count += (try? await lane.loop.submit { lane.clientCount }.get()) ?? 0 }
        return count
    }

    private func onEveryLane(_ body: @escaping @Sendable (Lane) -> Void) async {
        for lane in lanes { try? await lane.loop.submit { body(lane) }.get() }
    }

    // MARK: Stopping

    /// Takes no new work from now on: what comes is refused, and clients without work under way are sent off.
    package func refuseNewWork() async {
        await onEveryLane { $0.drain() }
    }

    /// Stops listening and takes no new work; returns when the last client has gone or `milliseconds` have passed. Calls
    /// still going on then are ended as a shutdown, each with its error event and its row.
    package func drain(milliseconds: Int) async {
        for channel in listeners.withLock({ $0 }) { try? await channel.close().get() }
        let isDrained = await allDrained(within: .milliseconds(milliseconds))
        if !isDrained {
            await onEveryLane { $0.stopAll() }
            // What the ended calls still have to say needs a moment to leave.
            _ = await allDrained(within: .milliseconds(1000))
        }
        await onEveryLane { $0.close() }
    }

    private func allDrained(within limit: Duration) async -> Bool {
        await onEveryLane { $0.drain() }
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if await clientCount() == 0 { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return await clientCount() == 0
    }
}
