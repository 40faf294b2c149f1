// SPDX-License-Identifier: Apache-2.0

/// One file of Swift, as the checks look at it.
struct SwiftSource: Sendable {
    /// Relative to the repository.
    let path: String
    let lines: [String]
    /// The lines with comments and the insides of literals blanked out, so that words and braces found in them are code.
    let codeLines: [String]
    /// The lines with everything but comments blanked out.
    let commentLines: [String]
    private let code: [UInt8]

    init(path: String, text: String) {
        self.path = path
        let sieve = SourceSieve(text)
        code = sieve.code
        lines = SwiftSource.lines(Array(text.utf8))
        codeLines = SwiftSource.lines(sieve.code)
        commentLines = SwiftSource.lines(sieve.comments)
    }

    var name: String { String(path.split(separator: "/").last ?? "") }

    /// The target or test target it belongs to.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    var functions: [FunctionDeclaration] { FunctionReader.functions(in: code) }

    /// The modules it imports.
    var imports: [String] {
        codeLines.compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index + 1 < words.count else { return nil }
            guard words[..<index].allSatisfy({ SwiftSource.importPrefixes.contains($0) || $0.hasPrefix("@") }) else {
                return nil
            }
            // `import struct Foundation.Data` names the kind first.
            let isKind = ["struct", "class", "enum", "protocol", "func", "var", "typealias"].contains(words[index + 1])
            let module = words[isKind && index + 2 < words.count ? index + 2 : index + 1]
            return module.split(separator: ".").first.map(String.init)
        }
    }

    private static let importPrefixes: Set<Substring> = ["package", "public", "internal", "private", "fileprivate"]

    private static func lines(_ bytes: [UInt8]) -> [String] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

/// Separates code from comments and literals, byte for byte in their places.
private struct SourceSieve {
    private(set) var code: [UInt8]
    private(set) var comments: [UInt8]
    private let source: [UInt8]
    private var index = 0

    init(_ text: String) {
        source = Array(text.utf8)
        code = source
        comments = source.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
        while index < source.count { step() }
    }

    private func starts(_ text: StaticString) -> Bool {
        guard index + text.utf8CodeUnitCount <= source.count else { return false }
        for offset in 0..<text.utf8CodeUnitCount where source[index + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private mutating func step() {
        // Quick, because almost every byte is none of these.
        guard [UInt8(ascii: "/"), UInt8(ascii: "#"), UInt8(ascii: "\"")].contains(source[index]) else {
            index += 1
            return
        }
        let start = index
        if starts("//") {
            while index < source.count, source[index] != UInt8(ascii: "\n") { index += 1 }
            blank(from: start, isComment: true)
        } else if starts("/*") {
            skipBlockComment()
            blank(from: start, isComment: true)
        } else if let hashes = hashesBeforeQuote() {
            skipLiteral(hashes: hashes)
            blank(from: start, isComment: false)
        } else {
            index += 1
        }
    }

    private mutating func blank(from start: Int, isComment: Bool) {
        for place in start..<min(index, source.count) where source[place] != UInt8(ascii: "\n") {
            if isComment { comments[place] = source[place] }
            code[place] = UInt8(ascii: " ")
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                index += 2
            } else if starts("*/") {
                depth -= 1
                index += 2
            } else {
                index += 1
            }
        } while depth > 0 && index < source.count
    }

    /// How many `#` stand before a quotation mark here; nil when no literal starts here.
    private func hashesBeforeQuote() -> Int? {
        let hashes = count(UInt8(ascii: "#"), at: index)
        let quote = index + hashes
        return quote < source.count && source[quote] == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func skipLiteral(hashes: Int) {
        index += hashes
        let isMultiline = starts(#"""""#)
        let marks = isMultiline ? 3 : 1
        index += marks
        while index < source.count {
            if source[index] == UInt8(ascii: "\\"), count(UInt8(ascii: "#"), at: index + 1) >= hashes {
                index += 1 + hashes
                if index < source.count, source[index] == UInt8(ascii: "(") { skipInterpolation() } else { index += 1 }
            } else if count(UInt8(ascii: "\""), at: index) >= marks,
                count(UInt8(ascii: "#"), at: index + marks) >= hashes
            {
                index += marks + hashes
                return
            } else if !isMultiline, source[index] == UInt8(ascii: "\n") {
                return
            } else {
                index += 1
            }
        }
    }

    private mutating func skipInterpolation() {
        var depth = 0
        repeat {
            if source[index] == UInt8(ascii: "(") { depth += 1 }
            if source[index] == UInt8(ascii: ")") { depth -= 1 }
            step()
        } while depth > 0 && index < source.count
    }

    private func count(_ byte: UInt8, at place: Int) -> Int {
        var end = place
        while end < source.count, source[end] == byte { end += 1 }
        return end - place
    }
}
