// SPDX-License-Identifier: Apache-2.0

import GatewayProxy
import GatewayStores
import GatewayTelemetry

/// The figures that a scrape reads from the parts that keep them.
enum Gauges {
    static func register(
        _ telemetry: Telemetry, _ store: SQLiteStore, _ gateway: RunningGateway, _ dataPlane: DataPlane,
        _ watch: ConfigurationWatch
    ) {
        telemetry.register(.connections { dataPlane.count.clients })
        telemetry.register(.inFlight { dataPlane.count.calls })
        telemetry.register(.providerConnections { dataPlane.count.providerConnections })
        telemetry.register(.openReservations { store.openCalls })
        telemetry.register(.journalBytes { store.health.journalBytes })
        telemetry.register(.storeWritable { store.health.isWritable })
        telemetry.register(.keys { gateway.keyCount })
        telemetry.register(.configurationRevision { gateway.revision })
        telemetry.register(.configurationReloadFailures { watch.refusals })
    }
}
