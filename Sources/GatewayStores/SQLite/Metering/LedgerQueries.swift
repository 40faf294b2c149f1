// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayDomain

/// Reads rows of the ledger.
enum LedgerQueries {
    static func rows(requestID: String, _ database: Database) throws -> [Settlement] {
        let sql = "SELECT \(LedgerRow.columnList) FROM ledger WHERE request_id = ? ORDER BY row"
        let statement = try SQLStatement(database, sql)
        statement.bind(requestID, at: 1)
        return try all(statement)
    }

    static func rows(matching filter: UsageFilter, limit: Int, _ database: Database) throws -> [Settlement] {
        var conditions = LedgerConditions()
        conditions.require("started_at >= ?", filter.from?.microseconds)
        conditions.require("started_at < ?", filter.to?.microseconds)
        conditions.require(filter, model: "model_asked")
        let statement = try SQLStatement(
            database,
            "SELECT \(LedgerRow.columnList) FROM ledger \(conditions.sql) ORDER BY started_at DESC, row DESC LIMIT ?")
        let limitIndex = conditions.bind(to: statement)
        statement.bind(Int64(max(0, limit)), at: limitIndex)
        return try all(statement)
    }

    private static func all(_ statement: SQLStatement) throws -> [Settlement] {
        var rows: [Settlement] = []
        while try statement.step() { rows.append(try LedgerRow.read(statement)) }
        return rows
    }
}
