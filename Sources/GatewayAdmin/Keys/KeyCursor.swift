// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// A place in the list of keys, which is ordered by the bytes of name and id. It needs no key to stand there, so paging
/// goes on when the last key shown is deleted meanwhile.
struct KeyCursor: Comparable {
    var name: String
    var id: String

    init(_ key: VirtualKey) {
        name = key.name
        id = key.id
    }

    /// Reads `text`; nil when it was not made by `text`.
    init?(_ text: String) {
        guard text.utf8.count.isMultiple(of: 2), text.utf8.count <= 4096 else { return nil }
        var bytes: [UInt8] = []
        var digits = text.utf8[...]
        while let high = digits.popFirst(), let low = digits.popFirst() {
            guard let byte = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) else { return nil }
            bytes.append(byte)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self), let separator = decoded.lastIndex(of: "\n") else {
            return nil
        }
        name = String(decoded[..<separator])
        id = String(decoded[decoded.index(after: separator)...])
    }

    /// Hexadecimal, opaque to callers. Neither part contains a line feed.
    var text: String {
        "\(name)\n\(id)".utf8.map { String($0 >> 4, radix: 16) + String($0 & 0xf, radix: 16) }.joined()
    }

    static func < (left: KeyCursor, right: KeyCursor) -> Bool {
        if left.name.hasSameBytes(as: right.name) { return left.id.utf8.lexicographicallyPrecedes(right.id.utf8) }
        return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }

    static func == (left: KeyCursor, right: KeyCursor) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.id.hasSameBytes(as: right.id)
    }
}
