// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

/// What the sums of every `LedgerReports` are.
enum UsageContract {
    static let clauses = [
        Clause("sums group by key, model and provider, the dearest first") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 21)
            ledger.record(samples.settlement(key: "a", model: "gpt", provider: "openai", cost: dollars(1)))
            ledger.record(samples.settlement(key: "b", model: "gpt", provider: "azure", cost: dollars(5)))
            ledger.record(samples.settlement(key: "a", model: "opus", provider: nil, cost: dollars(2)))
            func groups(_ grouping: UsageGrouping) async throws -> [String] {
                try await store.reports.sums(by: grouping, matching: UsageFilter()).map {
                    "\($0.group) \($0.cost.amount)"
                }
            }
            #expect(try await groups(.key) == ["b 5", "a 3"])
            #expect(try await groups(.model) == ["gpt 6", "opus 2"])
            #expect(try await groups(.provider) == ["azure 5", " 2", "openai 1"])
        },
        Clause("days are UTC days, in order, also before 1970") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 22)
            let times = [Samples.at(days: 1), Samples.at(seconds: 86_399), Samples.day, Timestamp(microseconds: -1)]
            for time in times { ledger.record(samples.settlement(at: time)) }
            let days = try await store.reports.sums(by: .day, matching: UsageFilter())
            #expect(days.map { "\($0.group) \($0.requests)" } == ["1969-12-31 1", "2026-11-21 2", "2026-11-22 1"])
        },
        Clause("unpriced and estimated calls are counted apart, never as costing nothing") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 23)
            ledger.record(samples.settlement(cost: .unpriced))
            ledger.record(samples.settlement(cost: dollars(3)))
            var estimated = samples.settlement(cost: .unpriced)
            estimated.usageSource = .estimated
            ledger.record(estimated)
            let sum = try #require(try await store.reports.sums(by: .key, matching: UsageFilter()).first)
            #expect(sum.requests == 3)
            #expect(sum.cost == NanoDollars(3))
            #expect(sum.unpricedRequests == 2)
            #expect(sum.estimatedRequests == 1)
            #expect(sum.usage.prompt == 300)
            #expect(sum.usage.reasoning == 21)
        },
        Clause("any filter's sums are the sums of the rows it lets through") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 24)
            for hour in 0..<96 {
                let time = Samples.at(seconds: Int64(hour) * 3600 + 17)
                ledger.record(
                    samples.settlement(
                        at: time, key: hour % 3 == 0 ? "a" : "b", model: hour % 5 == 0 ? "opus" : "gpt",
                        provider: hour % 7 == 0 ? nil : "openai", cost: hour % 4 == 0 ? .unpriced : dollars(Int64(hour))
                    ))
            }
            for filter in filters {
                let rows = try await store.reports.rows(matching: filter, limit: .max)
                for grouping in UsageGrouping.allCases {
                    let sums = try await store.reports.sums(by: grouping, matching: filter)
                    #expect(
                        sums.sorted(by: order) == add(rows, by: grouping).sorted(by: order), "\(grouping) \(filter)")
                }
            }
        },
        Clause("sums that do not fit stop at the greatest number") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 25)
            for _ in 0..<3 { ledger.record(samples.settlement(cost: dollars(.max))) }
            _ = try await store.reports.rows(requestID: "req-1")
            ledger.record(samples.settlement(cost: dollars(.max)))
            for filter in [UsageFilter(), UsageFilter(from: Samples.at(seconds: -5), to: Samples.at(seconds: 5))] {
                let sum = try await store.reports.sums(by: .key, matching: filter).first
                #expect(sum?.cost == NanoDollars(.max))
                #expect(sum?.requests == 4)
            }
        },
        Clause("sums of tokens may exceed what is believed of one call") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 26)
            for _ in 0..<3 {
                var call = samples.settlement()
                call.usage = Usage(prompt: Usage.ceiling, completion: 1)
                ledger.record(call)
            }
            let sum = try await store.reports.sums(by: .model, matching: UsageFilter()).first
            #expect(sum?.usage.prompt == 3 * Usage.ceiling)
        },
        Clause("names that differ by bytes alone are different groups") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 27)
            ledger.record(samples.settlement(key: "caf\u{e9}"))
            ledger.record(samples.settlement(key: "cafe\u{301}"))
            #expect(try await store.reports.sums(by: .key, matching: UsageFilter()).count == 2)
            #expect(try await store.reports.rows(matching: UsageFilter(key: "caf\u{e9}"), limit: 9).count == 1)
        },
    ]

    private static func dollars(_ amount: Int64) -> Cost { .priced(NanoDollars(amount)) }

    /// Bounds on day edges, within days, within one day, empty, reversed; alone and with names.
    private static let filters: [UsageFilter] = {
        let bounds: [(Timestamp?, Timestamp?)] = [
            (nil, nil), (Samples.at(days: 1), Samples.at(days: 3)), (Samples.at(seconds: 7_200), nil),
            (nil, Samples.at(days: 2, seconds: 50)), (Samples.at(seconds: 40_000), Samples.at(days: 3, seconds: 9)),
            (Samples.at(seconds: 100), Samples.at(seconds: 40_000)), (Samples.at(days: 1), Samples.at(days: 1)),
            (Samples.at(seconds: 80_000), Samples.at(days: 1, seconds: 9_000)),
            (Samples.at(days: 1), Samples.at(days: 1, seconds: 9_000)), (Samples.at(days: 2), Samples.at(days: 1)),
            (Samples.at(seconds: 80_000), Samples.at(days: 1)), (Samples.at(seconds: 9), Samples.at(seconds: 3)),
        ]
        return bounds.flatMap { bound in
            [
                UsageFilter(from: bound.0, to: bound.1), UsageFilter(from: bound.0, to: bound.1, key: "a"),
                UsageFilter(from: bound.0, to: bound.1, model: "gpt", provider: "openai"),
            ]
        }
    }()

    private static func order(_ left: UsageSum, _ right: UsageSum) -> Bool { left.group < right.group }

    /// The plain definition of a sum, for comparison.
    private static func add(_ rows: [Settlement], by grouping: UsageGrouping) -> [UsageSum] {
        var sums: [String: UsageSum] = [:]
        for row in rows {
            let day = (row.startedAt.microseconds - Samples.day.microseconds) / 86_400_000_000
            let group =
                switch grouping {
                case .key: row.keyName
                case .model: row.modelAsked
                case .provider: row.provider ?? ""
                case .day: "2026-11-\(21 + day)"
                }
            var sum =
                sums[group]
                ?? UsageSum(
                    group: group, requests: 0, usage: .zero, cost: .zero, unpricedRequests: 0, estimatedRequests: 0)
            sum.requests += 1
            sum.usage.prompt += row.usage.prompt
            sum.usage.completion += row.usage.completion
            sum.usage.cached += row.usage.cached
            sum.usage.cacheWrite += row.usage.cacheWrite
            sum.usage.cacheWriteHour += row.usage.cacheWriteHour
            sum.usage.reasoning += row.usage.reasoning
            if case .priced(let cost) = row.cost { sum.cost.amount += cost.amount } else { sum.unpricedRequests += 1 }
            if row.usageSource.isApproximate { sum.estimatedRequests += 1 }
            sums[group] = sum
        }
        return Array(sums.values)
    }
}
