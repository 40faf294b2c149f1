// SPDX-License-Identifier: Apache-2.0

extension Extras {
    /// Keeps a member of the object at `path`, such as `generationConfig.`: extras of objects inside the one that has a
    /// place in the neutral form are called by their path.
    mutating func keep(_ path: JSONString, _ name: JSONString, _ value: JSONFragment) {
        members.append(Member(name: JSONString(joining: [path, name]), value: value))
    }
}

extension JSONWriter {
    /// A whole document that is one array.
    static func array(capacity: Int = 64, _ elements: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: capacity)
        writer.array(elements)
        return writer.bytes
    }

    /// Writes the extras of the object `inner` within the one that `extras` are of, if they are Gemini's.
    mutating func writeOwn(_ extras: Extras, inside inner: StaticString) {
        guard extras.origin == .gemini, !extras.isEmpty else { return }
        write(extras.inside(inner))
    }

    /// Writes the extras of an object, but for what stood in the objects `inner` within it, if they are Gemini's.
    mutating func writeOwn(_ extras: Extras, except inner: [StaticString] = []) {
        guard extras.origin == .gemini else { return }
        write(extras, except: inner)
    }
}
