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
        escaped = Array(strings.map(\.escaped).joined(separator: separator.escaped))[...]
    }

    package var isEmpty: Bool { escaped.isEmpty }

    /// Whether there is nothing but white space.
    package var isBlank: Bool {
        guard escaped.contains(UInt8(ascii: "\\")) else { return escaped.allSatisfy { $0 <= UInt8(ascii: " ") } }
        return text.allSatisfy(\.isWhitespace)
    }

    /// The decoded text.
    package var text: String { String(decoding: utf8, as: UTF8.self) }

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

    /// Whether the string reads `text`, which is plain ASCII. The raw bytes are compared first: no one escapes the letters
    /// of a keyword.
    package func reads(_ text: StaticString) -> Bool {
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        if escaped.count == expected.count {
            return escaped.withUnsafeBufferPointer { $0.elementsEqual(expected) }
        }
        guard escaped.count > expected.count, escaped.contains(UInt8(ascii: "\\")) else { return false }
        return utf8.elementsEqual(expected)
    }

    package static func == (left: JSONString, right: JSONString) -> Bool {
        left.escaped == right.escaped
            || (left.escaped.contains(UInt8(ascii: "\\")) || right.escaped.contains(UInt8(ascii: "\\")))
                && left.utf8 == right.utf8
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(utf8) }
}
