// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayDomain

/// Reads sums of usage. Whole days come from `usage_by_day`; only what a filter cuts off at either end is added up row by
/// row, so a sum over ten million calls reads two days of them at most.
struct UsageQuery {
    let grouping: UsageGrouping
    let filter: UsageFilter

    /// Where a part of the answer is read from.
    enum Source: Equatable {
        case days(from: Day?, to: Day?)
        case rows(from: Timestamp, to: Timestamp)
    }

    /// The parts that together are the time the filter asks for.
    var sources: [Source] {
        let firstDay = filter.from.map(Day.init(from:))
        let lastDay = filter.to.map(Day.init(of:))
        if let from = filter.from, let to = filter.to, let firstDay, let lastDay, firstDay >= lastDay {
            return from < to ? [.rows(from: from, to: to)] : []
        }
        var sources: [Source] = []
        if let from = filter.from, let firstDay, firstDay.start != from {
            sources.append(.rows(from: from, to: firstDay.start))
        }
        sources.append(.days(from: firstDay, to: lastDay))
        if let to = filter.to, let lastDay, lastDay.start != to {
            sources.append(.rows(from: lastDay.start, to: to))
        }
        return sources
    }

    func run(_ database: Database) throws -> [UsageSum] {
        var groups: [ByteText: UsageCounts] = [:]
        for source in sources {
            let statement = try select(source, database)
            while try statement.step() {
                let group = grouping == .day ? Day(number: statement.int(0)).text : statement.text(0)
                groups[ByteText(string: group), default: .zero] += UsageCounts(statement, from: 1)
            }
        }
        let sums = groups.map { $0.value.sum(of: $0.key.string) }
        if grouping == .day { return sums.sorted { $0.group < $1.group } }
        return sums.sorted { ($1.cost, $1.requests, $0.group) < ($0.cost, $0.requests, $1.group) }
    }

    private func select(_ source: Source, _ database: Database) throws -> SQLStatement {
        var conditions = LedgerConditions()
        let query: String
        switch source {
        case .days(let from, let to):
            conditions.require("day >= ?", from?.number)
            conditions.require("day < ?", to?.number)
            conditions.require(filter, model: "model")
            query = "SELECT \(dayGroup), \(UsageCounts.columns.joined(separator: ", ")) FROM usage_by_day"
        case .rows(let from, let to):
            conditions.require("started_at >= ?", from.microseconds)
            conditions.require("started_at < ?", to.microseconds)
            conditions.require(filter, model: "model_asked")
            query = "SELECT \(rowGroup), \(UsageCounts.rowColumns.joined(separator: ", ")) FROM ledger"
        }
        let statement = try SQLStatement(database, "\(query) \(conditions.sql)")
        _ = conditions.bind(to: statement)
        return statement
    }

    private var dayGroup: String {
        switch grouping {
        case .key: "key_name"
        case .model: "model"
        case .provider: "provider"
        case .day: "day"
        }
    }

    /// Division in SQLite rounds towards zero, days begin below it too.
    private var rowGroup: String {
        switch grouping {
        case .key: "key_name"
        case .model: "model_asked"
        case .provider: "ifnull(provider, '')"
        case .day:
            "started_at / \(Day.microseconds) - (started_at % \(Day.microseconds) < 0)"
        }
    }
}
