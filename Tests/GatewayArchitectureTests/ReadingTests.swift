// SPDX-License-Identifier: Apache-2.0

import Testing

/// The checks are worth nothing if their reader misses what it should see.
@Suite("Reading")
struct ReadingTests {
    private func source(_ text: String) -> SwiftSource { SwiftSource(path: "Sources/Example/File.swift", text: text) }

    @Test("imports are found in all their spellings, and not in comments or literals")
    func imports() {
        let file = source(
            #"""
            import A
            package import B
            @preconcurrency import C
            import struct D.Inner
            private import E.Sub
            // import F
            /* import G */
            let text = "import H"
            let other = """
            import I
            """
            #if canImport(J)
                import J
            #endif
            """#)
        #expect(file.imports == ["A", "B", "C", "D", "E", "J"])
    }

    @Test("comments, literals and interpolations are no code")
    func sieve() {
        let file = source(
            ##"""
            let a = "try! \(call("}" + "try!")) {" // try! {
            let b = #"try! \(no) " \#(yes("}"))"# /* try! /* { */ } */
            let c = """
                try! " { \(x)
                """
            let d = try! e()
            """##)
        let code = file.codeLines.joined(separator: "\n")
        #expect(code.split(separator: "try!", omittingEmptySubsequences: false).count == 2)
        #expect(!code.contains("{"))
        #expect(!code.contains("}"))
        #expect(file.codeLines.last == "let d = try! e()")
        #expect(file.commentLines[0].contains("// try! {"))
        #expect(file.codeLines.count == file.lines.count)
    }

    @Test("functions are measured from their signature to their closing brace")
    func functions() {
        let file = source(
            """
            protocol P {
                func bare(_ a: Int)
                init(x: Int)
            }
            struct S {
                init?(a: (Int, Int), b: [String: Int], c: (Int, Int) -> Void = { _, _ in }) { return nil }
                func generic<T: Sequence<Int>>(
                    _ a: T, _ b: Dictionary<Int, Int>
                ) async throws -> Int where T: Sendable {
                    func inner() {
                    }
                    return 1
                }
                static func < (left: S, right: S) -> Bool { false }
                func none() {}
                var value: Int { S.init(a: (1, 2), b: [:])?.none() ?? 1 }
            }
            """)
        let found = file.functions.map { ($0.name, $0.line, $0.lineCount, $0.parameterCount) }
        let expected = [
            ("bare", 2, 0, 1), ("init", 3, 0, 1), ("init", 6, 1, 3), ("generic", 7, 7, 2), ("inner", 10, 2, 0),
            ("<", 14, 1, 2), ("none", 15, 1, 0),
        ]
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) { #expect(found == expected) }
    }

    @Test(
        "declarations are told with their access",
        arguments: [
            ("    package func find<T>(_ x: T) {", "func find"),
            ("package final class Snapshot: Sendable {", "class Snapshot"),
            ("    package private(set) var text = 1", "var text"), ("    package static let zero = 1", "let zero"),
            ("package import A", nil), ("    func find() {", nil), ("    let package = 1", nil),
            ("@frozen package struct S {", "struct S"), ("    package mutating func go()", "func go"),
        ] as [(String, String?)])
    func declared(line: String, expected: String?) {
        #expect(Declared.package(line).map { "\($0.kind) \($0.name)" } == expected)
    }

    @Test("documentation is seen above attributes, and a plain comment is none")
    func documentation() {
        let file = source(
            """
            /// Yes.
            @frozen
            struct A {}
            // No.
            struct B {}
            """)
        #expect(file.hasDocumentation(before: 2))
        #expect(!file.hasDocumentation(before: 4))
    }

    @Test("the ninetieth percentile is the value that nine tenths do not exceed")
    func percentile() {
        #expect(percentile90(Array(1...10)) == 9)
        #expect(percentile90(Array(1...11)) == 10)
        #expect(percentile90([7]) == 7)
        #expect(percentile90([]) == 0)
    }
}
