// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite("Wording")
struct WordingTests {
    @Test("every source file starts with its licence")
    func licence() {
        let endings = [".swift", ".h", ".hpp", ".cpp"]
        for path in Repository.files("Sources", endings: endings) + Repository.files("Tests", endings: [".swift"]) {
            // A manifest's first line is its tools version.
            let start = path.hasSuffix("/Package.swift") ? 1 : 0
            let lines = Repository.text(path).split(separator: "\n", maxSplits: 2)
            if lines.dropFirst(start).first != "// SPDX-License-Identifier: Apache-2.0" {
                Issue.record("\(path) does not start with '// SPDX-License-Identifier: Apache-2.0'")
            }
        }
    }

    @Test(
        "nothing is named after having no name",
        arguments: ["Util", "Utils", "Utilities", "Helper", "Helpers", "Manager"])
    func names(word: String) {
        for file in Repository.sources {
            #expect(!file.name.contains(word), "\(file.path): say what it is for")
            for (index, line) in file.codeLines.enumerated() where Declared.type(line)?.contains(word) == true {
                Issue.record("\(file.path):\(index + 1) declares a \(word): say what it is for")
            }
        }
    }

    @Test("sources never trap on purpose where they could fail", arguments: ["try!", "fatalError(", " as! "])
    func traps(token: String) {
        for file in Repository.sources {
            for (index, line) in file.codeLines.enumerated() where line.contains(token) {
                Issue.record("\(file.path):\(index + 1) uses \(token)")
            }
        }
    }

    @Test(
        "what the compiler does not check is proved in a comment directly above",
        arguments: ["@unchecked Sendable", "nonisolated(unsafe)"])
    func unchecked(token: String) {
        for file in Repository.sources {
            for (index, line) in file.codeLines.enumerated() where line.contains(token) {
                let isProved = index > 0 && file.lines[index - 1].trimmingCharacters(in: .whitespaces).hasPrefix("//")
                if !isProved { Issue.record("\(file.path):\(index + 1) uses \(token) without a comment above it") }
            }
        }
    }

    @Test("no comment refers to an issue by number, or leaves work without saying which")
    func leftovers() {
        for file in Repository.sources + Repository.tests {
            for (index, line) in file.commentLines.enumerated()
            where line.utf8.contains(where: { $0 != UInt8(ascii: " ") }) {
                if line.contains(/(^|\s)(#\d+|[Ii]ssue \d+)/) {
                    Issue.record("\(file.path):\(index + 1) refers to an issue by number: say what it is about")
                }
                if line.contains(/\b(TODO|FIXME|XXX)\b(?!: \w+ \w+)/) {
                    Issue.record("\(file.path):\(index + 1) leaves something to do without saying what and why")
                }
            }
        }
    }

    @Test("targets share nothing as public; what they share is package")
    func access() {
        for file in Repository.sources {
            for (index, line) in file.codeLines.enumerated() where Declared.isPublic(line) {
                Issue.record("\(file.path):\(index + 1) is public: nothing outside of this package uses it")
            }
        }
    }
}
