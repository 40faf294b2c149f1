// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// One line of the log, a JSON object, written into a buffer that is used again for the next line.
///
/// Whatever the fields hold, a line is one line of at most `longest` bytes: text is escaped and cut, and the fields of a
/// line are few enough that their limits add up to less.
struct LogLine: ~Copyable {
    /// The longest line, its end included.
    static let longest = 4096

    // Room for a field that is found to make the line too long, and is taken back.
    private var buffer = LineBuffer(capacity: LogLine.longest + 1024)
    private var clock = TimestampText()

    /// The line, its end included; valid until the next one is begun.
    var bytes: UnsafeBufferPointer<UInt8> { buffer.bytes }

    /// Starts a new line.
    mutating func begin(at time: Timestamp, level: StaticString, message: StaticString) {
        begin(at: time, level: level)
        append(#","msg":""#)
        append(message)
        append(#"""#)
    }

    /// Starts a new line whose message is to be added.
    mutating func begin(at time: Timestamp, level: StaticString) {
        buffer.shorten(to: 0)
        append(#"{"time":""#)
        clock.append(time, to: &buffer)
        append(#"","level":""#)
        append(level)
        append(#"""#)
    }

    /// Ends the line.
    mutating func end() { append("}\n") }

    /// Adds text, escaped; of text longer than `limit` bytes the start, with an ellipsis. Nil adds `null`.
    mutating func add(_ name: StaticString, _ text: String?, limit: Int) {
        appendName(name)
        guard let text else { return append("null") }
        append(#"""#)
        append(escaping: text, limit: limit)
        append(#"""#)
    }

    /// Adds text that is known to be short and to need no escape.
    mutating func add(_ name: StaticString, plain text: String) {
        appendName(name)
        append(#"""#)
        append(plain: text)
        append(#"""#)
    }

    /// Adds a number. Nil adds `null`.
    mutating func add(_ name: StaticString, _ number: Int64?) {
        appendName(name)
        guard let number else { return append("null") }
        append(number: number)
    }

    /// Adds a number.
    mutating func add(_ name: StaticString, _ number: Int) { add(name, Int64(number)) }

    /// Adds a truth value.
    mutating func add(_ name: StaticString, _ flag: Bool) {
        appendName(name)
        append(flag ? "true" : "false")
    }

    /// Adds dollars as exact decimal text, so that no reader rounds them. Nil adds `null`.
    mutating func add(_ name: StaticString, _ amount: NanoDollars?) {
        appendName(name)
        guard let amount else { return append("null") }
        append(#"""#)
        append(amount)
        append(#"""#)
    }

    /// Adds a field with a name from outside, unless the line would then be too long. Tells whether it was added.
    mutating func add(name: String, _ text: String, limit: Int) -> Bool {
        let start = buffer.count
        append(#",""#)
        append(escaping: name, limit: 64)
        append(#"":""#)
        append(escaping: text, limit: limit)
        append(#"""#)
        // Room for a last field and the end.
        if buffer.count <= LogLine.longest - 32 { return true }
        buffer.shorten(to: start)
        return false
    }

    /// Appends text that needs no escape.
    mutating func append(plain text: String) {
        var text = text
        text.withUTF8 { buffer.append($0) }
    }

    /// Appends bytes that need no escape.
    mutating func append(plain bytes: UnsafeBufferPointer<UInt8>) { buffer.append(bytes) }

    /// Appends a byte that needs no escape.
    mutating func append(plain byte: UInt8) { buffer.append(byte) }

    private mutating func appendName(_ name: StaticString) {
        append(#",""#)
        append(name)
        append(#"":"#)
    }

    private mutating func append(_ text: StaticString) {
        buffer.append(text)
    }

    private mutating func append(number: Int64) {
        if number < 0 { buffer.append(UInt8(ascii: "-")) }
        buffer.append(digitsOf: number.magnitude)
    }

    private mutating func append(_ amount: NanoDollars) {
        let scale: UInt64 = 1_000_000_000
        if amount.amount < 0 { buffer.append(UInt8(ascii: "-")) }
        buffer.append(digitsOf: amount.amount.magnitude / scale)
        var fraction = amount.amount.magnitude % scale
        guard fraction != 0 else { return }
        buffer.append(UInt8(ascii: "."))
        var places = 9
        while fraction % 10 == 0 {
            fraction /= 10
            places -= 1
        }
        buffer.append(digitsOf: fraction, width: places)
    }
}
