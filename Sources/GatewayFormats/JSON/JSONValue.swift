// SPDX-License-Identifier: Apache-2.0

/// One value in a document. It keeps the document alive.
package struct JSONValue: Sendable {
    let tree: JSONTree
    let index: Int

    private var node: JSONTree.Node { tree.nodes[index] }

    package var kind: JSONKind { node.kind }

    /// The raw token: strings with their quotes, objects and arrays from bracket to bracket.
    package var fragment: JSONFragment { JSONFragment(tree.bytes[Int(node.start)..<Int(node.end)]) }

    /// Whether the value is null, which most APIs take for absent.
    package var isNull: Bool { kind == .null }

    /// The string; nil for other kinds.
    package var string: JSONString? {
        guard kind == .string else { return nil }
        return JSONString(escaped: tree.bytes[Int(node.start) + 1..<Int(node.end) - 1])
    }

    /// The string's text; nil for other kinds.
    package var text: String? { string?.text }

    package var bool: Bool? { kind == .bool ? tree.bytes[Int(node.start)] == UInt8(ascii: "t") : nil }

    /// The number, if it is whole and fits, however it is written: `12`, `12.0`, `1.2e1`.
    package var integer: Int64? {
        guard kind == .integer || kind == .number else { return nil }
        return JSONNumber.integer(fragment.bytes)
    }

    /// The number as it is written; nil for other kinds.
    package var number: JSONFragment? { kind == .integer || kind == .number ? fragment : nil }

    /// An array's elements; none for other kinds.
    package var elements: JSONElements { JSONElements(self, isList: kind == .array) }

    /// An object's members in their order; none for other kinds.
    package var members: JSONMembers { JSONMembers(self, isObject: kind == .object) }

    /// The value of the member `name`, the last if there are several; nil when there is none, or when this is no object.
    package subscript(name: StaticString) -> JSONValue? {
        var found: JSONValue?
        members.forEach(named: name) { _, value in found = value }
        return found
    }

    fileprivate var firstChild: Int { index + 1 }
    fileprivate var endOfChildren: Int { Int(node.next) }
}

/// The elements of an array.
package struct JSONElements: Sequence, IteratorProtocol, Sendable {
    private let tree: JSONTree
    private var index: Int
    private let end: Int

    fileprivate init(_ value: JSONValue, isList: Bool) {
        tree = value.tree
        index = value.firstChild
        end = isList ? value.endOfChildren : value.firstChild
    }

    package var isEmpty: Bool { index == end }

    package mutating func next() -> JSONValue? {
        guard index < end else { return nil }
        defer { index = Int(tree.nodes[index].next) }
        return JSONValue(tree: tree, index: index)
    }
}

/// The members of an object.
package struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    private let tree: JSONTree
    private var index: Int
    private let end: Int

    fileprivate init(_ value: JSONValue, isObject: Bool) {
        tree = value.tree
        index = value.firstChild
        end = isObject ? value.endOfChildren : value.firstChild
    }

    package var isEmpty: Bool { index == end }

    package mutating func next() -> (name: JSONString, value: JSONValue)? {
        guard index < end else { return nil }
        let name = tree.nodes[index]
        let value = JSONValue(tree: tree, index: index + 1)
        index = Int(tree.nodes[index + 1].next)
        return (JSONString(escaped: tree.bytes[Int(name.start) + 1..<Int(name.end) - 1]), value)
    }

    /// Calls `body` with each member `name`: its place, counted from 0, and its value. Nothing is made of the others.
    func forEach(named name: StaticString, _ body: (Int, JSONValue) -> Void) {
        var index = index
        var place = 0
        while index < end {
            if tree.reads(index, name) { body(place, JSONValue(tree: tree, index: index + 1)) }
            index = Int(tree.nodes[index + 1].next)
            place += 1
        }
    }
}

extension JSONTree {
    /// Whether the string at `index` reads `text`, which is plain ASCII: as `JSONString.reads`.
    fileprivate func reads(_ index: Int, _ text: StaticString) -> Bool {
        let start = Int(nodes[index].start) + 1
        let end = Int(nodes[index].end) - 1
        let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for offset in 0..<min(end - start, expected.count) where bytes[start + offset] != expected[offset] {
            guard bytes[start + offset] == UInt8(ascii: "\\") else { return false }
            return JSONString(escaped: bytes[start..<end]).reads(text)
        }
        return end - start == expected.count
    }
}

/// A value as it is written, to be written somewhere else unchanged. Two are equal when their bytes are.
package struct JSONFragment: Sendable, Hashable {
    package let bytes: ArraySlice<UInt8>

    /// `bytes` hold one valid value.
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// A value from the source code.
    package init(literal: StaticString) {
        bytes = ArraySlice(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    package init(_ integer: Int64) { bytes = ArraySlice(String(integer).utf8) }

    package init(_ flag: Bool) { self.init(literal: flag ? "true" : "false") }

    /// The string as a value.
    package init(quoting string: JSONString) {
        var bytes = [UInt8(ascii: "\"")]
        bytes.append(contentsOf: string.escaped)
        bytes.append(UInt8(ascii: "\""))
        self.bytes = bytes[...]
    }

    /// The value as text, for messages and tests.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
