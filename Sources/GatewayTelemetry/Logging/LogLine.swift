// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// One line of the log, a JSON object, written into a buffer that is used again for the next line.
///
/// Whatever the fields hold, a line is one line of at most `longest` bytes: text is escaped and cut, and the fields of a
/// line are few enough that their limits add up to less.
struct LogLine {
    /// The longest line, its end included.
    static let longest = 4096

    /// The line, its end included.
    private(set) var bytes: [UInt8] = []
    private var clock = TimestampText()

    init() { bytes.reserveCapacity(LogLine.longest) }

    /// Starts a new line.
    mutating func begin(at time: Timestamp, level: StaticString, message: StaticString) {
        begin(at: time, level: level)
        append(#","msg":""#)
        append(message)
        append(#"""#)
    }

    /// Starts a new line whose message is to be added.
    mutating func begin(at time: Timestamp, level: StaticString) {
        bytes.removeAll(keepingCapacity: true)
        append(#"{"time":""#)
        clock.append(time, to: &bytes)
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
        bytes.append(contentsOf: text.utf8)
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
        let start = bytes.count
        append(#",""#)
        append(escaping: name, limit: 64)
        append(#"":""#)
        append(escaping: text, limit: limit)
        append(#"""#)
        // Room for a last field and the end.
        if bytes.count <= LogLine.longest - 32 { return true }
        bytes.removeLast(bytes.count - start)
        return false
    }

    /// Appends bytes that need no escape.
    mutating func append(plain text: some Collection<UInt8>) { bytes.append(contentsOf: text) }

    private mutating func appendName(_ name: StaticString) {
        append(#",""#)
        append(name)
        append(#"":"#)
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.append(digitsOf: number.magnitude)
    }

    private mutating func append(_ amount: NanoDollars) {
        let scale: UInt64 = 1_000_000_000
        if amount.amount < 0 { bytes.append(UInt8(ascii: "-")) }
        bytes.append(digitsOf: amount.amount.magnitude / scale)
        var fraction = amount.amount.magnitude % scale
        guard fraction != 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var places = 9
        while fraction % 10 == 0 {
            fraction /= 10
            places -= 1
        }
        bytes.append(digitsOf: fraction, width: places)
    }
}

extension [UInt8] {
    /// Appends the decimal digits of `number`, with leading zeros up to `width` digits.
    mutating func append(digitsOf number: UInt64, width: Int = 1) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = digits.count
            var rest = number
            while rest > 0 || digits.count - start < width {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }
}
