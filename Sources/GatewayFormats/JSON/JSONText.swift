// SPDX-License-Identifier: Apache-2.0

import CSimdJSON

/// JSON strings, in and out.
package enum JSONText {
    /// The text of the string token that a scan found at `range`, quotes included; nil when it is none.
    package static func decode(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> String? {
        let quote = UInt8(ascii: "\"")
        guard range.lowerBound >= 0, range.upperBound <= bytes.count, range.count >= 2 else { return nil }
        guard bytes[range.lowerBound] == quote, bytes[range.upperBound - 1] == quote else { return nil }
        let inside = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound + 1..<range.upperBound - 1])
        guard inside.contains(UInt8(ascii: "\\")) else { return validated(inside) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: inside.count) { output in
            guard let start = output.baseAddress, let source = inside.baseAddress else { return nil }
            let length = sluice_json_unescape(source.assumingMemoryBound(to: UInt8.self), inside.count, start)
            return length < 0 ? nil : validated(UnsafeRawBufferPointer(start: start, count: length))
        }
    }

    private static func validated(_ bytes: UnsafeRawBufferPointer) -> String? {
        String(validating: bytes, as: UTF8.self)
    }

    /// Valid JSON with every escape replaced by what it stands for: no longer JSON, but what it says can be searched.
    static func unescaped(_ json: UnsafeRawBufferPointer) -> [UInt8] {
        guard json.contains(UInt8(ascii: "\\")), let source = json.baseAddress else { return Array(json) }
        return Array(unsafeUninitializedCapacity: json.count) { output, count in
            guard let start = output.baseAddress else { return }
            count = max(sluice_json_unescape(source.assumingMemoryBound(to: UInt8.self), json.count, start), 0)
        }
    }

    /// Appends `text` as a JSON string token, quotes included.
    package static func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        appendEscaped(text.utf8, to: &output)
        output.append(UInt8(ascii: "\""))
    }

    /// Appends `text`, which is UTF-8, with what a JSON string must escape escaped.
    static func appendEscaped(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""): output.append(contentsOf: #"\""#.utf8)
            case UInt8(ascii: "\\"): output.append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"): output.append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\r"): output.append(contentsOf: #"\r"#.utf8)
            case UInt8(ascii: "\t"): output.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20, 0x7f: appendEscape(byte, to: &output)
            default: output.append(byte)
            }
        }
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(contentsOf: #"\u00"#.utf8)
        for nibble in [byte >> 4, byte & 0xf] {
            output.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
        }
    }

    /// Whether the string token at `range` reads `text`, which is plain ASCII. The raw bytes are compared first: no one
    /// escapes the letters of a keyword.
    static func at(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer, is text: StaticString) -> Bool {
        if range.count == text.utf8CodeUnitCount + 2 {
            let inside = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound + 1..<range.upperBound - 1])
            if inside.elementsEqual(UnsafeRawBufferPointer(text)) { return true }
        }
        guard bytes[range].contains(UInt8(ascii: "\\")) else { return false }
        return decode(range, in: bytes) == "\(text)"
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of a literal.
    init(_ text: StaticString) { self.init(start: text.utf8Start, count: text.utf8CodeUnitCount) }
}
