// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayDomain

/// Notices that a database and a hashing secret do not belong together, which would make every stored key unknown
/// without a word.
enum SecretCheck {
    private static let probe = "sluice key-hashing secret"

    static func verify(_ hasher: KeyHasher, paths: StorePaths, _ database: Database) throws {
        let expected = hasher.digest(of: probe).bytes
        let known = try SQLStatement(database, "SELECT secret_check FROM installation")
        let isKnown = try known.step()
        if isKnown && known.blob(0).elementsEqual(expected) { return }
        guard try !isKnown || KeyTable.isEmpty(database) else {
            throw StoreError(
                .secretMismatch,
                "\(paths.secret) is not the secret that the keys in \(paths.database) were hashed with, so none of them "
                    + "would be recognised. Restore the secret that belongs to this database.")
        }
        known.reset()
        try SQLStatement(database, "DELETE FROM installation").run()
        let statement = try SQLStatement(database, "INSERT INTO installation VALUES (?)")
        statement.bind(expected, at: 1)
        try statement.run()
    }
}
