// SPDX-License-Identifier: Apache-2.0

/// Where a value was written.
enum Place: Sendable, Equatable {
    case line(Int, column: Int)
    case environment(variable: String)
}

/// A YAML value with its place: a tree without tags, anchors and aliases, whose depth is bounded.
struct DocumentNode: Sendable {
    enum Content: Sendable {
        /// The text of a scalar. A plain one may also mean null; a quoted one never does.
        case scalar(String, isPlain: Bool)
        case list([DocumentNode])
        case mapping([DocumentField])
    }

    var place: Place
    var content: Content

    /// Whether this is a plain `null`, `~` or nothing at all: the same as leaving the field out.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What a person would call this kind of value.
    var kind: String {
        switch content {
        case .scalar: "a single value"
        case .list: "a list"
        case .mapping: "a group of fields"
        }
    }
}

/// One `name: value` of a mapping.
struct DocumentField: Sendable {
    var name: String
    var place: Place
    var value: DocumentNode
}
