// SPDX-License-Identifier: Apache-2.0

/// Finds the events of an event stream in a growing buffer, by the WHATWG rules: lines end in CR, LF or CRLF in any
/// mixture, a byte order mark may come first, lines with a leading colon are comments, unknown fields say nothing.
///
/// The events are the same wherever the bytes were cut. An event is found as soon as its blank line is whole: in a stream
/// that ends lines in CR alone, it does not wait for a line feed that never comes; in one that has used CRLF, it does, so
/// that no event is passed on with half a line end.
package struct EventStreamScanner {
    /// The end of the last complete event: what may be told as consumed.
    package private(set) var scannedOffset = 0
    /// Where the line being read starts, and how far it was looked at without finding its end.
    private var lineStart = 0
    private var looked = 0
    private var isFirstLine = true
    /// The last line ended in a CR, the last byte there was: if a line feed follows, it is of the same line end.
    private var mayOweLineFeed = false
    /// How the stream ends its lines, as seen last.
    private var lineEnd = LineEnd.lineFeed
    /// Whether the blank line that ends the event has come, but for a line feed.
    private var isEnding = false
    /// The event being read, so far.
    private var data: Range<Int>?
    private var dataLineCount = 0
    private var name: Range<Int>?

    package init() {}

    /// The next complete event in `bytes`, or nil when no further event is complete. `bytes` are all bytes not consumed
    /// so far: the same as the last time, with more at the end, or with fewer at the front as told to `consumed`.
    package mutating func next(in bytes: UnsafeRawBufferPointer) -> EventStreamEvent? {
        while takeOwedLineFeed(in: bytes) {
            if isEnding { return endEvent() }
            guard let line = nextLine(in: bytes) else { return nil }
            if !line.isEmpty {
                take(line, in: bytes)
            } else if mayOweLineFeed, lineEnd == .both {
                isEnding = true
            } else {
                return endEvent()
            }
        }
        return nil
    }

    /// The event that was begun when the stream ended, with the line ends that a reader needs to see it; nil when there is
    /// none, or it has no data. Readers drop what no blank line ends: whether it is whole, its data must tell.
    package mutating func unended(in bytes: UnsafeRawBufferPointer) -> (event: EventStreamEvent, missing: StaticString)?
    {
        let missing: StaticString
        if isEnding {
            missing = "\n"
        } else if mayOweLineFeed {
            missing = lineEnd == .both ? "\n\r\n" : "\r"
        } else if lineStart == bytes.count {
            missing = lineEnd.text
        } else {
            missing = lineEnd.twice
            take(withoutByteOrderMark(lineStart..<bytes.count, in: bytes), in: bytes)
        }
        looked = bytes.count
        return dataLineCount > 1 || data?.isEmpty == false ? (endEvent(), missing) : nil
    }

    private mutating func take(_ line: Range<Int>, in bytes: UnsafeRawBufferPointer) {
        switch EventStreamLine(line, in: bytes).content {
        case .data(let value):
            data = value
            dataLineCount += 1
        case .name(let value): name = value
        case .other: break
        }
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
        takeLineFeed(in: bytes)
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
            if !mayOweLineFeed { takeLineFeed(in: bytes) }
        } else {
            lineEnd = .lineFeed
        }
        lineStart = looked
        return line
    }

    /// Takes the line feed after a CR, if there is one.
    private mutating func takeLineFeed(in bytes: UnsafeRawBufferPointer) {
        let isThere = bytes[looked] == EventStreamLine.lineFeed
        lineEnd = isThere ? .both : .carriageReturn
        if isThere { looked += 1 }
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
        isEnding = false
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

extension EventStreamScanner {
    /// A way to end lines.
    private enum LineEnd {
        case lineFeed, carriageReturn, both

        var text: StaticString {
            switch self {
            case .lineFeed: "\n"
            case .carriageReturn: "\r"
            case .both: "\r\n"
            }
        }

        var twice: StaticString {
            switch self {
            case .lineFeed: "\n\n"
            case .carriageReturn: "\r\r"
            case .both: "\r\n\r\n"
            }
        }
    }
}
