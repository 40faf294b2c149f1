// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import GatewayStores
import Synchronization

/// Whether this process should be sent calls.
final class Readiness: Sendable {
    enum Phase {
        case starting, ready, draining
    }

    private let phase = Mutex(Phase.starting)
    private let store: SQLiteStore

    init(store: SQLiteStore) {
        self.store = store
    }

    func set(_ phase: Phase) {
        self.phase.withLock { $0 = phase }
    }

    var report: HealthReport {
        let phase = phase.withLock { $0 }
        let serving: String? =
            switch phase {
            case .starting: "starting"
            case .ready: nil
            case .draining: "draining"
            }
        let health = store.health
        return HealthReport([
            HealthReport.Check("serving", failure: serving),
            HealthReport.Check("ledger", failure: health.isWritable ? nil : health.lastError ?? "cannot be written"),
        ])
    }
}
