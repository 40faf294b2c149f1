// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayAdmin
import GatewayConfiguration
import GatewayDomain
import GatewayProxy
import GatewayStores
import GatewayTelemetry
import Glibc
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Synchronization
import UnixSignals

/// The composition root: the one place where the parts of a serving gateway are made and joined.
struct GatewayProcess {
    private let configuration: Configuration
    private let sink: LogSink
    private let logger: Logger
    private let store: SQLiteStore
    private let gateway: RunningGateway
    private let dataPlane: DataPlane
    private let telemetry: Telemetry
    private let watch: ConfigurationWatch
    private let planes: ManagementPlanes
    private let readiness: Readiness

    /// Loads the configuration and makes everything; nothing listens yet.
    static func start(configurationPath path: String) async throws -> GatewayProcess {
        let environment = ProcessInfo.processInfo.environment
        let loaded = try ConfigurationLoader(environment: environment).load(path: path)
        let configuration = loaded.configuration
        let sink = LogSink()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, sink: sink) }
        let logger = Logger(label: "sluice")
        for warning in loaded.warnings { logger.warning("configuration", metadata: ["problem": "\(warning)"]) }

        let lanes = configuration.server.lanes ?? Processors.available
        let keysChanged = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let store = try SQLiteStore(path: configuration.storage.sqlite, lanes: lanes, logger: logger) {
            keysChanged.continuation.yield()
        }
        let gateway = try await RunningGateway(configuration, store: store)
        let telemetry = Telemetry(lanes: lanes, version: Sluice.version, log: sink)
        let dataPlane = try makeDataPlane(configuration, lanes, store, telemetry, gateway)
        gateway.attach(dataPlane)
        let watch = ConfigurationWatch(path: path, gateway: gateway, dataPlane: dataPlane, logger: logger)
        let readiness = Readiness(store: store)
        let planes = ManagementPlanes(
            store: store, gateway: gateway, telemetry: telemetry, readiness: readiness, keysChanged: keysChanged.stream,
            logger: logger)
        Gauges.register(telemetry, store, gateway, dataPlane, watch)
        return GatewayProcess(
            configuration: configuration, sink: sink, logger: logger, store: store, gateway: gateway,
            dataPlane: dataPlane, telemetry: telemetry, watch: watch, planes: planes, readiness: readiness)
    }

    private static func makeDataPlane(
        _ configuration: Configuration, _ lanes: Int, _ store: SQLiteStore, _ telemetry: Telemetry,
        _ gateway: RunningGateway
    ) throws -> DataPlane {
        let environment = ProcessInfo.processInfo.environment
        let connector: UpstreamConnector
        do {
            connector = try UpstreamConnector(
                certificateAuthorities: environment["SSL_CERT_FILE"], proxy: ForwardProxy(environment: environment))
        } catch {
            throw StartError("connections to providers cannot be set up: \(error)")
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: lanes)
        let parts = LaneParts(
            hasher: store.hasher, ledger: { store.ledger(lane: $0) }, observer: { telemetry.lane($0) },
            connector: connector)
        return DataPlane(
            loops: Array(group.makeIterator()), parts: parts, state: gateway.laneState,
            limits: configuration.server.limits)
    }

    /// Serves until a signal says to stop, then drains.
    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await listen(&group)
            group.addTask { await watch.run() }
            group.addTask { await planes.followKeys() }
            let stop = AsyncStream.makeStream(of: Void.self)
            group.addTask { await obey(signals, stop.continuation) }
            group.addTask {
                for await _ in stop.stream { return await drain() }
            }
            // The first to end is the one that has drained, or a listener that broke.
            try await group.next()
            await planes.stop()
            group.cancelAll()
            while let _ = try? await group.next() {}
        }
        await store.close()
        logger.info("stopped")
        sink.close()
    }

    private func listen(_ group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        let server = configuration.server
        try await planes.listen(server, in: &group)
        let ports: (data: Int, tls: Int?)
        do {
            ports = try await dataPlane.listen(server)
        } catch {
            throw StartError("cannot listen on \(server.data.host):\(server.data.port) or the TLS address: \(error)")
        }
        StartupMemory.release()
        readiness.set(.ready)
        logger.info(
            "listening",
            metadata: [
                "data": "\(server.data.host):\(ports.data)", "tls": "\(ports.tls.map(String.init) ?? "off")",
                "admin": "\(server.admin.address.host):\(server.admin.address.port)",
                "health": "\(server.health.host):\(server.health.port)", "version": "\(Sluice.version)",
            ])
    }

    /// Acts on signals until cancelled: the first that says stop asks for it, a second ends the process.
    private func obey(_ signals: UnixSignalsSequence, _ stop: AsyncStream<Void>.Continuation) async {
        var isStopping = false
        for await signal in signals {
            switch signal {
            case .sighup: await watch.reload(because: "SIGHUP")
            case _ where isStopping:
                logger.warning("second signal: ending at once")
                sink.close(milliseconds: 200)
                // What is open now is found and settled at the next start, as after any sudden end.
                _exit(1)
            default:
                isStopping = true
                stop.yield()
            }
        }
    }

    private func drain() async {
        logger.info("stopping", metadata: ["grace_ms": "\(configuration.server.graceTime)"])
        // In this order: whoever sees that the process is not ready may rely on it that no new work is taken.
        await dataPlane.refuseNewWork()
        readiness.set(.draining)
        await dataPlane.drain(milliseconds: configuration.server.graceTime)
    }
}
