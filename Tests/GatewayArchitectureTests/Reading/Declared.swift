// SPDX-License-Identifier: Apache-2.0

/// What lines of code declare.
enum Declared {
    private static let kinds: Set<Substring> = [
        "class", "struct", "enum", "protocol", "func", "var", "let", "init", "actor", "typealias", "subscript",
        "extension",
    ]
    private static let types: Set<Substring> = ["class", "struct", "enum", "protocol", "actor", "typealias"]

    /// The name of the type that `line` declares.
    static func type(_ line: String) -> String? {
        guard let declared = declaration(line), types.contains(Substring(declared.kind)) else { return nil }
        return declared.name
    }

    /// What `line` declares for the package, if it does.
    static func package(_ line: String) -> (kind: String, name: String)? {
        guard let declared = declaration(line), declared.modifiers.contains("package") else { return nil }
        return (declared.kind, declared.name)
    }

    /// Whether `line` declares something for other packages.
    static func isPublic(_ line: String) -> Bool {
        guard let declared = declaration(line) else { return false }
        return declared.modifiers.contains("public") || declared.modifiers.contains("open")
    }

    /// Whether `line` begins a declaration that is in no other, extensions apart.
    static func isTopLevel(_ line: String) -> Bool {
        guard line.first != " ", let declared = declaration(line) else { return false }
        return declared.kind != "extension"
    }

    /// The words before the one that says what is declared must all be modifiers or attributes, or else it declares
    /// nothing.
    private static func declaration(_ line: String) -> (modifiers: [Substring], kind: String, name: String)? {
        let words = line.split(separator: " ", maxSplits: 8)
        guard let place = words.firstIndex(where: { kinds.contains(name(of: $0)) }) else { return nil }
        let kind = name(of: words[place])
        let modifiers = words[..<place].map(name)
        guard modifiers.allSatisfy(isModifier) else { return nil }
        // `class func` and `class var` are not classes.
        if kind == "class", place + 1 < words.count, kinds.contains(name(of: words[place + 1])) { return nil }
        let named = place + 1 < words.count && kind != "init" ? name(of: words[place + 1]) : ""
        return (modifiers, String(kind), String(named))
    }

    private static func isModifier(_ word: Substring) -> Bool { word.first == "@" || modifiers.contains(word) }

    private static let modifiers: Set<Substring> = [
        "package", "public", "open", "internal", "private", "fileprivate", "final", "static", "mutating", "nonmutating",
        "nonisolated", "indirect", "consuming", "borrowing", "convenience", "override", "lazy", "weak", "unowned",
        "required",
    ]

    /// `word` up to what is not part of a name, as in `private(set)` or `find<T>(`.
    private static func name(of word: Substring) -> Substring {
        word.prefix { $0 == "@" || $0 == "_" || $0.isLetter || $0.isNumber }
    }
}
