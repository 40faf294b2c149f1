// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

@testable import GatewayStores

@Suite("Lane journal")
struct LaneJournalTests {
    private let directory: TemporaryDirectory
    private var path: String { directory / "sluice.db" }

    init() throws { directory = try TemporaryDirectory() }

    @Test("segments come and go, and every row arrives")
    func rollOver() async throws {
        let store = try SQLiteStore.small(path)
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: 41)
        var expected: [Settlement] = []
        for _ in 0..<3_000 {
            let opening = samples.opening()
            ledger.settle(try ledger.open(opening), Samples.closing(opening))
            expected.append(Samples.closing(opening))
        }
        let rows = try await store.rows(matching: UsageFilter(), limit: .max)
        #expect(rows.sorted { $0.row < $1.row } == expected.sorted { $0.row < $1.row })
        #expect(store.health.journalBytes <= 6 * (32 << 10))
        #expect(store.health.isWritable)
        await store.close()
        #expect(TemporaryDirectory.files(below: path + ".journal").isEmpty)
    }

    @Test("calls that stay open over many segments keep few of them, and settle as one row each")
    func longCalls() async throws {
        let store = try SQLiteStore.small(path)
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: 42)
        var long: [(opening: Opening, reservation: Reservation)] = []
        // One long call begins in every segment or so.
        for round in 0..<100 {
            let opening = samples.opening()
            long.append((opening, try ledger.open(opening)))
            for _ in 0..<100 { ledger.record(samples.settlement()) }
            for call in long { ledger.note(call.reservation, deliveredTokens: Int64(round)) }
            try await store.drain()
            #expect(store.health.journalBytes <= 20 * (32 << 10), "round \(round)")
        }
        let copy = try SQLiteStore.small(try CrashImage.take(of: path, into: directory / "image"))
        let interrupted = try await copy.rows(requestID: "req-open")
        #expect(interrupted == long.map { $0.opening.interrupted(deliveredTokens: 99) }.sorted { $0.row < $1.row })
        await copy.close()

        for call in long { ledger.settle(call.reservation, Samples.closing(call.opening)) }
        let settled = try await store.rows(requestID: "req-open")
        #expect(settled == long.map { Samples.closing($0.opening) }.sorted { $0.row < $1.row })
        #expect(await store.openReservations() == 0)
        // The room held for so many settlements is given back when the lane goes on to another segment.
        for _ in 0..<300 { ledger.record(samples.settlement()) }
        let isSmall = try await eventually {
            try await store.drain()
            return store.health.journalBytes <= 6 * (32 << 10)
        }
        #expect(isSmall)
        await store.close()
    }

    @Test("of an opening that moved, the note made last is the one that counts")
    func movedNotes() async throws {
        let store = try SQLiteStore.sleepy(path)
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: 45)
        var long: [(opening: Opening, reservation: Reservation)] = []
        for _ in 0..<20 {
            let opening = samples.opening()
            long.append((opening, try ledger.open(opening)))
            for _ in 0..<100 { ledger.record(samples.settlement()) }
            for call in long { ledger.note(call.reservation, deliveredTokens: 1) }
        }
        for _ in 0..<2_000 { ledger.record(samples.settlement()) }
        for call in long { ledger.note(call.reservation, deliveredTokens: 2) }
        let copy = try SQLiteStore.sleepy(try CrashImage.take(of: path, into: directory / "image"))
        let interrupted = try await copy.rows(requestID: "req-open")
        #expect(interrupted == long.map { $0.opening.interrupted(deliveredTokens: 2) }.sorted { $0.row < $1.row })
        await copy.close()
        await store.close()
    }

    @Test("when the journal may not grow, calls are refused, and everything open still settles")
    func bounded() async throws {
        let store = try SQLiteStore.small(path, limit: 4 * (32 << 10))
        let blocker = try FileLock(path: path + ".lock")
        #expect(await eventually { blocker.tryAcquire() })
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: 43)
        var open: [(Opening, Reservation)] = []
        var refusal: GatewayFailure?
        while refusal == nil && open.count < 10_000 {
            let opening = samples.opening()
            do throws(GatewayFailure) {
                open.append((opening, try ledger.open(opening)))
            } catch {
                refusal = error
            }
        }
        #expect(refusal?.code == .ledgerUnavailable)
        #expect(refusal?.status == 503)
        #expect(refusal?.message.contains(directory.path) == false)
        #expect(open.count > 20)
        #expect(!store.health.isWritable)
        #expect(store.health.lastError?.contains("limit") == true)
        #expect(store.health.journalBytes <= 4 * (32 << 10))

        // The longest settlements there can be.
        let long = String(repeating: "x", count: 256)
        var expected: [Settlement] = []
        for (opening, reservation) in open {
            var settlement = Samples.closing(opening)
            settlement.requestID = long
            settlement.keyName = long
            settlement.keyID = long
            settlement.traceID = long
            settlement.modelAsked = long
            settlement.provider = long
            settlement.modelServed = long
            ledger.settle(reservation, settlement)
            expected.append(settlement)
        }
        for _ in 0..<1_000 { ledger.record(samples.settlement()) }
        #expect(store.health.droppedRefusals > 0)
        let kept = 1_000 - store.health.droppedRefusals

        blocker.release()
        #expect(try await store.rows(requestID: long).count == expected.count)
        #expect(try await store.rows(requestID: "req-1").count == kept)
        let again = samples.opening()
        #expect(
            await eventually {
                guard let reservation = try? ledger.open(again) else { return false }
                ledger.settle(reservation, Samples.closing(again))
                return true
            })
        #expect(await eventually { store.health.isWritable })
        await store.close()
    }

    @Test("a closed store refuses calls, and a late settlement harms nothing")
    func closed() async throws {
        let store = try SQLiteStore.small(path)
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: 44)
        let opening = samples.opening()
        let reservation = try ledger.open(opening)
        ledger.note(reservation, deliveredTokens: 4)
        await store.close()
        #expect(throws: GatewayFailure.self) { _ = try ledger.open(samples.opening()) }
        ledger.note(reservation, deliveredTokens: 5)
        ledger.settle(reservation, Samples.closing(opening))
        await #expect(throws: StoreError.self) { try await store.drain() }

        let next = try SQLiteStore.small(path)
        #expect(try await next.rows(requestID: "req-open") == [opening.interrupted(deliveredTokens: 4)])
        await next.close()
    }

    @Test("tickets of closed calls find nothing, also when their slot is used again")
    func tickets() throws {
        var calls = OpenCalls()
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
        defer { memory.deallocate() }
        func call(_ offset: Int) -> OpenCall {
            OpenCall(place: RecordPlace(sequence: 1, offset: offset), record: memory, length: 8)
        }
        let first = calls.insert(call(64))
        #expect(calls[first]?.place.offset == 64)
        #expect(calls.remove(first) != nil)
        #expect(calls.remove(first) == nil)
        let second = calls.insert(call(128))
        #expect(calls[first] == nil)
        #expect(calls[second]?.place.offset == 128)
        #expect(calls[.max] == nil)
        #expect(calls.count == 1)
        #expect(calls.bytes == 8)
    }
}
