// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayConfiguration
import GatewayDomain
import GatewayProxy
import Logging
import Synchronization

/// Loads the configuration again when the file changes or a signal asks for it. A bad file is refused, with its reasons in
/// the log, and what serves goes on serving.
final class ConfigurationWatch: Sendable {
    /// What tells one state of a file from another: also that of a mounted directory whose link is switched.
    private struct Stamp: Equatable {
        var inode: UInt64
        var size: UInt64
        var modified: Date
    }

    private let path: String
    private let gateway: RunningGateway
    private let dataPlane: DataPlane
    private let logger: Logger
    private let failures = Atomic<Int>(0)

    init(path: String, gateway: RunningGateway, dataPlane: DataPlane, logger: Logger) {
        self.path = path
        self.gateway = gateway
        self.dataPlane = dataPlane
        self.logger = logger
    }

    /// How many configurations were refused.
    var refusals: Int { failures.load(ordering: .relaxed) }

    /// Looks at the file twice a second until cancelled. A change is taken up once the file has stayed the same for one
    /// look, so that a half-written one is not read.
    func run() async {
        var loaded = stamp()
        var previous = loaded
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(500))
            let current = stamp()
            if current != loaded, current == previous, current != nil {
                loaded = current
                await reload(because: "the file changed")
            }
            previous = current
        }
    }

    /// Loads the file now.
    func reload(because reason: String) async {
        do {
            let loaded = try ConfigurationLoader(environment: ProcessInfo.processInfo.environment).load(path: path)
            let configuration = loaded.configuration
            let identity = try configuration.server.tls.map(ServerTLS.init)
            warn(about: configuration.server)
            for warning in loaded.warnings { logger.warning("configuration", metadata: ["problem": "\(warning)"]) }
            try await gateway.use(configuration)
            if let identity { dataPlane.use(identity) }
            logger.info(
                "configuration in effect", metadata: ["revision": "\(gateway.revision)", "because": "\(reason)"])
        } catch let errors as ConfigurationErrors {
            for problem in errors.problems { refuse("\(problem)") }
            failures.add(1, ordering: .relaxed)
        } catch {
            refuse("\(error)")
            failures.add(1, ordering: .relaxed)
        }
    }

    private func refuse(_ problem: String) {
        logger.error("configuration refused; the one before stays in effect", metadata: ["problem": "\(problem)"])
    }

    /// Listeners and bounds are made at start; saying nothing about a change to them would be a trap.
    private func warn(about server: ServerConfiguration) {
        let running = gateway.configuration.server
        let isSame =
            running.data == server.data && running.tls?.address == server.tls?.address
            && running.admin.address == server.admin.address && running.health == server.health
            && running.lanes == server.lanes && running.limits == server.limits
        if !isSame {
            logger.warning("changes under 'server' other than certificates take effect at the next start")
        }
    }

    private func stamp() -> Stamp? {
        // Through links: a mounted directory changes by having its link switched.
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        return Stamp(
            inode: attributes[.systemFileNumber] as? UInt64 ?? 0, size: attributes[.size] as? UInt64 ?? 0,
            modified: attributes[.modificationDate] as? Date ?? .distantPast)
    }
}
