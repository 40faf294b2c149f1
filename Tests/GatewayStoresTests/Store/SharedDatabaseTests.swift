// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Synchronization
import Testing

@testable import GatewayStores

@Suite("SQLite store: shared by several processes")
struct SharedDatabaseTests {
    private let directory: TemporaryDirectory
    private var path: String { directory / "sluice.db" }

    init() throws { directory = try TemporaryDirectory() }

    @Test("two stores write at the same time, and both see every row")
    func together() async throws {
        let first = try SQLiteStore.small(path)
        let second = try SQLiteStore.small(path)
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for (seed, store) in [(51, first), (52, second)] {
                group.addTask { try await Self.fill(store, seed: UInt64(seed)) }
            }
            return try await group.reduce(0, +)
        }
        try await first.drain()
        try await second.drain()
        for store in [first, second] {
            #expect(try await store.rows(matching: UsageFilter(), limit: .max).count == total)
            #expect(try await store.sums(by: .day, matching: UsageFilter()).map(\.requests) == [Int64(total)])
        }
        await first.close()
        #expect(try await second.rows(requestID: "req-1").count == total)
        await second.close()
        #expect(TemporaryDirectory.files(below: path + ".journal").isEmpty)
    }

    private static func fill(_ store: SQLiteStore, seed: UInt64) async throws -> Int {
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: seed)
        for index in 0..<2_000 {
            ledger.record(samples.settlement())
            if index % 100 == 0 { try await store.drain() }
        }
        return 2_000
    }

    @Test("a process that lives keeps its journal to itself")
    func living() async throws {
        let first = try SQLiteStore.sleepy(path)
        let ledger = first.ledger(lane: 0)
        var samples = Samples(seed: 53)
        let opening = samples.opening()
        let reservation = try ledger.open(opening)
        let second = try SQLiteStore.small(path)
        #expect(try await second.rows(requestID: "req-open").isEmpty)
        await second.close()
        ledger.settle(reservation, Samples.closing(opening))
        #expect(try await first.rows(requestID: "req-open") == [Samples.closing(opening)])
        await first.close()
    }

    @Test("what a process leaves when it dies is recovered by one that is already running")
    func died() async throws {
        let running = try SQLiteStore.small(path)
        var samples = Samples(seed: 54)
        let opening = samples.opening()
        let refused = samples.settlement(provider: nil)
        do {
            let dying = try SQLiteStore.sleepy(path)
            let ledger = dying.ledger(lane: 0)
            ledger.note(try ledger.open(opening), deliveredTokens: 6)
            ledger.record(refused)
            // Never closed: letting go of it gives up its lock and leaves its files, as death does.
        }
        #expect(try await eventually { try await running.rows(requestID: "req-open").count == 1 })
        #expect(try await running.rows(requestID: "req-open") == [opening.interrupted(deliveredTokens: 6)])
        #expect(try await running.rows(requestID: "req-1") == [refused])
        await running.close()
        #expect(TemporaryDirectory.files(below: path + ".journal").isEmpty)
    }

    @Test("a key that another process changes is told about, our own changes are not")
    func keys() async throws {
        let told = Mutex(0)
        let watching = try SQLiteStore.small(path) { told.withLock { $0 += 1 } }
        let changing = try SQLiteStore.small(path)
        var samples = Samples(seed: 55)
        let key = samples.key("a")
        try await changing.insert(key)
        #expect(await eventually { told.withLock { $0 } == 1 })
        #expect(try await watching.keys() == [key])
        await #expect(throws: KeyStoreError.nameTaken("a")) {
            var other = key
            other.key.id = "key_other"
            try await watching.insert(other)
        }
        let before = told.withLock { $0 }
        try await changing.delete(id: key.key.id)
        #expect(await eventually { told.withLock { $0 } > before })
        await changing.close()
        await watching.close()
    }

    @Test("our own changes of keys are told apart from others'")
    func generations() {
        let told = Mutex(0)
        let changes = KeyChanges(seen: 5) { told.withLock { $0 += 1 } }
        changes.observe(5)
        changes.madeChange(after: 5)
        changes.observe(6)
        #expect(told.withLock { $0 } == 0)
        changes.observe(7)
        #expect(told.withLock { $0 } == 1)
        changes.madeChange(after: 8)
        #expect(told.withLock { $0 } == 2)
        changes.observe(9)
        #expect(told.withLock { $0 } == 2)
    }
}
