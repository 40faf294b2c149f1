// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

@testable import GatewayStores

@Suite("Journal segments")
struct SegmentTests {
    private let directory: TemporaryDirectory
    private let segment: Segment
    /// Where each record begins, and where the last one ends.
    private let offsets: [Int]
    private let settlements: [Settlement]

    init() throws {
        directory = try TemporaryDirectory()
        segment = try Segment(makingAt: directory / "1.segment", size: 16 << 10)
        segment.start(chain: 1, sequence: 1)
        var samples = Samples(seed: 31)
        let settlements = (0..<3).map { _ in samples.settlement() }
        var offsets = [SegmentLayout.headerSize]
        for settlement in settlements {
            offsets.append(
                segment.append(.settlement, at: offsets[offsets.count - 1]) {
                    SettlementRecord.write(settlement, row: settlement.row, opening: nil, to: &$0)
                })
        }
        self.offsets = offsets
        self.settlements = settlements
    }

    @Test("what is stored is in the file at once")
    func stores() throws {
        let reading = try read(try file())
        #expect(reading.settlements == settlements)
        #expect(reading.damage == nil)
    }

    @Test("the file is preallocated, and only its owner may read it")
    func preallocated() throws {
        var status = stat()
        #expect(stat(directory / "1.segment", &status) == 0)
        #expect(status.st_size == 16 << 10)
        #expect(Int(status.st_blocks) * 512 >= 16 << 10)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("a file cut off anywhere in the last record gives the records before it and says where it broke")
    func cutOff() throws {
        let whole = try file()
        for length in (offsets[2] + 1)..<offsets[3] {
            let reading = try read(Array(whole[..<length]))
            #expect(reading.settlements == Array(settlements[..<2]), "cut at \(length)")
            #expect(reading.damage != nil, "cut at \(length)")
        }
    }

    @Test("a last record whose tail was never written is not taken for a record")
    func zeroedTail() throws {
        let whole = try file()
        for start in offsets[2]..<offsets[3] {
            var torn = whole
            for index in start..<offsets[3] { torn[index] = 0 }
            let expected = torn == whole ? settlements : Array(settlements[..<2])
            #expect(try read(torn).settlements == expected, "zero from \(start)")
        }
    }

    @Test("a changed bit anywhere in the last record is found, except in the note of an opening, which has no checksum")
    func flippedBits() throws {
        let whole = try file()
        for index in offsets[2]..<offsets[3] {
            for bit in 0..<8 {
                var changed = whole
                changed[index] ^= 1 << UInt8(bit)
                let isNote = (16..<24).contains(index - offsets[2])
                let expected = isNote ? settlements : Array(settlements[..<2])
                #expect(try read(changed).settlements == expected, "bit \(bit) of byte \(index)")
            }
        }
    }

    @Test("records of another segment are not believed, whatever stands in the place")
    func staleRecords() throws {
        var mixed = try file()
        mixed[SegmentLayout.nonceOffset] ^= 1
        let reading = try read(mixed)
        #expect(reading.settlements.isEmpty)
        #expect(reading.damage != nil)
    }

    @Test("a file that is no segment, or of another version, is told apart from an empty one")
    func strangers() throws {
        let whole = try file()
        var version = whole
        version[8] = 9
        #expect(throws: DamagedSegment.self) { try read(version) }
        #expect(throws: DamagedSegment.self) { try read(Array("not a segment at all".utf8)) }
        #expect(try read([]).settlements.isEmpty)
        #expect(try read([UInt8](repeating: 0, count: 16 << 10)).damage == nil)
    }

    private func file() throws -> [UInt8] {
        try Array(Data(contentsOf: URL(fileURLWithPath: directory / "1.segment")))
    }

    private struct Reading {
        var settlements: [Settlement] = []
        var damage: String?
    }

    private func read(_ file: [UInt8]) throws -> Reading {
        try file.withUnsafeBytes { bytes in
            var reading = Reading()
            guard let contents = try SegmentContents(file: bytes) else { return reading }
            var offset = SegmentLayout.headerSize
            while true {
                switch contents.entry(at: offset) {
                case .blank, .full:
                    return reading
                case .damaged(let reason):
                    reading.damage = reason
                    return reading
                case .record(let record, let next):
                    reading.settlements.append(try SettlementRecord(record.payload).settlement)
                    offset = next
                }
            }
        }
    }
}
