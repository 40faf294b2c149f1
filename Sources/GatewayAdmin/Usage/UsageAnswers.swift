// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension Settlement {
    /// The row as the admin API shows it.
    var json: JSONValue {
        [
            "row_id": .string(row.hexadecimal),
            "request_id": .string(requestID),
            "trace_id": .string(traceID),
            "started_at": .string(startedAt.rfc3339),
            "key_id": .string(keyID),
            "key_name": .string(keyName),
            "endpoint": .string(endpoint.rawValue),
            "model": .text(modelAsked.isEmpty ? nil : modelAsked),
            "provider": .text(provider),
            "served_model": .text(modelServed),
            "prompt_tokens": .integer(usage.prompt),
            "completion_tokens": .integer(usage.completion),
            "cached_tokens": .integer(usage.cached),
            "cache_write_tokens": .integer(usage.cacheWrite),
            "reasoning_tokens": .integer(usage.reasoning),
            "usage_source": .string(usageSource.rawValue),
            "cost_usd": .text(cost.amount?.decimal),
            "cost_nano_usd": .count(cost.amount?.amount),
            "priced": .bool(cost.amount != nil),
            "latency_us": .integer(latency),
            "first_token_us": .count(firstToken),
            "overhead_us": .integer(overhead),
            "status": .integer(status),
            "attempts": .integer(attempts),
            "stream": .bool(streamed),
            "ended": .string(ending.rawValue),
        ]
    }
}

extension Cost {
    fileprivate var amount: NanoDollars? {
        switch self {
        case .priced(let amount): amount
        case .unpriced: nil
        }
    }
}

/// Sums of usage and the total over them.
struct UsageSums {
    var groups: [UsageSum]

    /// The counts of a sum by the names the admin API gives them.
    private static let counts: [(name: String, count: @Sendable (UsageSum) -> Int64)] = [
        ("requests", \.requests),
        ("prompt_tokens", \.usage.prompt),
        ("completion_tokens", \.usage.completion),
        ("cached_tokens", \.usage.cached),
        ("cache_write_tokens", \.usage.cacheWrite),
        ("reasoning_tokens", \.usage.reasoning),
        ("unpriced_requests", \.unpricedRequests),
        ("estimated_requests", \.estimatedRequests),
    ]

    func json(by grouping: UsageGrouping) throws(Problem) -> JSONValue {
        [
            "by": .string(grouping.rawValue),
            "groups": .array(groups.map { Self.object(group: $0.name, counting: [$0], cost: $0.cost) }),
            "total": Self.object(group: nil, counting: groups, cost: try totalCost()),
        ]
    }

    private func totalCost() throws(Problem) -> NanoDollars {
        var total = NanoDollars.zero
        for group in groups {
            guard let sum = total.adding(group.cost) else {
                throw Problem(.internalError, "The sum of the costs is too large to show; ask for a shorter time.")
            }
            total = sum
        }
        return total
    }

    private static func object(group: JSONValue?, counting sums: [UsageSum], cost: NanoDollars) -> JSONValue {
        let counts = counts.map { field in
            // Int128, because a total of counts that each fit may not.
            JSONValue.Member(field.name, .integer(sums.reduce(Int128(0)) { $0 + Int128(field.count($1)) }))
        }
        return .object(
            (group.map { [.init("group", $0)] } ?? []) + counts
                + [.init("cost_usd", .string(cost.decimal)), .init("cost_nano_usd", .integer(cost.amount))])
    }
}

extension UsageSum {
    /// What the rows share: null where that is that they have none, as calls that no provider served.
    fileprivate var name: JSONValue { group.isEmpty ? .null : .string(group) }
}
