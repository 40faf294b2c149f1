// SPDX-License-Identifier: Apache-2.0

/// Finds the events of an event stream in a growing buffer, by the WHATWG rules: lines end in CR, LF or CRLF in any
/// mixture, a byte order mark may come first, lines with a leading colon are comments, unknown fields say nothing.
///
/// The events are the same wherever the bytes were cut. An event is found as soon as its blank line has begun: a stream
/// that ends lines in CR alone does not wait for a line feed that never comes, and where one does come later, it goes with
/// the next event's bytes.
package struct EventStreamScanner {
    /// The end of the last complete event: what may be told as consumed.
    package private(set) var scannedOffset = 0
    /// Where the line being read starts, and how far it was looked at without finding its end.
    private var lineStart = 0
    private var looked = 0
    private var isFirstLine = true
    /// The last line ended in a CR, the last byte there was: if a line feed follows, it is of the same line end.
    private var mayOweLineFeed = false
    /// The event being read, so far.
    private var data: Range<Int>?
    private var dataLineCount = 0
    private var name: Range<Int>?

    package init() {}

    /// The next complete event in `bytes`, or nil when no further event is complete. `bytes` are all bytes not consumed
    /// so far: the same as the last time, with more at the end, or with fewer at the front as told to `consumed`.
    package mutating func next(in bytes: UnsafeRawBufferPointer) -> EventStreamEvent? {
        while takeOwedLineFeed(in: bytes), let line = nextLine(in: bytes) {
            if line.isEmpty { return endEvent() }
            switch EventStreamLine(line, in: bytes).content {
            case .data(let value):
                data = value
                dataLineCount += 1
            case .name(let value): name = value
            case .other: break
            }
        }
        return nil
    }

    /// The caller dropped `count` bytes from the front, at most up to `scannedOffset`.
    package mutating func consumed(_ count: Int) {
        precondition(count <= scannedOffset, "bytes of an unfinished event were dropped")
        scannedOffset -= count
        lineStart -= count
        looked -= count
        data = data.map { $0.lowerBound - count..<$0.upperBound - count }
        name = name.map { $0.lowerBound - count..<$0.upperBound - count }
    }

    /// Whether reading can go on: not while it is open if a line feed follows the CR that ended the last line.
    private mutating func takeOwedLineFeed(in bytes: UnsafeRawBufferPointer) -> Bool {
        guard mayOweLineFeed else { return true }
        guard looked < bytes.count else { return false }
        mayOweLineFeed = false
        if bytes[looked] == EventStreamLine.lineFeed { looked += 1 }
        lineStart = looked
        return true
    }

    private mutating func nextLine(in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
        guard let end = EventStreamScanner.lineEnd(in: bytes, from: looked) else {
            looked = bytes.count
            return nil
        }
        let line = withoutByteOrderMark(lineStart..<end, in: bytes)
        looked = end + 1
        if bytes[end] == EventStreamLine.carriageReturn {
            mayOweLineFeed = looked == bytes.count
            if !mayOweLineFeed, bytes[looked] == EventStreamLine.lineFeed { looked += 1 }
        }
        lineStart = looked
        return line
    }

    private mutating func withoutByteOrderMark(_ line: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Range<Int> {
        guard isFirstLine else { return line }
        isFirstLine = false
        guard line.count >= 3, bytes[line.lowerBound] == 0xef, bytes[line.lowerBound + 1] == 0xbb,
            bytes[line.lowerBound + 2] == 0xbf
        else { return line }
        return line.lowerBound + 3..<line.upperBound
    }

    private mutating func endEvent() -> EventStreamEvent {
        let event = EventStreamEvent(
            range: scannedOffset..<looked, data: dataLineCount == 1 ? data : nil, dataLineCount: dataLineCount,
            name: name)
        scannedOffset = looked
        data = nil
        dataLineCount = 0
        name = nil
        return event
    }

    /// The first CR or LF at or after `start`, looked for eight bytes at a time.
    private static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var at = start
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let found = zeroBytes(word ^ 0x0a0a_0a0a_0a0a_0a0a) | zeroBytes(word ^ 0x0d0d_0d0d_0d0d_0d0d)
            if found != 0 { return at + found.trailingZeroBitCount >> 3 }
            at += 8
        }
        while at < bytes.count {
            if bytes[at] == EventStreamLine.lineFeed || bytes[at] == EventStreamLine.carriageReturn { return at }
            at += 1
        }
        return nil
    }

    /// Sets the top bit of each byte of `word` that is zero; the lowest bit set is exact, those above it may not be.
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }
}
