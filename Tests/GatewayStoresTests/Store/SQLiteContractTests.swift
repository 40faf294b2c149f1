// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayStores
import Logging
import Testing

@Suite("SQLite store: contracts")
struct SQLiteContractTests {
    @Test("keys", arguments: KeyStoreContract.clauses)
    func keys(_ clause: Clause) async throws { try await check(clause) }

    @Test("ledger", arguments: LedgerContract.clauses)
    func ledger(_ clause: Clause) async throws { try await check(clause) }

    @Test("usage", arguments: UsageContract.clauses)
    func usage(_ clause: Clause) async throws { try await check(clause) }

    private func check(_ clause: Clause) async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore.small(directory / "sluice.db")
        try await clause.check(StoreUnderTest(keys: store, reports: store, ledger: { store.ledger(lane: 0) }))
        await store.close()
        #expect(TemporaryDirectory.files(below: directory / "sluice.db.journal").isEmpty)
    }
}
