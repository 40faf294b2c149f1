// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a JSON document we accept, and where.
package struct JSONFault: Error, Equatable {
    package var reason: String
    package var line: Int
    package var column: Int

    package init(reason: String, line: Int, column: Int) {
        self.reason = reason
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSONValue {
    /// Reads one document strictly: RFC 8259, valid UTF-8, no member twice in an object, at most `depth` levels.
    package init(parsing bytes: [UInt8], depth: Int = 32) throws(JSONFault) {
        var reader = JSONReader(bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else { throw reader.fault("the text is not valid UTF-8") }
        self = try reader.document(depth: depth)
    }
}

/// A recursive-descent reader over validated UTF-8; recursion is bounded by `depth`.
private struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func document(depth: Int) throws(JSONFault) -> JSONValue {
        let value = try value(depth: depth)
        skipSpace()
        guard position == bytes.count else { throw fault("something follows the document") }
        return value
    }

    func fault(_ reason: String) -> JSONFault {
        let read = bytes[..<min(position, bytes.count)]
        let lineStart = read.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = read.count { $0 == UInt8(ascii: "\n") } + 1
        return JSONFault(reason: reason, line: line, column: read.count - lineStart + 1)
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth > 0 else { throw fault("nested too deeply") }
        skipSpace()
        guard let first = peek else { throw fault("the document ends early") }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        if skipping(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw fault("expected a member name in double quotes") }
            let name = try string()
            guard names.insert(name).inserted else { throw fault("the member \"\(name)\" stands twice") }
            guard skipping(UInt8(ascii: ":")) else { throw fault("expected ':' after a member name") }
            members.append(.init(name, try value(depth: depth - 1)))
        } while skipping(UInt8(ascii: ","))
        guard skipping(UInt8(ascii: "}")) else { throw fault("expected ',' or '}'") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        if skipping(UInt8(ascii: "]")) { return .array(elements) }
        repeat { elements.append(try value(depth: depth - 1)) } while skipping(UInt8(ascii: ","))
        guard skipping(UInt8(ascii: "]")) else { throw fault("expected ',' or ']'") }
        return .array(elements)
    }

    private mutating func literal(_ text: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw fault("expected a value") }
        position += text.utf8.count
        return value
    }

    private mutating func number() throws(JSONFault) -> String {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let whole = digits()
        guard whole > 0 else { throw fault("expected a value") }
        if whole > 1, bytes[position - whole] == UInt8(ascii: "0") { throw fault("a number starts with a needless 0") }
        if take(UInt8(ascii: ".")), digits() == 0 { throw fault("digits are missing after the decimal point") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if digits() == 0 { throw fault("digits are missing in the exponent") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func string() throws(JSONFault) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += try escape()
            case 0..<0x20: throw fault("a control character stands in a string; write it as \\u00XX")
            default: text.append(byte)
            }
        }
        throw fault("a string has no end")
    }

    private mutating func escape() throws(JSONFault) -> [UInt8] {
        guard let byte = peek else { throw fault("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return Array(String(Character(try escapedScalar())).utf8)
        default: throw fault("unknown escape in a string")
        }
    }

    /// The scalar after `\u`, of two escapes where it takes a surrogate pair.
    private mutating func escapedScalar() throws(JSONFault) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw fault("half of a surrogate pair stands alone")
        }
        let second = try hexadecimal()
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw fault("half of a surrogate pair stands alone") }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("\\u needs four hexadecimal digits")
            }
            position += 1
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    /// Steps over white space, then over `byte` if it is next.
    private mutating func skipping(_ byte: UInt8) -> Bool {
        skipSpace()
        return take(byte)
    }
}
