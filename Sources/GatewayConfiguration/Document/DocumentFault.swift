// SPDX-License-Identifier: Apache-2.0

/// Why a text is not read. The words show nothing of the file but names that look like those of fields.
enum DocumentFault {
    case tag
    case anchor
    case mergeKey
    case directive
    case secondDocument
    /// A list or a group stands where a field's name should.
    case fieldName
    case duplicate(name: String, firstLine: Int32)
    case depth
    case character(HiddenCharacter)
    /// What libyaml says, in its words.
    case syntax(problem: String, context: String)
    /// Memory ran out.
    case unreadable

    /// As an error at `mark` of `file`.
    func refusal(at mark: Mark, in file: String) -> ConfigurationErrors {
        let (what, why, fix) = words
        return ConfigurationErrors([
            ConfigurationProblem(
                file: file, line: Int(mark.line), column: Int(mark.column), what: what, why: why, fix: fix)
        ])
    }

    private var words: (what: String, why: String, fix: String) {
        switch self {
        case .tag:
            (
                "a tag (`!name`) is used", "a value's type follows from its field, so tags have no meaning here",
                "remove it, and put text that starts with `!` in quotes"
            )
        case .anchor:
            (
                "an anchor (`&name`) or alias (`*name`) is used",
                "anchors and aliases are not part of a Sluice configuration",
                "write the value out where it is needed, and put text that starts with `&` or `*` in quotes"
            )
        case .mergeKey:
            (
                "a merge key (`<<`) is used", "merging is not part of a Sluice configuration",
                "write the fields out where they are needed"
            )
        case .directive:
            (
                "a directive (`%…`) stands before the text", "directives change how YAML is read",
                "remove the lines that start with `%`"
            )
        case .secondDocument:
            (
                "a second document starts here", "a configuration is one document",
                "remove the line `---` or `...`, or what follows it"
            )
        case .fieldName:
            ("a field's name is not plain text", "it is a list or a group of fields", "write `name: value`")
        case .duplicate(let name, let line):
            (
                "\(FieldName.showable(name).map { "`\($0)`" } ?? "a field") is given twice",
                "the first is on line \(line), and only one of them could count", "remove one of them"
            )
        case .depth:
            (
                "values are nested too deeply",
                "no part of a configuration has \(DocumentParser.maximumDepth) levels",
                "remove the extra brackets or indentation, or close the brackets that are open"
            )
        case .character(let character): character.words
        case .syntax(let problem, let context):
            ("this is not valid YAML", context + problem, Self.advice(problem, context))
        case .unreadable: ("the file cannot be read as YAML", "the parser gave up", "check its size")
        }
    }

    private static func advice(_ problem: String, _ context: String) -> String {
        if problem.contains("cannot start any token") {
            return
                "indent with spaces rather than tabs, and put values that start with `@`, `%` or a backtick in quotes"
        }
        if problem.contains("mapping values are not allowed") {
            return "put a value that contains `: ` in quotes, and indent fields of one group alike"
        }
        if context.contains("scanning an alias") || context.contains("scanning an anchor") {
            return "put text that starts with `*` or `&` in quotes, as in `name: \"*\"`"
        }
        return "check indentation, quotes and brackets here and just above"
    }
}
