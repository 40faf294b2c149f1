// SPDX-License-Identifier: Apache-2.0

import Yams

/// Turns YAML text into a `DocumentNode`, without ever running away on hostile text.
///
/// - Depth: Yams composes by recursion. Text that looks deeply nested is refused before, by its brackets and indentation;
///   what hides from that look in quotes ends at libyaml's own limit of 1,000 levels, which fits in 2 MiB of stack. The
///   tree made here has at most `maximumDepth` levels.
/// - Aliases: Yams expands them while it composes, and hashes mapping keys, so a chain of aliases can cost exponential
///   time before there is a tree to look at. Text that could hold such a chain is refused before composing; other
///   anchors are refused on the composed tree. Nothing in a configuration needs them.
struct DocumentParser {
    static let maximumDepth = 32
    /// Each alias at most doubles the work, so this many bound it to a factor of 256.
    private static let tolerableAliases = 8

    /// The file's name for messages.
    let file: String

    /// The document in `text`; nil when there is nothing in it.
    func parse(_ text: String) throws(ConfigurationErrors) -> DocumentNode? {
        try refuseDeepNesting(text)
        try refuseAliasChains(text)
        do {
            // No tag is ever resolved: what a scalar means is decided by the field that asks for it.
            var text = text
            text.makeContiguousUTF8()
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let root = try parser.singleRoot() else { return nil }
            // Nodes refer weakly to their anchors, which the parser owns.
            let node = try withExtendedLifetime(parser) { try convert(root, depth: 0) }
            return node.isNull ? nil : node
        } catch let error as YamlError {
            throw ConfigurationErrors([problem(of: error, in: text)])
        } catch let error as ConfigurationErrors {
            throw error
        } catch {
            throw failure(nil, "the file cannot be read as YAML", "the parser gave up", "check its syntax")
        }
    }

    private func convert(_ node: Node, depth: Int) throws(ConfigurationErrors) -> DocumentNode {
        let mark = node.mark
        guard depth < Self.maximumDepth else {
            throw depthFailure(mark?.line)
        }
        if node.anchor != nil { throw anchorFailure(mark?.line, column: mark?.column) }
        return DocumentNode(place: place(mark), content: try content(of: node, depth: depth))
    }

    private func content(of node: Node, depth: Int) throws(ConfigurationErrors) -> DocumentNode.Content {
        switch node {
        case .scalar(let scalar):
            return .scalar(scalar.string, isPlain: scalar.style == .plain || scalar.style == .any)
        case .sequence(let sequence):
            var items: [DocumentNode] = []
            for item in sequence { items.append(try convert(item, depth: depth + 1)) }
            return .list(items)
        case .mapping(let mapping):
            var fields: [DocumentField] = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key, key.anchor == nil else {
                    throw failure(
                        key.mark, "a field's name is not plain text", "it is a list, a group of fields or an anchor",
                        "write `name: value`")
                }
                fields.append(
                    DocumentField(
                        name: name.string, place: place(key.mark), value: try convert(value, depth: depth + 1)))
            }
            return .mapping(fields)
        case .alias(let alias):
            throw anchorFailure(alias.mark?.line, column: alias.mark?.column)
        }
    }

    private func place(_ mark: Mark?) -> Place {
        .line(mark?.line ?? 1, column: mark?.column ?? 1)
    }
}

// MARK: - Refusals

extension DocumentParser {
    /// Columns that the indentation and the `- ` and `? ` marks at the start of a line may take.
    private static let widestIndentation = 200

    private func refuseDeepNesting(_ text: String) throws(ConfigurationErrors) {
        var line = 1
        var open = 0
        var indentation: Int? = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if byte == UInt8(ascii: "\n") { line += 1 }
                indentation = 0
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): open = max(0, open - 1)
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
                indentation = indentation.map { $0 + 1 }
                if indentation ?? 0 > Self.widestIndentation { throw depthFailure(line) }
                continue
            default: break
            }
            indentation = nil
            if open > 2 * Self.maximumDepth { throw depthFailure(line) }
        }
    }

    private func depthFailure(_ line: Int?) -> ConfigurationErrors {
        ConfigurationErrors([
            ConfigurationProblem(
                file: file, line: line, what: "values are nested too deeply",
                why: "no part of a configuration has \(Self.maximumDepth) levels",
                fix: "remove the extra brackets or indentation, or close the brackets that are open")
        ])
    }

    private func refuseAliasChains(_ text: String) throws(ConfigurationErrors) {
        var line = 1
        var firstAnchor: Int?
        var aliases = 0
        var previous = UInt8(ascii: "\n")
        for byte in text.utf8 {
            // `&a` or `*a` can only be an anchor or alias where a value can start; in quotes or comments they count
            // here too, which is why a few are let through to the exact check on the tree.
            if Self.canPrecedeValue(previous) {
                if byte == UInt8(ascii: "&") { firstAnchor = firstAnchor ?? line }
                if byte == UInt8(ascii: "*") { aliases += 1 }
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            previous = byte
        }
        if let firstAnchor, aliases > Self.tolerableAliases { throw anchorFailure(firstAnchor, column: nil) }
    }

    private static func canPrecedeValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "["),
            UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: "-"):
            true
        // The last byte of U+0085, U+2028, U+2029 (line breaks) and of the byte order mark.
        case 0x85, 0xa8, 0xa9, 0xbf: true
        default: false
        }
    }

    private func anchorFailure(_ line: Int?, column: Int?) -> ConfigurationErrors {
        ConfigurationErrors([
            ConfigurationProblem(
                file: file, line: line, column: column, what: "an anchor (`&name`) is used",
                why: "anchors and aliases are not part of a Sluice configuration",
                fix: "write the value out where it is needed, and put text that starts with `&` or `*` in quotes")
        ])
    }

    private func failure(_ mark: Mark?, _ what: String, _ why: String, _ fix: String) -> ConfigurationErrors {
        ConfigurationErrors([
            ConfigurationProblem(file: file, line: mark?.line, column: mark?.column, what: what, why: why, fix: fix)
        ])
    }

    /// What libyaml says names no content of the file; a duplicated field is named only where it looks like a field.
    private func problem(of error: YamlError, in text: String) -> ConfigurationProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return syntaxProblem(problem, context: context, mark: mark)
        case .reader(let problem, let offset, _, _):
            let line = offset.map { offset in text.prefix(offset).count { $0.isNewline } + 1 }
            return ConfigurationProblem(
                file: file, line: line ?? 1, what: "the file holds a byte that YAML does not allow", why: problem,
                fix: "save it as UTF-8 text without control characters")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let name = duplicates.first.flatMap(FieldName.showable).map { "`\($0)`" } ?? "a field"
            return ConfigurationProblem(
                file: file, line: context.mark.line, column: context.mark.column, what: "\(name) is given twice",
                why: "only one of the values could count", fix: "remove one of them")
        default:
            return ConfigurationProblem(
                file: file, line: 1, what: "the file cannot be read as YAML", why: "the parser gave up",
                fix: "check its syntax")
        }
    }

    private func syntaxProblem(_ problem: String, context: YamlError.Context?, mark: Mark) -> ConfigurationProblem {
        let why = context.map { "\($0.text) (line \($0.mark.line)): \(problem)" } ?? problem
        let isTab = problem.contains("found character that cannot start any token")
        return ConfigurationProblem(
            file: file, line: mark.line, column: mark.column, what: "this is not valid YAML", why: why,
            fix: isTab
                ? "indent with spaces rather than tabs, and put values that start with `@`, `%` or a backtick in quotes"
                : "check indentation, quotes and brackets here and just above")
    }
}
