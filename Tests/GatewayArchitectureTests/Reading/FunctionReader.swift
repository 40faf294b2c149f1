// SPDX-License-Identifier: Apache-2.0

/// A function or initialiser, found by its braces.
struct FunctionDeclaration: Sendable, Equatable {
    var name: String
    /// Of its `func` or `init`, counted from 1.
    var line: Int
    /// From there to the closing brace; 0 without a body, as in a protocol.
    var lineCount: Int
    var parameterCount: Int
}

/// Finds functions in code whose comments and literals are blanked out. It knows words and brackets, no grammar: good to a
/// line or so, which is enough to see a function that is too long.
struct FunctionReader {
    private let code: [UInt8]
    private var index = 0
    private var line = 1
    private(set) var functions: [FunctionDeclaration] = []

    static func functions(in code: [UInt8]) -> [FunctionDeclaration] {
        var reader = FunctionReader(code: code)
        reader.read()
        return reader.functions
    }

    private init(code: [UInt8]) { self.code = code }

    /// Words that begin another declaration: one of them before any brace means that there is no body.
    private static let declarations: Set<String> = [
        "func", "init", "var", "let", "static", "package", "public", "private", "fileprivate", "internal", "mutating",
        "case", "struct", "class", "enum", "extension", "protocol", "subscript", "associatedtype", "deinit",
        "nonmutating",
        "nonisolated", "typealias", "consuming", "borrowing", "override", "convenience", "final", "indirect",
    ]

    private mutating func read() {
        while index < code.count {
            guard let word = takeWord() else {
                advance()
                continue
            }
            if word == "func" || word == "init", !isMember(endingAt: index - word.utf8.count) { declaration(word) }
        }
    }

    private mutating func declaration(_ keyword: String) {
        let start = (index: index, line: line)
        skipSpace()
        let name = keyword == "func" ? takeName() : "init"
        if keyword == "init", index < code.count, code[index] == UInt8(ascii: "?") { advance() }
        skipSpace()
        if index < code.count, code[index] == UInt8(ascii: "<") { skipAngles() }
        skipSpace()
        guard index < code.count, code[index] == UInt8(ascii: "("), !name.isEmpty else { return }
        let parameters = takeParameters()
        // What the body holds may hold functions of its own: it is measured ahead, then read.
        let afterSignature = (index: index, line: line)
        let end = findBody() ? closeBody() : nil
        functions.append(
            FunctionDeclaration(
                name: name, line: start.line, lineCount: end.map { $0 - start.line + 1 } ?? 0,
                parameterCount: parameters))
        (index, line) = afterSignature
    }

    private mutating func advance() {
        if code[index] == UInt8(ascii: "\n") { line += 1 }
        index += 1
    }

    private mutating func skipSpace() {
        while index < code.count, code[index] == UInt8(ascii: " ") || code[index] == UInt8(ascii: "\n") { advance() }
    }

    private mutating func takeWord() -> String? {
        let start = index
        while index < code.count, FunctionReader.isWord(code[index]) { index += 1 }
        return index > start ? String(decoding: code[start..<index], as: UTF8.self) : nil
    }

    /// A function's name, which may be an operator.
    private mutating func takeName() -> String {
        let start = index
        while index < code.count, ![UInt8(ascii: "("), UInt8(ascii: " "), UInt8(ascii: "\n")].contains(code[index]) {
            if code[index] == UInt8(ascii: "<"), index > start, FunctionReader.isWord(code[index - 1]) { break }
            index += 1
        }
        return String(decoding: code[start..<index], as: UTF8.self)
    }

    private func isMember(endingAt place: Int) -> Bool {
        place > 0 && (code[place - 1] == UInt8(ascii: ".") || code[place - 1] == UInt8(ascii: "`"))
    }

    private mutating func skipAngles() {
        var depth = 0
        repeat {
            if code[index] == UInt8(ascii: "<") { depth += 1 }
            if code[index] == UInt8(ascii: ">"), code[index - 1] != UInt8(ascii: "-") { depth -= 1 }
            advance()
        } while depth > 0 && index < code.count
    }

    /// Counts the commas of the list that opens here, outside of any brackets in it.
    private mutating func takeParameters() -> Int {
        var depth = 0
        var commas = 0
        var isEmpty = true
        repeat {
            let byte = code[index]
            if "([{<".utf8.contains(byte) { depth += 1 }
            if ")]}".utf8.contains(byte) || byte == UInt8(ascii: ">") && code[index - 1] != UInt8(ascii: "-") {
                depth -= 1
            }
            if depth == 1, byte == UInt8(ascii: ",") { commas += 1 }
            if depth >= 1, FunctionReader.isWord(byte) { isEmpty = false }
            advance()
        } while depth > 0 && index < code.count
        return isEmpty ? 0 : commas + 1
    }

    /// Moves to the opening brace of the body; false when there is none.
    private mutating func findBody() -> Bool {
        while index < code.count {
            if code[index] == UInt8(ascii: "{") { return true }
            if code[index] == UInt8(ascii: "}") || code[index] == UInt8(ascii: "@") { return false }
            if let word = takeWord() {
                if FunctionReader.declarations.contains(word) { return false }
            } else {
                advance()
            }
        }
        return false
    }

    /// The line of the brace that closes the one here.
    private mutating func closeBody() -> Int? {
        var depth = 0
        repeat {
            if code[index] == UInt8(ascii: "{") { depth += 1 }
            if code[index] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return line }
            advance()
        } while index < code.count
        return nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
