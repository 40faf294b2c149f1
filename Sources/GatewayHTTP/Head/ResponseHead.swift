// SPDX-License-Identifier: Apache-2.0

/// The head of an answer to a client: a status and fields in their HTTP/1 wire form, which is what most clients are
/// sent; HTTP/2 takes the fields apart again.
package struct ResponseHead: Sendable {
    package var status: Int
    /// Lines `name: value\r\n`, without the empty line at the end.
    package private(set) var fields: [UInt8]

    package init(status: Int) {
        self.status = status
        fields = []
        fields.reserveCapacity(384)
    }

    /// Adds a field. `name` is in lower case. A byte of `value` that could end the line becomes `?`: what is put here
    /// may come from outside.
    package mutating func add(_ name: StaticString, _ value: some Sequence<UInt8>) {
        start(name)
        for byte in value { fields.append(ByteClass.isFieldValue(byte) ? byte : UInt8(ascii: "?")) }
        endLine()
    }

    private mutating func start(_ name: StaticString) {
        fields.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        fields.append(UInt8(ascii: ":"))
        fields.append(.space)
    }

    private mutating func endLine() {
        fields.append(.cr)
        fields.append(.lf)
    }

    /// Adds a field with text.
    package mutating func add(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { bytes in
            if bytes.allSatisfy(ByteClass.isFieldValue) {
                start(name)
                fields.append(contentsOf: bytes)
                endLine()
            } else {
                add(name, bytes)
            }
        }
    }

    /// Adds a field with a number.
    package mutating func add(_ name: StaticString, _ value: Int) {
        add(name, DecimalDigits(value))
    }

    /// Adds a field whose value is known to hold no control character.
    package mutating func add(_ name: StaticString, _ value: StaticString) {
        start(name)
        fields.append(contentsOf: UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
        endLine()
    }

    /// Adds the fields of `table` that `isWanted`, names and values as they are (both are checked already).
    package mutating func add(from table: FieldTable, where isWanted: (FieldTable.Entry) -> Bool) {
        for entry in table.entries where isWanted(entry) {
            fields.append(contentsOf: table.bytes[entry.name])
            fields.append(UInt8(ascii: ":"))
            fields.append(.space)
            fields.append(contentsOf: table.bytes[entry.value])
            fields.append(.cr)
            fields.append(.lf)
        }
    }

    /// Calls `body` with each field's name and value.
    package func forEachField(_ body: (ArraySlice<UInt8>, ArraySlice<UInt8>) -> Void) {
        var rest = fields[...]
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")), let end = rest[colon...].firstIndex(of: .cr) {
            body(rest[..<colon], rest[(colon + 2)..<end])
            rest = rest[(end + 2)...]
        }
    }
}

/// The decimal digits of a number, made without allocating.
package struct DecimalDigits: Sequence, IteratorProtocol {
    private var divisor: UInt
    private var rest: UInt
    private var isNegative: Bool

    package init(_ value: Int) {
        isNegative = value < 0
        rest = value.magnitude
        divisor = 1
        while rest / divisor >= 10 { divisor *= 10 }
    }

    package mutating func next() -> UInt8? {
        if isNegative {
            isNegative = false
            return UInt8(ascii: "-")
        }
        guard divisor > 0 else { return nil }
        let digit = rest / divisor
        rest %= divisor
        divisor /= 10
        return UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
    }
}
