// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import GatewayDomain
import GatewayProxy
import GatewayStores
import GatewayTelemetry
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The admin and health listeners, on an event loop of their own so that neither can hold up a lane.
final class ManagementPlanes: Sendable {
    private struct State {
        var accepting: [ManagementListener] = []
        /// Those that accept no more; their connections may go on.
        var paused: [ManagementListener] = []
    }

    private let admin: RouterResponder<AdminContext>
    private let health: RouterResponder<BasicRequestContext>
    private let logger: Logger
    private let state = Mutex(State())
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(
        store: SQLiteStore, gateway: RunningGateway, telemetry: Telemetry, readiness: Readiness, logger: Logger
    ) {
        let clock = SystemLaneClock()
        admin = AdminAPI.router(
            AdminDependencies(
                keys: store, hasher: store.hasher, reports: store, gateway: gateway,
                adminKey: gateway.configuration.server.admin.key, version: Sluice.version, logger: logger,
                now: { clock.wallClock })
        ).buildResponder()
        health = HealthAPI.router(
            live: { true }, ready: { readiness.report }, metrics: { telemetry.render() }, logger: logger
        ).buildResponder()
        // The library's own messages are of interest only when something is wrong.
        var quiet = logger
        quiet.logLevel = .warning
        self.logger = quiet
    }

    /// Serves the connections that come to these sockets.
    func accept(on sockets: ListeningSockets) async throws {
        try await serve(admin, on: sockets.admin)
        try await serve(health, on: sockets.health)
    }

    private func serve<Responder: HTTPResponder>(
        _ responder: Responder, on socket: ListeningSocket
    ) async throws where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
        let listener = try await ManagementListener(responder, on: socket, loops: loops, logger: logger)
        state.withLock { $0.accepting.append(listener) }
    }

    /// Accepts no connections for now. Those there are go on.
    func pause() async {
        let listeners = state.withLock { state in
            defer {
                state.paused += state.accepting
                state.accepting = []
            }
            return state.accepting
        }
        for listener in listeners { await listener.close() }
    }

    /// Accepts no more connections, and ends each there is once what it is answering is answered, or after two seconds.
    /// `patience` is the time for those that have only just come to say what they want.
    func stop(patience: Duration = .zero) async {
        await pause()
        let listeners = state.withLock { $0.paused }.filter(\.isInUse)
        if !listeners.isEmpty { try? await Task.sleep(for: patience) }
        await withDiscardingTaskGroup { group in
            for listener in listeners { group.addTask { await listener.endConnections() } }
        }
    }
}
