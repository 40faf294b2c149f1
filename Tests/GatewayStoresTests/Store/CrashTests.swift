// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Logging
import Testing

@testable import GatewayStores

@Suite("SQLite store: after a crash")
struct CrashTests {
    private let directory: TemporaryDirectory
    private var path: String { directory / "sluice.db" }

    init() throws { directory = try TemporaryDirectory() }

    /// What a lane has done so far.
    private struct Load {
        var random: SeededGenerator
        var samples: Samples
        var open: [(opening: Opening, reservation: Reservation, delivered: Int64?)] = []
        var settled: [Settlement] = []

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            samples = Samples(seed: seed)
        }

        mutating func step(_ ledger: any LaneLedger) throws {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                let opening = samples.opening()
                open.append((opening, try ledger.open(opening), nil))
            case 4..<6 where !open.isEmpty:
                let index = Int.random(in: open.indices, using: &random)
                let delivered = open[index].delivered.map { $0 + 3 } ?? 0
                open[index].delivered = delivered
                ledger.note(open[index].reservation, deliveredTokens: delivered)
            case 6..<9 where !open.isEmpty:
                let (opening, reservation, _) = open.remove(at: Int.random(in: open.indices, using: &random))
                ledger.settle(reservation, Samples.closing(opening))
                settled.append(Samples.closing(opening))
            default:
                let refused = samples.settlement(provider: nil)
                ledger.record(refused)
                settled.append(refused)
            }
        }

        var expected: [Settlement] {
            (settled + open.map { $0.opening.interrupted(deliveredTokens: $0.delivered) }).sorted { $0.row < $1.row }
        }
    }

    @Test(
        "at any moment: every settled call is one row, every open one an interrupted row",
        arguments: 1...4 as ClosedRange<UInt64>)
    func anyMoment(seed: UInt64) async throws {
        let store = try SQLiteStore.small(path)
        let ledger = store.ledger(lane: 0)
        var load = Load(seed: seed)
        for round in 0..<8 {
            for _ in 0..<Int.random(in: 1...1_500, using: &load.random) { try load.step(ledger) }
            if Bool.random(using: &load.random) { try await store.drain() }
            let image = directory / "image \(round)"
            let copy = try SQLiteStore.small(try CrashImage.take(of: path, into: image))
            let rows = try await copy.rows(matching: UsageFilter(), limit: .max).sorted { $0.row < $1.row }
            #expect(rows == load.expected)
            #expect(try await copy.sums(by: .day, matching: UsageFilter()).map(\.requests) == [Int64(rows.count)])
            await copy.close()
            #expect(TemporaryDirectory.files(below: image + "/sluice.db.journal").isEmpty)
        }
        await store.close()
    }

    @Test("recovery that is itself cut short and done again leaves the same rows")
    func twice() async throws {
        let store = try SQLiteStore.sleepy(path)
        let ledger = store.ledger(lane: 0)
        var load = Load(seed: 9)
        for _ in 0..<2_000 { try load.step(ledger) }
        let copy = try CrashImage.take(of: path, into: directory / "image")
        let saved = directory / "saved journal"
        try FileManager.default.copyItem(atPath: copy + ".journal", toPath: saved)
        for _ in 0..<3 {
            let recovered = try SQLiteStore.sleepy(copy)
            let rows = try await recovered.rows(matching: UsageFilter(), limit: .max).sorted { $0.row < $1.row }
            #expect(rows == load.expected)
            #expect(try await recovered.sums(by: .day, matching: UsageFilter()).map(\.requests) == [Int64(rows.count)])
            await recovered.close()
            try FileManager.default.removeItem(atPath: copy + ".journal")
            try FileManager.default.copyItem(atPath: saved, toPath: copy + ".journal")
        }
        await store.close()
    }

    @Test("a damaged segment is kept aside and told about; what came before the damage is recovered")
    func damaged() async throws {
        let store = try SQLiteStore.sleepy(path)
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: 10)
        for second in Int64(0)..<10 {
            ledger.record(samples.settlement(at: Samples.at(seconds: second), requestID: "r\(second)"))
        }
        let copy = try CrashImage.take(of: path, into: directory / "image")
        let segment = try #require(
            TemporaryDirectory.files(below: copy + ".journal").first { file in
                let bytes = FileManager.default.contents(atPath: copy + ".journal/" + file)
                return bytes?.range(of: Data("r7".utf8)) != nil
            })
        var bytes = try #require(FileManager.default.contents(atPath: copy + ".journal/" + segment))
        let place = try #require(bytes.range(of: Data("r7".utf8))).lowerBound
        bytes[place] ^= 0xff
        try bytes.write(to: URL(fileURLWithPath: copy + ".journal/" + segment))

        let messages = Messages()
        let recovered = try SQLiteStore(path: copy, lanes: 1, logger: .keeping(messages)) {}
        let found = try await recovered.rows(matching: UsageFilter(), limit: .max).map(\.requestID).sorted()
        #expect(found == (0..<7).map { "r\($0)" })
        #expect(recovered.health.damagedSegments == 1)
        #expect(messages.all.contains { $0.hasPrefix("critical") && $0.contains(".damaged") })
        await recovered.close()
        let left = TemporaryDirectory.files(below: copy + ".journal")
        #expect(left.count == 1)
        #expect(left.first?.hasSuffix(".damaged") == true)

        let again = try SQLiteStore(path: copy, lanes: 1, logger: .silent) {}
        #expect(again.health.damagedSegments == 0)
        await again.close()
        await store.close()
    }

    @Test("damage to a segment in use loses no other segment's rows and does not stop the writer")
    func damagedInUse() async throws {
        let store = try SQLiteStore.sleepy(path)
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: 11)
        ledger.record(samples.settlement(requestID: "before"))
        ledger.record(samples.settlement(requestID: "spoilt"))
        let segment = try #require(
            TemporaryDirectory.files(below: path + ".journal").first { file in
                let bytes = FileManager.default.contents(atPath: path + ".journal/" + file)
                return bytes?.range(of: Data("spoilt".utf8)) != nil
            })
        let handle = try #require(FileHandle(forUpdatingAtPath: path + ".journal/" + segment))
        let bytes = try #require(try handle.readToEnd())
        let place = try #require(bytes.range(of: Data("spoilt".utf8))).lowerBound
        try handle.seek(toOffset: UInt64(place))
        try handle.write(contentsOf: Data("SPOILT".utf8))
        try handle.close()
        for _ in 0..<500 { ledger.record(samples.settlement(requestID: "after")) }
        #expect(try await store.rows(requestID: "before").count == 1)
        // The damaged segment held about a hundred of them.
        #expect(try await store.rows(requestID: "after").count > 300)
        #expect(store.health.damagedSegments == 1)
        await store.close()
        #expect(TemporaryDirectory.files(below: path + ".journal").map { $0.hasSuffix(".damaged") } == [true])
    }
}
