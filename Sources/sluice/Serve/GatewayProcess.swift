// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayAdmin
import GatewayConfiguration
import GatewayDomain
import GatewayProxy
import GatewayStores
import GatewayTelemetry
import Glibc
import Logging
import NIOCore
import NIOPosix
import UnixSignals

/// The composition root: the one place where the parts of a serving gateway are made and joined.
struct GatewayProcess {
    private let configuration: Configuration
    private let sink: LogSink
    private let logger: Logger
    private let store: SQLiteStore
    private let keysChanged: AsyncStream<Void>
    private let gateway: RunningGateway
    private let dataPlane: DataPlane
    private let watch: ConfigurationWatch
    private let planes: ManagementPlanes
    private let readiness: Readiness
    private let handover: Handover

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
            store: store, gateway: gateway, telemetry: telemetry, readiness: readiness, logger: logger)
        Gauges.register(telemetry, store, gateway, dataPlane, watch)
        return GatewayProcess(
            configuration: configuration, sink: sink, logger: logger, store: store, keysChanged: keysChanged.stream,
            gateway: gateway, dataPlane: dataPlane, watch: watch, planes: planes, readiness: readiness,
            handover: Handover(configuration.server, database: configuration.storage.sqlite, logger: logger))
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
        try useCertificate()
        let sockets = try await openSockets()
        await handover.lead(offering: sockets.all)
        try await listen(on: sockets)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await watch.run() }
            group.addTask { await followKeys() }
            let stop = AsyncStream.makeStream(of: Void.self)
            group.addTask { await obey(signals, stop.continuation) }
            let passing = Task { await handover.run(accepting(on: sockets)) }
            for await _ in stop.stream { break }
            await drain(sockets, passing)
            group.cancelAll()
        }
        await store.close()
        logger.info("stopped")
        sink.close()
    }

    private func useCertificate() throws {
        guard let tls = configuration.server.tls else { return }
        do {
            dataPlane.use(try ServerTLS(tls))
        } catch {
            throw StartError(
                "the certificate \(tls.certificate) and the key \(tls.privateKey) cannot be used: \(error)")
        }
    }

    /// Serves. In this order: a probe that reaches the health port reaches a process that is ready.
    private func listen(on sockets: ListeningSockets) async throws {
        try await dataPlane.listen(on: sockets.data, secure: sockets.tls)
        StartupMemory.release()
        readiness.set(.ready)
        try await planes.accept(on: sockets)
        let server = configuration.server
        logger.info(
            "listening",
            metadata: [
                "data": "\(server.data.host):\(sockets.data[0].port)",
                "tls": "\(sockets.tls.first.map { String($0.port) } ?? "off")",
                "admin": "\(server.admin.address.host):\(sockets.admin.port)",
                "health": "\(server.health.host):\(sockets.health.port)", "version": "\(Sluice.version)",
            ])
    }

    /// What `handover` does with the listeners.
    private func accepting(on sockets: ListeningSockets) -> Handover.Accepting {
        Handover.Accepting(
            begin: {
                do {
                    try await dataPlane.accept()
                    try await planes.accept(on: sockets)
                } catch {
                    logger.critical("cannot accept connections", metadata: ["error": "\(error)"])
                }
            },
            pause: {
                await planes.pause()
                await dataPlane.pause()
            })
    }

    /// An address that is taken is tried again for a second: it may be that of a process which is just being replaced, or
    /// which starts at the same moment and is about to offer it.
    private func openSockets() async throws -> ListeningSockets {
        let deadline = ContinuousClock.now + .seconds(1)
        while true {
            do {
                return try ListeningSockets.open(
                    configuration.server, lanes: dataPlane.laneCount, inherited: await handover.inherit())
            } catch {
                guard error.isTaken, ContinuousClock.now < deadline else { throw StartError(error.message) }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Takes up keys that another process on the same database has changed.
    private func followKeys() async {
        for await _ in keysChanged {
            do {
                try await gateway.reloadKeys()
            } catch {
                logger.error("keys changed by another process could not be read", metadata: ["error": "\(error)"])
            }
        }
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

    private func drain(_ sockets: ListeningSockets, _ passing: Task<Void, Never>) async {
        let graceTime = configuration.server.graceTime
        let isReplaced = handover.isReplaceable
        logger.info("stopping", metadata: ["grace_ms": "\(graceTime)", "replaced": "\(isReplaced)"])
        if isReplaced {
            // Probes on connections made before still see a process that is ready: the address is.
            passing.cancel()
            await passing.value
            for socket in sockets.management { socket.giveUp() }
            await dataPlane.drain(milliseconds: graceTime, .replaced)
            await planes.stop(patience: .seconds(1))
        } else {
            // In this order: whoever sees that the process is not ready may rely on it that no new work is taken.
            await dataPlane.leave(.stopping)
            readiness.set(.draining)
            // A process that starts from now on is passed the ports that tell of the draining.
            handover.offer(sockets.management)
            await dataPlane.drain(milliseconds: graceTime, .stopping)
            passing.cancel()
            await passing.value
            await planes.stop()
        }
    }
}
