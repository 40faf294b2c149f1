// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// What is summed over calls. Sums stop at the greatest number rather than wrap or trap: providers' counts are not ours.
struct UsageCounts: Equatable {
    static let columns = [
        "requests", "prompt_tokens", "completion_tokens", "cached_tokens", "cache_write_tokens",
        "cache_write_hour_tokens", "reasoning_tokens", "cost_nanodollars", "unpriced", "estimated",
    ]

    /// The same for single rows of the ledger.
    static let rowColumns = [
        "1", "prompt_tokens", "completion_tokens", "cached_tokens", "cache_write_tokens", "cache_write_hour_tokens",
        "reasoning_tokens", "ifnull(cost_nanodollars, 0)", "cost_nanodollars IS NULL",
        "usage_source IN ('\(UsageSource.estimated.rawValue)', '\(UsageSource.corrected.rawValue)')",
    ]

    /// In the order of `columns`.
    private(set) var values: [Int64]

    static var zero: UsageCounts { UsageCounts(values: Array(repeating: 0, count: columns.count)) }

    /// Of one call.
    init(_ record: SettlementRecord) {
        let usage = record.usage
        values = [
            1, usage.prompt, usage.completion, usage.cached, usage.cacheWrite, usage.cacheWriteHour, usage.reasoning,
            record.cost.amount ?? 0, record.cost == .unpriced ? 1 : 0, record.usageSource.isApproximate ? 1 : 0,
        ]
    }

    /// From consecutive columns of a row, the first of them at `column`.
    init(_ statement: SQLStatement, from column: Int32) {
        values = Self.columns.indices.map { statement.int(column + Int32($0)) }
    }

    /// The sum of a report. Its token counts may exceed what is believed of one call.
    func sum(of group: String) -> UsageSum {
        var usage = Usage.zero
        usage.prompt = values[1]
        usage.completion = values[2]
        usage.cached = values[3]
        usage.cacheWrite = values[4]
        usage.cacheWriteHour = values[5]
        usage.reasoning = values[6]
        return UsageSum(
            group: group, requests: values[0], usage: usage, cost: NanoDollars(values[7]), unpricedRequests: values[8],
            estimatedRequests: values[9])
    }

    private init(values: [Int64]) { self.values = values }

    static func += (left: inout UsageCounts, right: UsageCounts) {
        for index in left.values.indices {
            let (sum, overflow) = left.values[index].addingReportingOverflow(right.values[index])
            left.values[index] = overflow ? .max : sum
        }
    }
}
