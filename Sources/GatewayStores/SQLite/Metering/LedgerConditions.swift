// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The `WHERE` of a report. Everything a caller chose is bound, never part of the SQL.
struct LedgerConditions {
    private enum Value {
        case number(Int64)
        case text(String)
    }

    private var conditions: [String] = []
    private var values: [Value] = []

    mutating func require(_ condition: String, _ number: Int64?) {
        guard let number else { return }
        conditions.append(condition)
        values.append(.number(number))
    }

    /// `condition` has `times` parameters, which all stand for `text`.
    mutating func require(_ condition: String, _ text: String?, times: Int = 1) {
        guard let text else { return }
        conditions.append(condition)
        for _ in 0..<times { values.append(.text(text)) }
    }

    /// All that a filter asks for but its time, in a table whose column `model` has the model asked for.
    mutating func require(_ filter: UsageFilter, model: String) {
        require("(key_id = ? OR key_name = ?)", filter.key, times: 2)
        require("\(model) = ?", filter.model)
        require("provider = ?", filter.provider)
    }

    var sql: String { conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ") }

    /// Binds the values, and returns the index of the parameter behind them.
    func bind(to statement: SQLStatement) -> Int32 {
        var index: Int32 = 1
        for value in values {
            switch value {
            case .number(let number): statement.bind(number, at: index)
            case .text(let text): statement.bind(text, at: index)
            }
            index += 1
        }
        return index
    }
}
