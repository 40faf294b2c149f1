// SPDX-License-Identifier: Apache-2.0

extension Extras {
    /// What stood in the object `name` within, by the names it had there (see `keep(_:under:)`).
    func inside(_ name: StaticString) -> Extras {
        var result = Extras(origin)
        for member in members where member.name.stands(inside: name) {
            let inner = JSONString(escaped: member.name.escaped.dropFirst(name.utf8CodeUnitCount + 1))
            result.members.append(Member(name: inner, value: member.value))
        }
        return result
    }
}

extension JSONWriter {
    /// Writes `extras` as members of the object that is open, but for what stood in the objects `inner` within it.
    mutating func write(_ extras: Extras, except inner: [StaticString] = []) {
        for member in extras.members where !inner.contains(where: member.name.stands(inside:)) {
            key(member.name)
            value(member.value)
        }
    }
}

extension JSONString {
    /// Whether this names something inside of the object `name`: `function.title` in `function`.
    fileprivate func stands(inside name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        guard escaped.count > length, reads(prefix: name) else { return false }
        return escaped[escaped.startIndex + length] == UInt8(ascii: ".")
    }
}
