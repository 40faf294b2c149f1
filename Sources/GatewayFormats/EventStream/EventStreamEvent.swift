// SPDX-License-Identifier: Apache-2.0

/// One event of an event stream, as places in the bytes it was found in.
package struct EventStreamEvent: Equatable, Sendable {
    /// The whole event with the blank line that ends it. It may begin with a line feed that belongs to the event before:
    /// the first of a stream that was found to end in a carriage return before it showed that it uses CRLF.
    package var range: Range<Int>
    /// The value of its `data` line; nil when there is none or there are several.
    package var data: Range<Int>?
    /// How many `data` lines it has. An event without any is a comment, or carries `id` or `retry` alone.
    package var dataLineCount: Int
    /// The value of its last `event` line.
    package var name: Range<Int>?

    package init(range: Range<Int>, data: Range<Int>?, dataLineCount: Int, name: Range<Int>?) {
        self.range = range
        self.data = data
        self.dataLineCount = dataLineCount
        self.name = name
    }

    /// The data of all its `data` lines, joined by line feeds.
    package func joinedData(in bytes: UnsafeRawBufferPointer) -> [UInt8] {
        if let data { return Array(bytes[data]) }
        let lines = bytes[range].split { $0 == EventStreamLine.lineFeed || $0 == EventStreamLine.carriageReturn }
        let values = lines.compactMap { EventStreamLine($0.startIndex..<$0.endIndex, in: bytes).dataValue }
        return Array(values.map { bytes[$0] }.joined(separator: [EventStreamLine.lineFeed]))
    }
}

/// One line of an event stream, without its end.
struct EventStreamLine {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")

    /// What the line says.
    enum Content {
        case data(Range<Int>)
        case name(Range<Int>)
        /// A comment, or a field that tells us nothing.
        case other
    }

    let content: Content

    init(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) {
        if let value = EventStreamLine.value(of: "data", in: range, of: bytes) {
            content = .data(value)
        } else if let value = EventStreamLine.value(of: "event", in: range, of: bytes) {
            content = .name(value)
        } else {
            content = .other
        }
    }

    var dataValue: Range<Int>? {
        if case .data(let value) = content { value } else { nil }
    }

    /// The value when the line is of field `field`: what follows the colon and one space, or nothing without a colon.
    private static func value(
        of field: StaticString, in line: Range<Int>, of bytes: UnsafeRawBufferPointer
    ) -> Range<Int>? {
        let colon = line.lowerBound + field.utf8CodeUnitCount
        guard colon <= line.upperBound else { return nil }
        for index in 0..<field.utf8CodeUnitCount where bytes[line.lowerBound + index] != field.utf8Start[index] {
            return nil
        }
        if colon == line.upperBound { return colon..<colon }
        guard bytes[colon] == UInt8(ascii: ":") else { return nil }
        let start = colon + 1
        let hasSpace = start < line.upperBound && bytes[start] == UInt8(ascii: " ")
        return (hasSpace ? start + 1 : start)..<line.upperBound
    }
}
