// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How a journal segment is laid out. Everything is little-endian and aligned to 8 bytes.
///
/// ```
/// header   64 bytes: magic 8 · version 4 · size 4 · nonce 8 · place 8 (lane's chain 4, sequence 4; 0: not started)
/// record   commit 8 (0: none; else length 4, kind 1, marker 3) · checksum 8 · note 8 · payload
/// ```
/// A record counts from the moment its commit word is stored, which is last. The note alone changes afterwards, so
/// the checksum leaves it out. A segment is full when no record of the greatest length fits any more.
enum SegmentLayout {
    static let magic: UInt64 = 0x314c_4e52_4a43_4c53
    static let version: UInt32 = 1
    static let headerSize = 64
    static let recordHeaderSize = 24
    /// No record is longer, its header included: a settlement's room can be promised before the settlement is known.
    static let recordLimit = 2048

    static let sizeOffset = 12
    static let nonceOffset = 16
    static let placeOffset = 24
    /// Within a record.
    static let noteOffset = 16

    /// How many more records of any length fit behind `offset`.
    static func room(behind offset: Int, in size: Int) -> Int {
        max(0, (size - offset) / recordLimit)
    }
}

/// What a record says.
enum RecordKind: UInt8 {
    case opening = 1
    case settlement = 2
}

/// The first word of a record.
struct CommitWord {
    private static let marker: UInt64 = 0x51_0ed6

    let word: UInt64

    init(word: UInt64) { self.word = word }

    init(kind: RecordKind, length: Int) {
        word = Self.marker << 40 | UInt64(kind.rawValue) << 32 | UInt64(UInt32(truncatingIfNeeded: length))
    }

    /// Kind and payload length; nil if no writer of ours made the word.
    var content: (kind: RecordKind, length: Int)? {
        let length = Int(word & 0xffff_ffff)
        guard word >> 40 == Self.marker, let kind = RecordKind(rawValue: UInt8(truncatingIfNeeded: word >> 32)),
            length % 8 == 0, length <= SegmentLayout.recordLimit - SegmentLayout.recordHeaderSize
        else { return nil }
        return (kind, length)
    }
}

/// What is noted of an open call: 0 until the head of its answer has been sent, from then on one more than the output tokens
/// delivered.
struct Note: Comparable {
    static let none = Note(word: 0)

    let word: UInt64

    init(word: UInt64) { self.word = word }

    init(deliveredTokens: Int64) { word = UInt64(clamping: deliveredTokens) &+ 1 }

    /// Nil until the head has been sent.
    var deliveredTokens: Int64? { word == 0 ? nil : Int64(clamping: word - 1) }

    static func < (left: Note, right: Note) -> Bool { left.word < right.word }
}

/// Where a record stands among the segments of its lane. Sequences start at 1, so that the word 0 can mean nowhere.
struct RecordPlace: Equatable {
    var sequence: UInt32
    var offset: UInt32

    init(sequence: UInt32, offset: Int) {
        self.sequence = sequence
        self.offset = UInt32(truncatingIfNeeded: offset)
    }

    init?(word: UInt64) {
        guard word != 0 else { return nil }
        sequence = UInt32(truncatingIfNeeded: word >> 32)
        offset = UInt32(truncatingIfNeeded: word)
    }

    var word: UInt64 { UInt64(sequence) << 32 | UInt64(offset) }
}

/// A fast 64-bit checksum. Each step is a bijection of the state, so a change to any one word always shows; it guards
/// against torn and stale pages, not against an attacker, who could as well write a valid record.
enum Checksum {
    static func of(_ payload: UnsafeRawBufferPointer, nonce: UInt64, commit: UInt64, offset: Int) -> UInt64 {
        var state = mix(nonce ^ UInt64(offset), commit)
        for index in stride(from: 0, to: payload.count & ~7, by: 8) {
            state = mix(state, payload.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        }
        return state
    }

    private static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let product = (state ^ UInt64(littleEndian: word)) &* 0x9e37_79b9_7f4a_7c15
        return product ^ product >> 29
    }
}

extension UnsafeMutableRawPointer {
    /// The atomic word at `offset`, which is a multiple of 8 from memory aligned to 8.
    func atomicWord(at offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        (self + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }
}

extension UnsafeRawPointer {
    /// The atomic word at `offset`, which is a multiple of 8 from memory aligned to 8.
    func atomicWord(at offset: Int) -> UnsafePointer<Atomic<UInt64>> {
        (self + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
    }
}
