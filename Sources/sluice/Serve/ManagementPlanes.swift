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
import ServiceLifecycle
import Synchronization

/// The admin and health listeners, on an event loop of their own so that neither can hold up a lane.
final class ManagementPlanes: Sendable {
    let store: SQLiteStore
    let gateway: RunningGateway
    let telemetry: Telemetry
    let readiness: Readiness
    let keysChanged: AsyncStream<Void>
    let logger: Logger
    private struct Server {
        var group: ServiceGroup
        /// Finishes when the server has.
        var ended: AsyncStream<Void>
    }

    private let servers = Mutex<[Server]>([])
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(
        store: SQLiteStore, gateway: RunningGateway, telemetry: Telemetry, readiness: Readiness,
        keysChanged: AsyncStream<Void>, logger: Logger
    ) {
        self.store = store
        self.gateway = gateway
        self.telemetry = telemetry
        self.readiness = readiness
        self.keysChanged = keysChanged
        self.logger = logger
    }

    /// Starts both listeners in `group` and returns when they listen.
    func listen(_ server: ServerConfiguration, in group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        let clock = SystemLaneClock()
        let admin = AdminAPI.router(
            AdminDependencies(
                keys: store, hasher: store.hasher, reports: store, gateway: gateway, adminKey: server.admin.key,
                version: Sluice.version, logger: logger, now: { clock.wallClock }))
        let readiness = readiness
        let telemetry = telemetry
        let health = HealthAPI.router(
            live: { true }, ready: { readiness.report }, metrics: { telemetry.render() }, logger: logger)
        try await serve(admin, server.admin.address, "admin", &group)
        try await serve(health, server.health, "health", &group)
    }

    /// Stops both listeners once what they are answering is answered, or after two seconds.
    func stop() async {
        for server in servers.withLock({ $0 }) {
            await server.group.triggerGracefulShutdown()
            for await _ in server.ended {}
        }
    }

    private func serve<Context: InitializableFromSource<ApplicationRequestContextSource> & RequestContext>(
        _ router: Router<Context>, _ address: ListenAddress, _ name: String,
        _ group: inout ThrowingTaskGroup<Void, any Error>
    ) async throws {
        let bound = AsyncThrowingStream.makeStream(of: Void.self)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil, reuseAddress: true),
            onServerRunning: { _ in bound.continuation.finish() },
            eventLoopGroupProvider: .shared(loops), logger: quiet)
        var configuration = ServiceGroupConfiguration(services: [application], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(2)
        let server = ServiceGroup(configuration: configuration)
        let ended = AsyncStream.makeStream(of: Void.self)
        servers.withLock { $0.append(Server(group: server, ended: ended.stream)) }
        group.addTask {
            defer { ended.continuation.finish() }
            do {
                try await server.run()
                bound.continuation.finish()
            } catch {
                let failure = StartError("cannot listen on \(address.host):\(address.port) (\(name)): \(error)")
                bound.continuation.finish(throwing: failure)
                throw failure
            }
        }
        for try await _ in bound.stream {}
    }

    /// Takes up keys that another process on the same database has changed.
    func followKeys() async {
        for await _ in keysChanged {
            do {
                try await gateway.reloadKeys()
            } catch {
                logger.error("keys changed by another process could not be read", metadata: ["error": "\(error)"])
            }
        }
    }

    /// The library's own messages are of interest only when something is wrong.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = .warning
        return logger
    }
}
