// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes the fields of a record one after another. The memory behind `base` has room for a record of the greatest
/// length, so nothing here can fail.
struct PayloadWriter {
    /// Bytes of a text that are kept. Names are shorter; what callers choose without bound is cut here.
    static let textLimit = 256

    private let base: UnsafeMutableRawPointer
    private(set) var length = 0

    init(_ base: UnsafeMutableRawPointer) { self.base = base }

    mutating func put<Word: FixedWidthInteger>(_ value: Word) {
        base.storeBytes(of: value.littleEndian, toByteOffset: length, as: Word.self)
        length += MemoryLayout<Word>.size
    }

    mutating func put(_ row: RowID) {
        put(row.high)
        put(row.low)
    }

    /// Writes a text, or as many of its first characters as fit into the limit.
    mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            let count = Self.cut(bytes)
            put(UInt16(truncatingIfNeeded: count))
            if let start = bytes.baseAddress { (base + length).copyMemory(from: start, byteCount: count) }
            length += count
        }
    }

    /// Fills up to a multiple of 8 with zeros.
    mutating func align() {
        while length % 8 != 0 { put(UInt8(0)) }
    }

    private static func cut(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard bytes.count > textLimit else { return bytes.count }
        var count = textLimit
        while count > 0 && bytes[count] & 0xc0 == 0x80 { count -= 1 }
        return count
    }
}

/// A payload that does not hold what its kind of record must.
struct MalformedPayload: Error {}

/// Reads what `PayloadWriter` wrote. The bytes come from a file, so every step is checked.
struct PayloadReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func take<Word: FixedWidthInteger>(_: Word.Type = Word.self) throws(MalformedPayload) -> Word {
        guard offset + MemoryLayout<Word>.size <= bytes.count else { throw MalformedPayload() }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: Word.self)
        offset += MemoryLayout<Word>.size
        return Word(littleEndian: value)
    }

    mutating func takeRow() throws(MalformedPayload) -> RowID {
        RowID(high: try take(), low: try take())
    }

    mutating func takeText() throws(MalformedPayload) -> BorrowedText {
        let count = Int(try take(UInt16.self))
        guard offset + count <= bytes.count else { throw MalformedPayload() }
        defer { offset += count }
        return BorrowedText(bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]))
    }
}

/// A text that lies in a journal: valid no longer than the memory it points into.
struct BorrowedText {
    let bytes: UnsafeRawBufferPointer

    var string: String { String(decoding: bytes, as: UTF8.self) }
}
