// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayDomain

/// Adds rows to the ledger within one transaction, and to the sums by day those rows that are new.
struct LedgerWriter: SettlementSink {
    private let database: Database
    private let insertion: SQLStatement
    private var days: UsageByDay

    init(_ database: Database) throws {
        self.database = database
        insertion = try SQLStatement(database, LedgerRow.insertion)
        days = UsageByDay()
    }

    /// Adds a row unless there is one with its id.
    mutating func insert(_ record: SettlementRecord) throws -> Bool {
        LedgerRow.bind(record, to: insertion)
        try insertion.run()
        guard database.changesCount > 0 else { return false }
        days.add(record)
        return true
    }

    /// Brings the sums up to date: the last thing before the commit.
    mutating func finish() throws {
        try days.save(to: database)
    }
}
