// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// One file of a journal, mapped into memory. A store into it survives the death of the process, because its pages
/// belong to the kernel; it survives the loss of power once `sync` has returned.
///
/// The file's blocks are allocated when it is made, so a full disk shows there, and never as a fault at a store.
///
/// `@unchecked Sendable`: the stored properties do not change. Of the mapped memory, one lane writes each record once
/// and publishes it by storing the commit word with release order; whoever reads it loads that word with acquire order
/// first. The one word that changes later, the note, is only touched atomically.
final class Segment: @unchecked Sendable {
    let path: String
    let size: Int
    let nonce: UInt64
    private let base: UnsafeMutableRawPointer

    /// Makes the file, or throws and leaves none.
    init(makingAt path: String, size: Int) throws(SystemError) {
        self.path = path
        self.size = size
        var random = SystemRandomNumberGenerator()
        nonce = random.next()
        let file = try Descriptor(opening: path, O_RDWR | O_CREAT | O_EXCL)
        let code = posix_fallocate(file.number, 0, off_t(size))
        guard code == 0 else {
            unlink(path)
            throw SystemError("posix_fallocate", path, code: code)
        }
        let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, 0)
        guard let memory, memory != MAP_FAILED else {
            let failure = SystemError("mmap", path)
            unlink(path)
            throw failure
        }
        base = memory
        // Brings the pages in now, so that the lane takes no fault for each. Should it fail, they come when touched.
        madvise(memory, size, MADV_POPULATE_WRITE)
        base.storeBytes(of: SegmentLayout.magic.littleEndian, as: UInt64.self)
        base.storeBytes(of: SegmentLayout.version.littleEndian, toByteOffset: 8, as: UInt32.self)
        base.storeBytes(of: UInt32(size).littleEndian, toByteOffset: SegmentLayout.sizeOffset, as: UInt32.self)
        base.storeBytes(of: nonce.littleEndian, toByteOffset: SegmentLayout.nonceOffset, as: UInt64.self)
    }

    deinit { munmap(base, size) }

    /// Marks the segment as the one with `sequence` of the lane that writes chain `chain`.
    func start(chain: UInt32, sequence: UInt32) {
        base.atomicWord(at: SegmentLayout.placeOffset)
            .pointee.store(UInt64(chain) << 32 | UInt64(sequence), ordering: .releasing)
    }

    /// Writes a record at `offset`, where there is room for one of any length, and returns the offset behind it.
    func append(
        _ kind: RecordKind, at offset: Int, _ write: (inout PayloadWriter) -> Void
    ) -> Int {
        let record = base + offset
        var payload = PayloadWriter(record + SegmentLayout.recordHeaderSize)
        write(&payload)
        commit(kind, at: offset, length: payload.length, note: .none)
        return offset + SegmentLayout.recordHeaderSize + payload.length
    }

    /// Writes the opening that stands at `old` of another segment once more at `offset`, and returns the offset behind
    /// it. What was noted so far comes along.
    func appendMoved(_ call: OpenCall, at offset: Int) -> Int {
        let record = base + offset + SegmentLayout.recordHeaderSize
        record.copyMemory(from: call.record + SegmentLayout.recordHeaderSize, byteCount: call.length)
        record.storeBytes(of: call.place.word.littleEndian, as: UInt64.self)
        let note = Note(word: call.record.atomicWord(at: SegmentLayout.noteOffset).pointee.load(ordering: .relaxed))
        commit(.opening, at: offset, length: call.length, note: note)
        return offset + SegmentLayout.recordHeaderSize + call.length
    }

    private func commit(_ kind: RecordKind, at offset: Int, length: Int, note: Note) {
        let record = base + offset
        let commit = CommitWord(kind: kind, length: length).word
        let payload = UnsafeRawBufferPointer(start: record + SegmentLayout.recordHeaderSize, count: length)
        let checksum = Checksum.of(payload, nonce: nonce, commit: commit, offset: offset)
        record.storeBytes(of: checksum.littleEndian, toByteOffset: 8, as: UInt64.self)
        record.atomicWord(at: SegmentLayout.noteOffset).pointee.store(note.word, ordering: .relaxed)
        record.atomicWord(at: 0).pointee.store(commit, ordering: .releasing)
    }

    /// Where the record at `offset` lies, for the lane that wrote it.
    func record(at offset: Int) -> UnsafeMutableRawPointer { base + offset }

    /// What has been written so far.
    var contents: SegmentContents {
        SegmentContents(base: base, available: size, size: size, nonce: nonce)
    }

    /// Waits until everything stored so far is on the disk.
    func sync() throws(SystemError) {
        guard msync(base, size, MS_SYNC) == 0 else { throw SystemError("msync", path) }
    }
}
