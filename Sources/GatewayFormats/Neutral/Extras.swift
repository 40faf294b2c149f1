// SPDX-License-Identifier: Apache-2.0

/// What a dialect says that the neutral form has no place for, as it was written. A writer of the same dialect puts it back
/// where it stood; any other must say in its report what becomes of it.
package struct Extras: Sendable, Equatable {
    /// The dialect that knows these members.
    package var origin: Format
    /// In the order they came.
    package var members: [Member]

    /// One member, as it was written.
    package struct Member: Sendable, Equatable {
        package var name: JSONString
        package var value: JSONFragment

        package init(name: JSONString, value: JSONFragment) {
            self.name = name
            self.value = value
        }
    }

    package init(_ origin: Format, _ members: [Member] = []) {
        self.origin = origin
        self.members = members
    }

    package var isEmpty: Bool { members.isEmpty }

    /// Keeps a member.
    package mutating func keep(_ name: JSONString, _ value: JSONValue) {
        members.append(Member(name: name, value: value.fragment))
    }
}
