// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

/// A store as the contracts see it. Whatever keeps ledger and keys passes the same clauses.
struct StoreUnderTest: Sendable {
    let keys: any KeyStore
    let reports: any LedgerReports
    /// A ledger for one lane: used only by the task that asked for it.
    let ledger: @Sendable () -> any LaneLedger
}

/// One sentence of a contract, with the test of it.
struct Clause: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let check: @Sendable (StoreUnderTest) async throws -> Void

    init(_ sentence: String, _ check: @escaping @Sendable (StoreUnderTest) async throws -> Void) {
        testDescription = sentence
        self.check = check
    }
}
