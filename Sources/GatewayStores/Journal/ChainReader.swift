// SPDX-License-Identifier: Apache-2.0

/// Takes the records of a journal into the ledger.
protocol SettlementSink {
    /// Gives false if the row is there already.
    @discardableResult
    mutating func insert(_ record: SettlementRecord) throws -> Bool
}

/// Follows one lane's chain of segments. A value: a transaction reads with a copy and keeps it only if it commits, so
/// position and database never disagree.
struct ChainReader {
    private struct Tracked {
        let segment: Segment
        var offset = SegmentLayout.headerSize
        var opened = 0
        var closed = 0
        var isRead = false
        var damage: String?
    }

    private let chain: Chain
    private var segments: [UInt32: Tracked] = [:]
    private var newest: UInt32 = 0
    private var reading: UInt32 = 1

    init(_ chain: Chain) { self.chain = chain }

    /// Learns of segments that the lane has started. Not to be undone: the chain gives each segment once.
    mutating func noticeStarted() {
        for segment in chain.takeStarted() {
            newest += 1
            segments[newest] = Tracked(segment: segment)
        }
    }

    /// Whether there is anything to read.
    var hasMore: Bool {
        guard let tracked = segments[reading] else { return false }
        if case .blank = tracked.segment.contents.entry(at: tracked.offset) { return false }
        return true
    }

    /// Reads up to `limit` records into `sink`, and lowers `limit` by as many.
    mutating func read(_ limit: inout Int, into sink: inout some SettlementSink) throws {
        while limit > 0, var tracked = segments[reading] {
            switch tracked.segment.contents.entry(at: tracked.offset) {
            case .blank:
                return
            case .record(let record, let next):
                limit -= 1
                tracked.offset = next
                segments[reading] = tracked
                try take(record, into: &sink)
            case .full:
                segments[reading]?.isRead = true
                reading += 1
            case .damaged(let reason):
                segments[reading]?.damage = reason
                reading += 1
            }
        }
    }

    private mutating func take(_ record: JournalRecord, into sink: inout some SettlementSink) throws {
        switch record.kind {
        case .opening:
            guard let head = try? OpeningRecord.readHead(record.payload) else { return giveUpSegment() }
            segments[reading]?.opened += 1
            if let from = head.from { segments[from.sequence]?.closed += 1 }
        case .settlement:
            guard let settlement = try? SettlementRecord(record.payload) else { return giveUpSegment() }
            if let opening = settlement.opening { segments[opening.sequence]?.closed += 1 }
            try sink.insert(settlement)
        }
    }

    private mutating func giveUpSegment() {
        segments[reading]?.damage = "a record whose checksum is right cannot be understood"
        reading += 1
    }

    /// Takes out the segments that hold nothing which is not in the database, to be discarded.
    mutating func removeFinished() -> [Segment] {
        let finished = segments.filter { $0.value.isRead && $0.value.opened == $0.value.closed }
        for sequence in finished.keys { segments[sequence] = nil }
        return finished.values.map(\.segment)
    }

    /// Damage found since the last call, with the segment it is in. The segment stays mapped: a lane may write to it.
    mutating func takeDamage() -> [(segment: Segment, reason: String)] {
        var found: [(Segment, String)] = []
        for (sequence, tracked) in segments {
            guard let reason = tracked.damage else { continue }
            segments[sequence]?.damage = nil
            found.append((tracked.segment, reason))
        }
        return found
    }

    /// The segments that are still needed.
    var heldSegments: [Segment] { segments.values.map(\.segment) }
}
