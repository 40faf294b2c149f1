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
    private let sockets = Mutex<(plain: [ListeningSocket], secure: [ListeningSocket])>(([], []))
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
        for lane in lanes { lane.start() }
    }

    // MARK: Listening

    /// With as many sockets on an address, every lane has its own.
    package var laneCount: Int { lanes.count }

    /// Serves the connections that come to `plain`, and those to `secure` by TLS with the identity in use.
    package func listen(on plain: [ListeningSocket], secure: [ListeningSocket] = []) async throws {
        sockets.withLock { $0 = (plain, secure) }
        try await accept()
    }

    /// Accepts connections again.
    package func accept() async throws {
        let (plain, secure) = sockets.withLock { $0 }
        try await accept(on: plain) { Listener($0).accept(on: $1) }
        try await accept(on: secure) { lane, socket in
            Listener(lane).accept(on: socket) { self.tls.withLock { $0 } }
        }
    }

    private func accept(
        on sockets: [ListeningSocket], _ accept: (Lane, ListeningSocket) -> EventLoopFuture<any Channel>
    ) async throws {
        for (index, socket) in sockets.enumerated() {
            let channel = try await accept(lanes[index % lanes.count], socket).get()
            listeners.withLock { $0.append(channel) }
        }
    }

    /// Accepts no connections for now. Those that come wait, for this process or another one with the same sockets.
    package func pause() async {
        let listening = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for channel in listening { try? await channel.close().get() }
    }

    /// Uses this certificate for connections that come from now on.
    package func use(_ identity: ServerTLS) {
        tls.withLock { $0 = identity }
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

    // MARK: Leaving

    /// Leaves in the way of `leaving` from now on, but goes on accepting connections.
    package func leave(_ leaving: Leaving) async {
        await onEveryLane { $0.leave(leaving) }
    }

    /// Gives up the sockets and leaves; returns when the last client has gone or `milliseconds` have passed. Calls
    /// still going on then are ended as a shutdown, each with its error event and its row.
    package func drain(milliseconds: Int, _ leaving: Leaving) async {
        await pause()
        let given = sockets.withLock { sockets in
            defer { sockets = ([], []) }
            return sockets.plain + sockets.secure
        }
        for socket in given { socket.giveUp() }
        await leave(leaving)
        if !(await allDrained(within: .milliseconds(milliseconds))) {
            await leave(.stopping)
            await onEveryLane { $0.stopAll() }
            // What the ended calls still have to say needs a moment to leave.
            _ = await allDrained(within: .milliseconds(1000))
        }
        await onEveryLane { $0.close() }
    }

    private func allDrained(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if await clientCount() == 0 { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return await clientCount() == 0
    }
}
