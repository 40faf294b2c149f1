// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong, or worth a warning, in a configuration.
///
/// No text of a problem ever holds a secret or a value that came from the environment: values are shown as the file has
/// them written, before expansion, and those of secret fields not at all.
package struct ConfigurationProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file as it was named to the loader, or `environment variable NAME` for a value that came from one.
    package var file: String
    /// Counted from 1; nil where the problem has no line, as with an environment variable.
    package var line: Int?
    package var column: Int?
    package var what: String
    package var why: String
    package var fix: String

    package init(file: String, line: Int? = nil, column: Int? = nil, what: String, why: String, fix: String) {
        self.file = file
        self.line = line
        self.column = column
        self.what = what
        self.why = why
        self.fix = fix
    }

    /// `file:line: what, why, what to do`
    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return "\(place): \(what), \(why), \(fix)"
    }
}

/// Everything that is wrong with a configuration, in the order of the file's lines; what has no line comes last.
package struct ConfigurationErrors: Error, Sendable, CustomStringConvertible {
    package var problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) {
        self.problems = problems.inFileOrder
    }

    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

extension [ConfigurationProblem] {
    var inFileOrder: [ConfigurationProblem] {
        // Stable: problems of one place stay in the order in which they were found.
        enumerated().sorted { left, right in
            let leftKey = (left.element.line ?? .max, left.element.column ?? 0, left.offset)
            let rightKey = (right.element.line ?? .max, right.element.column ?? 0, right.offset)
            return leftKey < rightKey
        }.map(\.element)
    }
}
