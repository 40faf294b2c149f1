// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

/// What every `LaneLedger` does together with its `LedgerReports`.
enum LedgerContract {
    static let clauses = [
        Clause("a settled call is one row, field by field") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 11)
            var expected: [Settlement] = []
            for _ in 0..<200 {
                let settlement = samples.randomSettlement()
                var opening = samples.randomOpening()
                opening.row = settlement.row
                ledger.settle(try ledger.open(opening), settlement)
                expected.append(settlement)
            }
            try await expectRows(expected, in: store)
        },
        Clause("a refused call is one row without a reservation") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 12)
            let refused = samples.settlement(provider: nil, cost: .priced(.zero))
            ledger.record(refused)
            #expect(await store.reports.openReservations() == 0)
            try await expectRows([refused], in: store)
        },
        Clause("a reservation is open until it is settled, and makes no row before") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 13)
            let openings = (0..<3).map { _ in samples.opening() }
            let reservations = try openings.map { try ledger.open($0) }
            #expect(await store.reports.openReservations() == 3)
            #expect(reservations.map(\.row) == openings.map(\.row))
            ledger.note(reservations[1], deliveredTokens: 5)
            ledger.settle(reservations[1], Samples.closing(openings[1]))
            #expect(await store.reports.openReservations() == 2)
            try await expectRows([Samples.closing(openings[1])], in: store)
            ledger.settle(reservations[0], Samples.closing(openings[0]))
            ledger.settle(reservations[2], Samples.closing(openings[2]))
            #expect(await store.reports.openReservations() == 0)
            try await expectRows(openings.map(Samples.closing), in: store)
        },
        Clause("a reservation is settled once, and only the first time counts") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 14)
            let first = samples.opening()
            let reservation = try ledger.open(first)
            ledger.settle(reservation, Samples.closing(first))
            let second = samples.opening()
            let open = try ledger.open(second)
            var other = Samples.closing(first)
            other.cost = .priced(NanoDollars(1))
            ledger.settle(reservation, other)
            ledger.note(reservation, deliveredTokens: 9)
            #expect(await store.reports.openReservations() == 1)
            ledger.settle(open, Samples.closing(second))
            try await expectRows([Samples.closing(first), Samples.closing(second)], in: store)
        },
        Clause("a row is written once, whoever writes it again") { (store) async throws in
            var samples = Samples(seed: 15)
            let settlement = samples.settlement()
            store.ledger().record(settlement)
            var again = settlement
            again.cost = .priced(NanoDollars(77))
            _ = try await store.reports.rows(requestID: "req-1")
            store.ledger().record(again)
            try await expectRows([settlement], in: store)
            #expect(try await store.reports.sums(by: .key, matching: UsageFilter()).map(\.requests) == [1])
        },
        Clause("calls with one request id are all found by it") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 16)
            let calls = (0..<3).map { samples.settlement(at: Samples.at(seconds: $0), requestID: "same") }
            for call in calls { ledger.record(call) }
            ledger.record(samples.settlement(requestID: "other"))
            #expect(try await store.reports.rows(requestID: "same") == calls)
            #expect(try await store.reports.rows(requestID: "SAME").isEmpty)
            #expect(try await store.reports.rows(requestID: "' OR 1=1 --").isEmpty)
        },
        Clause("rows come newest first, filtered and limited") { (store) async throws in
            let ledger = store.ledger()
            var samples = Samples(seed: 17)
            let old = samples.settlement(at: Samples.at(seconds: 1), key: "a", model: "gpt", provider: "openai")
            let middle = samples.settlement(at: Samples.at(seconds: 2), key: "b", model: "gpt", provider: "azure")
            let new = samples.settlement(at: Samples.at(seconds: 3), key: "a", model: "opus", provider: nil)
            for call in [middle, old, new] { ledger.record(call) }
            let cases: [(UsageFilter, [Settlement])] = [
                (UsageFilter(), [new, middle, old]),
                (UsageFilter(from: Samples.at(seconds: 2)), [new, middle]),
                (UsageFilter(to: Samples.at(seconds: 2)), [old]),
                (UsageFilter(key: "a"), [new, old]),
                (UsageFilter(key: "key_b"), [middle]),
                (UsageFilter(model: "gpt"), [middle, old]),
                (UsageFilter(provider: "azure"), [middle]),
                (UsageFilter(key: "a", model: "gpt", provider: "azure"), []),
            ]
            for (filter, rows) in cases {
                #expect(try await store.reports.rows(matching: filter, limit: 10) == rows, "\(filter)")
            }
            #expect(try await store.reports.rows(matching: UsageFilter(), limit: 2) == [new, middle])
            #expect(try await store.reports.rows(matching: UsageFilter(), limit: 0).isEmpty)
            #expect(try await store.reports.rows(matching: UsageFilter(), limit: -1).isEmpty)
        },
    ]

    /// The whole ledger is `expected`, in any order.
    static func expectRows(_ expected: [Settlement], in store: StoreUnderTest) async throws {
        let rows = try await store.reports.rows(matching: UsageFilter(), limit: .max)
        #expect(rows.sorted { $0.row < $1.row } == expected.sorted { $0.row < $1.row })
    }
}
