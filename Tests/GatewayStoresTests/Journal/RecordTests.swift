// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@testable import GatewayStores

@Suite("Journal records")
struct RecordTests {
    @Test("any settlement comes back as it was written", arguments: 0..<20 as Range<UInt64>)
    func settlements(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for _ in 0..<100 {
            let settlement = samples.randomSettlement()
            let copy = try SettlementRecord.withRecord(of: settlement) { $0.settlement }
            #expect(copy == settlement)
        }
    }

    @Test("any opening comes back as it was written", arguments: 0..<20 as Range<UInt64>)
    func openings(seed: UInt64) throws {
        var samples = Samples(seed: seed)
        for _ in 0..<100 {
            let opening = samples.randomOpening()
            let payload = Self.payload { OpeningRecord.write(opening, to: &$0) }
            #expect(try payload.withUnsafeBytes { try OpeningRecord.read($0) } == opening)
        }
    }

    @Test("a payload cut at any byte is refused, never read beyond its end")
    func cutPayloads() throws {
        var samples = Samples(seed: 99)
        let settlement = samples.settlement()
        let whole = Self.payload { SettlementRecord.write(settlement, row: settlement.row, opening: nil, to: &$0) }
        // The last bytes only fill up to a multiple of 8.
        for length in 0..<(whole.count - 8) {
            let cut = Array(whole[..<length])
            #expect(throws: MalformedPayload.self) { try cut.withUnsafeBytes { _ = try SettlementRecord($0) } }
            #expect(throws: MalformedPayload.self) { try cut.withUnsafeBytes { _ = try OpeningRecord.read($0) } }
        }
    }

    @Test("texts beyond the limit are cut between characters, and no record exceeds its bound")
    func longTexts() throws {
        var samples = Samples(seed: 5)
        var settlement = samples.settlement()
        let long = String(repeating: "語", count: 5_000)
        settlement.requestID = long
        settlement.traceID = long
        settlement.keyID = long
        settlement.keyName = long
        settlement.modelAsked = "a" + long
        settlement.provider = long
        settlement.modelServed = String(repeating: "🚀", count: 65)
        let payload = Self.payload { SettlementRecord.write(settlement, row: settlement.row, opening: nil, to: &$0) }
        #expect(payload.count + SegmentLayout.recordHeaderSize <= SegmentLayout.recordLimit)
        let copy = try payload.withUnsafeBytes { try SettlementRecord($0).settlement }
        #expect(copy.requestID == String(repeating: "語", count: 85))
        #expect(copy.modelAsked == "a" + String(repeating: "語", count: 85))
        #expect(copy.modelServed == String(repeating: "🚀", count: 64))

        var opening = samples.opening()
        opening.requestID = long
        opening.traceID = long
        opening.keyID = long
        opening.keyName = long
        opening.modelAsked = long
        opening.provider = long
        opening.modelServed = long
        let other = Self.payload { OpeningRecord.write(opening, to: &$0) }
        #expect(other.count + SegmentLayout.recordHeaderSize <= SegmentLayout.recordLimit)
    }

    @Test("each case has a code of its own")
    func codes() {
        #expect(Set(Endpoint.allJournalled.map(\.journalCode)).count == Endpoint.allCases.count)
        #expect(Set(Ending.allJournalled.map(\.journalCode)).count == Ending.allCases.count)
        #expect(Set(UsageSource.allJournalled.map(\.journalCode)).count == 4)
        #expect(throws: MalformedPayload.self) { try Endpoint.journalled(0) }
    }

    static func payload(_ write: (inout PayloadWriter) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SegmentLayout.recordLimit) { buffer, count in
            guard let base = buffer.baseAddress else { return }
            var payload = PayloadWriter(base)
            write(&payload)
            count = payload.length
        }
    }
}
