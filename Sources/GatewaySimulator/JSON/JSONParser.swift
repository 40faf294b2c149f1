// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Why a text is not JSON, and where.
struct JSONFailure: Error, Equatable {
    var reason: String
    /// Bytes from the start.
    var offset: Int
}

/// Reads JSON (RFC 8259) strictly: one value, nothing after it, no more than 256 levels.
struct JSONParser {
    private static let deepest = 256

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The value that `buffer` holds.
    static func parse(_ buffer: ByteBuffer) throws(JSONFailure) -> JSON {
        // The closure cannot throw typed errors, hence the detour through a result.
        let result: Result<JSON, JSONFailure> = buffer.withUnsafeReadableBytes { bytes in
            var parser = JSONParser(bytes)
            do throws(JSONFailure) {
                let value = try parser.value()
                parser.skipSpace()
                if let more = parser.peek { throw parser.failure("unexpected '\(Character(Unicode.Scalar(more)))'") }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ reason: String) -> JSONFailure { JSONFailure(reason: reason, offset: position) }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(JSONFailure) -> JSON {
        skipSpace()
        guard let byte = peek else { throw failure("the text ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONFailure) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONFailure) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(
        _ read: (inout JSONParser) throws(JSONFailure) -> JSON
    ) throws(JSONFailure) -> JSON {
        guard depth < Self.deepest else { throw failure("more than \(Self.deepest) levels") }
        depth += 1
        position += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(JSONFailure) -> JSON {
        var object = JSONObject()
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(object) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a field name is missing") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("':' is missing") }
            object.append(name, try value())
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(object) }
            guard take(UInt8(ascii: ",")) else { throw failure("',' or '}' is missing") }
        }
    }

    private mutating func array() throws(JSONFailure) -> JSON {
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw failure("',' or ']' is missing") }
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONFailure) -> JSON {
        for byte in word.description.utf8 {
            guard take(byte) else { throw failure("'\(word)' was meant?") }
        }
        return value
    }
}

// MARK: - Numbers

extension JSONParser {
    private mutating func number() throws(JSONFailure) -> JSON {
        let start = position
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let leadingZero = peek == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !(leadingZero && whole > 1) else {
            throw failure("a value is missing or a number is malformed")
        }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard digits() > 0 else { throw failure("a number is malformed") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw failure("a number is malformed") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw failure("a number is too large") }
        return .number(value)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek, byte >= 0x30, byte <= 0x39 { position += 1 }
        return position - start
    }
}

// MARK: - Strings

extension JSONParser {
    /// Reads a string: runs without escapes are taken whole.
    private mutating func string() throws(JSONFailure) -> String {
        position += 1
        var text = ""
        while true {
            let start = position
            while position < bytes.count {
                let byte = bytes[position]
                if byte == 0x22 || byte == 0x5c || byte < 0x20 { break }
                position += 1
            }
            if position > start {
                guard let run = String(validating: bytes[start..<position], as: UTF8.self) else {
                    throw failure("a string is not UTF-8")
                }
                text += run
            }
            guard let byte = peek else { throw failure("a string does not end") }
            if take(0x22) { return text }
            guard byte == 0x5c else { throw failure("a control character stands unescaped in a string") }
            position += 1
            text.unicodeScalars.append(try escape())
        }
    }

    private mutating func escape() throws(JSONFailure) -> Unicode.Scalar {
        guard let byte = peek else { throw failure("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw failure("an escape is unknown")
        }
    }

    /// Reads `XXXX`, and the second half of a surrogate pair; a half alone becomes U+FFFD.
    private mutating func unicodeEscape() throws(JSONFailure) -> Unicode.Scalar {
        let first = try fourDigits()
        guard first & 0xfc00 == 0xd800 else { return Unicode.Scalar(first) ?? "\u{fffd}" }
        let mark = position
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            position = mark
            return "\u{fffd}"
        }
        let second = try fourDigits()
        guard second & 0xfc00 == 0xdc00 else {
            position = mark
            return "\u{fffd}"
        }
        return Unicode.Scalar(0x10000 + (first & 0x3ff) << 10 + second & 0x3ff) ?? "\u{fffd}"
    }

    private mutating func fourDigits() throws(JSONFailure) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("an escape is cut off") }
        let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
        guard digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt32(digits, radix: 16)
        else { throw failure("an escape is malformed") }
        position += 4
        return value
    }
}
