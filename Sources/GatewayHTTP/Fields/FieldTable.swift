// SPDX-License-Identifier: Apache-2.0

/// The header fields of one message: one copy of its bytes, with names in lower case, and where each field lies in it.
package struct FieldTable: Sendable {
    /// Where one field lies in `bytes`.
    package struct Entry: Sendable {
        package var known: KnownField
        var nameStart: UInt32
        var nameCount: UInt16
        var valueCount: UInt32
        var valueStart: UInt32

        /// The name, in lower case.
        package var name: Range<Int> { Int(nameStart)..<(Int(nameStart) + Int(nameCount)) }
        /// The value, without surrounding white space.
        package var value: Range<Int> { Int(valueStart)..<(Int(valueStart) + Int(valueCount)) }
    }

    /// The bytes that entries point into.
    package internal(set) var bytes: [UInt8]
    /// In the order they came.
    package internal(set) var entries: [Entry]

    init(bytes: [UInt8], expecting count: Int = 0) {
        self.bytes = bytes
        entries = []
        entries.reserveCapacity(count)
    }

    /// An empty table to which fields are added one by one, as HTTP/2 delivers them.
    package init() {
        self.init(bytes: [], expecting: 16)
    }

    /// Adds a field from HTTP/2, where names come in lower case and values without framing. Throws when either holds
    /// a byte that would end or forge a line in HTTP/1 (RFC 9113 §8.2.1).
    package mutating func add(name: some Collection<UInt8>, value: some Collection<UInt8>) throws(HTTPFault) {
        guard !name.isEmpty, name.count <= Int(UInt16.max), name.allSatisfy({ ByteClass.token.contains($0) }),
            name.allSatisfy({ $0.lowercased == $0 })
        else { throw HTTPFault(400, "a header field name has a character that names may not have") }
        guard value.allSatisfy(ByteClass.isFieldValue) else {
            throw HTTPFault(400, "a header field value has a control character")
        }
        let nameStart = bytes.count
        bytes.append(contentsOf: name)
        let valueStart = bytes.count
        bytes.append(contentsOf: value)
        append(name: nameStart..<valueStart, value: valueStart..<bytes.count)
    }

    /// Throws unless all of these fields may come after a body.
    package func checkAsTrailers() throws(HTTPFault) {
        for entry in entries { try entry.known.checkAsTrailer() }
    }

    mutating func append(name: Range<Int>, value: Range<Int>) {
        let known = KnownField(bytes.span, name)
        entries.append(
            Entry(
                known: known, nameStart: UInt32(truncatingIfNeeded: name.lowerBound),
                nameCount: UInt16(truncatingIfNeeded: name.count), valueCount: UInt32(truncatingIfNeeded: value.count),
                valueStart: UInt32(truncatingIfNeeded: value.lowerBound)))
    }

    /// Where the value of the first field of this kind lies.
    package func first(_ known: KnownField) -> Range<Int>? {
        for entry in entries where entry.known == known { return entry.value }
        return nil
    }

    /// How many fields of this kind there are.
    package func count(_ known: KnownField) -> Int {
        var count = 0
        for entry in entries where entry.known == known { count += 1 }
        return count
    }

    /// The bytes at `range` as text; bytes that are not UTF-8 become replacement characters.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// Whether the value at `range` is `text`, which is in lower case, whatever the value's case.
    package func value(at range: Range<Int>, is text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where bytes[range.lowerBound + offset].lowercased != text.utf8Start[offset] {
            return false
        }
        return true
    }

    /// Whether the value at `range` starts with `text`, which is in lower case, whatever the value's case.
    package func value(at range: Range<Int>, startsWith text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        return range.count >= count && value(at: range.lowerBound..<(range.lowerBound + count), is: text)
    }

    /// The comma-separated members of the list at `range`, without white space around them; empty ones are left out.
    package func members(at range: Range<Int>) -> [Range<Int>] {
        var members: [Range<Int>] = []
        var start = range.lowerBound
        for index in range.lowerBound...range.upperBound
        where index == range.upperBound || bytes[index] == UInt8(ascii: ",") {
            let member = trimmed(start..<index)
            if !member.isEmpty { members.append(member) }
            start = index + 1
        }
        return members
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, bytes[lower] == .space || bytes[lower] == .tab { lower += 1 }
        while upper > lower, bytes[upper - 1] == .space || bytes[upper - 1] == .tab { upper -= 1 }
        return lower..<upper
    }
}
