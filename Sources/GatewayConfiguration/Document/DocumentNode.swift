// SPDX-License-Identifier: Apache-2.0

/// Where a value was written.
enum Place: Sendable, Equatable {
    case line(Int, column: Int)
    case environment(variable: String)
}

/// A position in the file; line and column count from 1, columns in characters.
struct Mark: Sendable, Equatable {
    var line: Int32
    var column: Int32

    static let start = Mark(line: 1, column: 1)

    var place: Place { .line(Int(line), column: Int(column)) }
}

/// A YAML value with its position: a tree of plain text, lists and groups, whose depth is bounded.
struct DocumentNode: Sendable {
    enum Content: Sendable {
        /// The text of a scalar. A plain one may also mean null; a quoted one never does.
        case scalar(String, isPlain: Bool)
        case list([DocumentNode])
        case mapping([DocumentField])
    }

    var mark: Mark
    var content: Content

    var place: Place { mark.place }

    /// Whether this is a plain `null`, `~` or nothing at all: the same as leaving the field out.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return Self.isNull(text)
    }

    /// Whether a plain scalar with this text means null, in any of the spellings that YAML has for it.
    static func isNull(_ text: String) -> Bool {
        text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
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
    var mark: Mark
    var value: DocumentNode

    var place: Place { mark.place }
}
