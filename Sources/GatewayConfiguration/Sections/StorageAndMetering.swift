// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads `storage:`.
enum StorageSection {
    static func read(_ scope: Scope) -> StorageConfiguration {
        let path = scope.filePath("sqlite")?.value
        return StorageConfiguration(sqlite: path ?? standard(scope.reading).sqlite)
    }

    /// The default database, which like a configured one stands beside the configuration file.
    static func standard(_ reading: Reading) -> StorageConfiguration {
        StorageConfiguration(sqlite: reading.resolve(StorageConfiguration().sqlite))
    }
}

/// Reads `metering:`.
enum MeteringSection {
    static func read(_ scope: Scope) -> MeteringConfiguration {
        let choice = scope.value("on_disconnect") { text throws(Flaw) in
            try Quantity.choice(text, of: MeteringConfiguration.OnDisconnect.self)
        }
        return choice.value.map { MeteringConfiguration(onDisconnect: $0.value) } ?? MeteringConfiguration()
    }
}
