// SPDX-License-Identifier: Apache-2.0

import CSimdJSON

/// The inside of a JSON string, with its escapes as they stand: it goes from one document to another without being decoded.
///
/// Two are equal when their texts are, however they are escaped.
package struct JSONString: Sendable, Hashable, ExpressibleByStringLiteral {
    /// Without the quotes.
    package let escaped: ArraySlice<UInt8>

    /// `escaped` is the inside of a valid string.
    init(escaped: ArraySlice<UInt8>) { self.escaped = escaped }

    /// Escapes `text`.
    package init(_ text: some StringProtocol) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        JSONText.appendEscaped(text.utf8, to: &bytes)
        escaped = bytes[...]
    }

    package init(stringLiteral text: String) { self.init(text) }

    /// The raw token of a value, as the text of a string: how some APIs carry JSON in strings.
    package init(holding fragment: JSONFragment) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fragment.bytes.count + 16)
        JSONText.appendEscaped(fragment.bytes, to: &bytes)
        escaped = bytes[...]
    }

    /// Several strings as one.
    package init(joining strings: some Sequence<JSONString>, separator: JSONString = "") {
        let strings = Array(strings)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(strings.reduce(0) { $0 + $1.escaped.count + separator.escaped.count })
        for (index, string) in strings.enumerated() {
            if index > 0 { bytes += separator.escaped }
            bytes += string.escaped
        }
        escaped = bytes[...]
    }

    package var isEmpty: Bool { escaped.isEmpty }

    /// Whether there is nothing but white space, in the sense of Unicode. Looks no further than the first character that is
    /// none.
    package var isBlank: Bool {
        var index = escaped.startIndex
        while index < escaped.endIndex {
            switch escaped[index] {
            case ...UInt8(ascii: " "): index += 1
            case UInt8(ascii: "\\"):
                switch escaped[index + 1] {
                case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "f"): index += 2
                case UInt8(ascii: "u"): return JSONString(escaped: escaped[index...]).text.allSatisfy(\.isWhitespace)
                default: return false
                }
            case 0x80...:
                let length = (~escaped[index]).leadingZeroBitCount
                let character = String(decoding: escaped[index...].prefix(length), as: UTF8.self)
                guard character.allSatisfy(\.isWhitespace) else { return false }
                index += length
            default: return false
            }
        }
        return true
    }

    /// The decoded text.
    package var text: String {
        guard escaped.contains(UInt8(ascii: "\\")) else { return String(decoding: escaped, as: UTF8.self) }
        return String(decoding: utf8, as: UTF8.self)
    }

    /// The decoded text's bytes.
    package var utf8: [UInt8] {
        guard escaped.contains(UInt8(ascii: "\\")) else { return Array(escaped) }
        return escaped.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return [] }
            return Array(unsafeUninitializedCapacity: source.count) { output, count in
                count = output.baseAddress.map { max(0, sluice_json_unescape(start, source.count, $0)) } ?? 0
            }
        }
    }

    /// Whether the string reads `text`, which is plain ASCII. No one escapes the letters of a keyword: the text is decoded
    /// only when an escape is met before a difference.
    package func reads(_ text: StaticString) -> Bool {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        let isSame: Bool? = escaped.withUnsafeBufferPointer { bytes in
            for index in 0..<min(bytes.count, expected.count) where bytes[index] != expected[index] {
                return bytes[index] == UInt8(ascii: "\\") ? nil : false
            }
            // What an escape stands for is never nothing.
            return bytes.count == expected.count
        }
        return isSame ?? utf8.elementsEqual(expected)
    }

    package static func == (left: JSONString, right: JSONString) -> Bool {
        left.escaped == right.escaped
            || (left.escaped.contains(UInt8(ascii: "\\")) || right.escaped.contains(UInt8(ascii: "\\")))
                && left.utf8 == right.utf8
    }

    package func hash(into hasher: inout Hasher) {
        guard escaped.contains(UInt8(ascii: "\\")) else {
            return escaped.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        utf8.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
