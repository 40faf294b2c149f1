// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayDomain
import Glibc

/// Brings the journal of a process that died into the ledger: settled calls as they were settled, and every call that was
/// open as interrupted. Doing it twice, or half and then again, leaves the same rows.
struct JournalReplay {
    struct Outcome: Equatable {
        var settled = 0
        var interrupted = 0
        /// New paths of segments that could not be read to their end, with the reason.
        var damaged: [String: String] = [:]
    }

    /// An opening whose settlement has not been seen.
    private struct Unsettled {
        var file: String
        var offset: Int
        var note: Note
    }

    private let directory: JournalDirectory
    private let database: LedgerDatabase
    private var unsettled: [RowID: Unsettled] = [:]
    private var settled: Set<RowID> = []
    private var damage: [String: String] = [:]

    init(_ directory: JournalDirectory, into database: LedgerDatabase) {
        self.directory = directory
        self.database = database
    }

    /// Does it all, but for removing the directory.
    mutating func run() throws -> Outcome {
        for file in try directory.segments() { try replay(file) }
        let interrupted = try recordInterrupted()
        var outcome = Outcome(settled: settled.count, interrupted: interrupted)
        for (file, reason) in damage { outcome.damaged[try directory.keepAside(file)] = reason }
        return outcome
    }

    private mutating func replay(_ file: String) throws {
        let bytes = try read(file)
        try bytes.withUnsafeBytes { bytes in
            let contents: SegmentContents?
            do throws(DamagedSegment) {
                contents = try SegmentContents(file: bytes)
            } catch {
                damage[file] = error.reason
                return
            }
            guard let contents else { return }
            try database.write { db in
                var ledger = try LedgerWriter(db)
                try replay(contents, of: file, into: &ledger)
                try ledger.finish()
            }
        }
    }

    private mutating func replay(
        _ contents: SegmentContents, of file: String, into ledger: inout some SettlementSink
    ) throws {
        var offset = SegmentLayout.headerSize
        while true {
            switch contents.entry(at: offset) {
            case .blank, .full:
                return
            case .damaged(let reason):
                damage[file] = reason
                return
            case .record(let record, let next):
                guard try take(record, at: offset, of: file, into: &ledger) else {
                    damage[file] = "the record at byte \(offset) cannot be understood"
                    return
                }
                offset = next
            }
        }
    }

    /// False if the record, though undamaged, is not one that this version understands.
    private mutating func take(
        _ record: JournalRecord, at offset: Int, of file: String, into ledger: inout some SettlementSink
    ) throws -> Bool {
        switch record.kind {
        case .opening:
            guard let row = try? OpeningRecord.readHead(record.payload).row else { return false }
            // An opening that moved is there twice; the later one has the higher note.
            if let known = unsettled[row], known.note > record.note { return true }
            unsettled[row] = Unsettled(file: file, offset: offset, note: record.note)
        case .settlement:
            guard let settlement = try? SettlementRecord(record.payload) else { return false }
            try ledger.insert(settlement)
            settled.insert(settlement.row)
        }
        return true
    }

    private mutating func recordInterrupted() throws -> Int {
        let open = unsettled.filter { !settled.contains($0.key) }
        var count = 0
        for (file, calls) in Dictionary(grouping: open.values, by: \.file) {
            let bytes = try read(file)
            count += try bytes.withUnsafeBytes { bytes in
                guard let contents = try? SegmentContents(file: bytes) else { return 0 }
                return try database.write { try recordInterrupted(calls, in: contents, db: $0) }
            }
        }
        return count
    }

    /// A call may be open here although it is settled: its settlement stood in a segment that was finished and removed.
    /// Then its row is in the ledger, and stays as it is.
    private mutating func recordInterrupted(
        _ calls: [Unsettled], in contents: SegmentContents, db: Database
    ) throws -> Int {
        var ledger = try LedgerWriter(db)
        var count = 0
        for call in calls {
            guard case .record(let record, _) = contents.entry(at: call.offset),
                let opening = try? OpeningRecord.read(record.payload)
            else {
                damage[call.file] = "the opening at byte \(call.offset) cannot be understood"
                continue
            }
            let settlement = opening.interrupted(deliveredTokens: call.note.deliveredTokens)
            if try SettlementRecord.withRecord(of: settlement, { try ledger.insert($0) }) { count += 1 }
        }
        try ledger.finish()
        return count
    }

    private func read(_ file: String) throws -> [UInt8] {
        let path = directory.path + "/" + file
        let descriptor = try Descriptor(opening: path, O_RDONLY)
        return try descriptor.read(upTo: descriptor.size(path: path), path: path)
    }
}
