// SPDX-License-Identifier: Apache-2.0

/// Writes a JSON document, piece by piece, without a tree in between. Commas are its business; that every key has its value
/// and every bracket its match is the caller's, which the closures take care of.
package struct JSONWriter {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []
    /// Whether the next value follows another in the same object or array.
    private var needsComma = false

    /// - capacity: bytes to make room for at once.
    package init(capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    /// A whole document that is one object.
    package static func object(capacity: Int = 512, _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: capacity)
        writer.object(members)
        return writer.bytes
    }

    // MARK: Values: elements of an array, or what follows a key

    /// Writes an object; `members` writes what is in it.
    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array; `elements` writes what is in it.
    package mutating func array(_ elements: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        elements(&self)
        close(UInt8(ascii: "]"))
    }

    // A literal is a `StaticString` first.
    /// Writes the value.
    @_disfavoredOverload
    package mutating func value(_ string: JSONString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: string.escaped)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes the value.
    package mutating func value(_ fragment: JSONFragment) {
        separate()
        bytes.append(contentsOf: fragment.bytes)
    }

    /// Writes the value.
    package mutating func value(_ literal: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(literal)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes the value.
    package mutating func value(_ integer: Int64) {
        separate()
        bytes.append(contentsOf: String(integer).utf8)
    }

    /// Writes the value.
    package mutating func value(_ flag: Bool) {
        separate()
        append(flag ? "true" : "false")
    }

    /// Writes `null`.
    package mutating func null() {
        separate()
        append("null")
    }

    // MARK: Members of an object

    /// The key of the value that follows. It is plain ASCII without a need for escapes.
    package mutating func key(_ name: StaticString) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // A literal is a `StaticString` first.
    /// The key of the value that follows.
    @_disfavoredOverload
    package mutating func key(_ name: JSONString) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes an object; `members` writes what is in it.
    package mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        key(name)
        object(members)
    }

    /// Writes an array; `elements` writes what is in it.
    package mutating func array(_ name: StaticString, _ elements: (inout JSONWriter) -> Void) {
        key(name)
        array(elements)
    }

    /// Writes the member, unless there is no value.
    package mutating func member(_ name: StaticString, _ string: JSONString?) {
        guard let string else { return }
        key(name)
        value(string)
    }

    /// Writes the member, unless there is no value.
    package mutating func member(_ name: StaticString, _ fragment: JSONFragment?) {
        guard let fragment else { return }
        key(name)
        value(fragment)
    }

    /// Writes the member, unless there is no value.
    package mutating func member(_ name: StaticString, _ integer: Int64?) {
        guard let integer else { return }
        key(name)
        value(integer)
    }

    /// Writes the member, unless there is no value.
    package mutating func member(_ name: StaticString, _ flag: Bool?) {
        guard let flag else { return }
        key(name)
        value(flag)
    }

    /// A string from the source code: a type, a role.
    package mutating func member(_ name: StaticString, literal: StaticString) {
        key(name)
        value(literal)
    }

    // MARK: Bytes

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func append(_ literal: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
