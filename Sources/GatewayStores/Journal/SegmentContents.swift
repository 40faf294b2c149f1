// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A record as it was read.
struct JournalRecord {
    let kind: RecordKind
    let payload: UnsafeRawBufferPointer
    /// What was noted of the call since; of an opening.
    let note: Note
}

/// What stands at a place of a segment.
enum SegmentEntry {
    case record(JournalRecord, next: Int)
    /// Nothing yet; more may come.
    case blank
    /// No further record fits.
    case full
    case damaged(String)
}

/// The records of a segment, in memory that outlives this value. Believes nothing it has not checked.
struct SegmentContents {
    let base: UnsafeRawPointer
    /// Bytes that are there; fewer than `size` if the file was cut short.
    let available: Int
    /// Bytes the segment was made with.
    let size: Int
    let nonce: UInt64

    init(base: UnsafeRawPointer, available: Int, size: Int, nonce: UInt64) {
        self.base = base
        self.available = available
        self.size = size
        self.nonce = nonce
    }

    /// Reads the header of a segment's file. Nil for a file that no lane had begun to write, which holds nothing.
    init?(file bytes: UnsafeRawBufferPointer) throws(DamagedSegment) {
        let beginning = bytes.prefix(SegmentLayout.headerSize + 8)
        guard let base = bytes.baseAddress, beginning.contains(where: { $0 != 0 }) else { return nil }
        guard bytes.count >= SegmentLayout.headerSize else { throw DamagedSegment("it is shorter than a header") }
        func word(_ offset: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian }
        func half(_ offset: Int) -> UInt32 { bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian }
        guard word(0) == SegmentLayout.magic else { throw DamagedSegment("it does not begin as a segment does") }
        guard half(8) == SegmentLayout.version else {
            throw DamagedSegment("it is of version \(half(8)); this gateway reads version \(SegmentLayout.version)")
        }
        let size = Int(half(SegmentLayout.sizeOffset))
        guard size >= SegmentLayout.headerSize else { throw DamagedSegment("its header gives an impossible size") }
        guard word(SegmentLayout.placeOffset) != 0 else { return nil }
        self.init(base: base, available: bytes.count, size: size, nonce: word(SegmentLayout.nonceOffset))
    }

    /// What stands at `offset`, which is the start of the records or follows one.
    func entry(at offset: Int) -> SegmentEntry {
        guard SegmentLayout.room(behind: offset, in: size) > 0 else { return .full }
        let payloadOffset = offset + SegmentLayout.recordHeaderSize
        guard payloadOffset <= available else {
            return .damaged("the file ends at byte \(available), within a segment")
        }
        let commit = (base + offset).atomicWord(at: 0).pointee.load(ordering: .acquiring)
        guard commit != 0 else { return .blank }
        guard let (kind, length) = CommitWord(word: commit).content else {
            return .damaged("no record begins at byte \(offset)")
        }
        guard payloadOffset + length <= available else { return .damaged("the record at byte \(offset) is cut off") }
        let payload = UnsafeRawBufferPointer(start: base + payloadOffset, count: length)
        let checksum = (base + offset).loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
        guard checksum == Checksum.of(payload, nonce: nonce, commit: commit, offset: offset) else {
            return .damaged("the record at byte \(offset) does not match its checksum")
        }
        let note = (base + offset).atomicWord(at: SegmentLayout.noteOffset).pointee.load(ordering: .relaxed)
        let record = JournalRecord(kind: kind, payload: payload, note: Note(word: note))
        return .record(record, next: payloadOffset + length)
    }
}

/// A segment that cannot be read, or not further.
struct DamagedSegment: Error, Equatable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
