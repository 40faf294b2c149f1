// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Model patterns")
struct ModelPatternTests {
    @Test(
        "a pattern matches what its stars can stand for, and nothing else",
        arguments: [
            ("gpt-4o", "gpt-4o", true), ("gpt-4o", "gpt-4o-mini", false), ("gpt-4o", "GPT-4o", false), ("", "", true),
            ("", "a", false), ("*", "", true), ("*", "anything/at:all", true), ("**", "x", true),
            ("gpt-*", "gpt-", true),
            ("gpt-*", "gpt-4o", true), ("gpt-*", "gpt", false), ("*-mini", "gpt-4o-mini", true),
            ("*-mini", "-mini", true), ("*-mini", "gpt-4o-mini-2", false), ("a*a", "a", false), ("a*a", "aa", true),
            ("a*a", "aba", true), ("ab*ba", "aba", false), ("ab*ba", "abba", true), ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "ba", false), ("a*b*c", "abc", true), ("a*b*c", "abcb", false), ("a*b*c", "acbc", true),
            ("*ab*ab*", "abab", true), ("*ab*ab*", "aba", false), ("x*yz*z", "xyzz", true), ("x*yz*z", "xyz", false),
            ("meta-llama/*", "meta-llama/Llama-3", true), ("*/*", "a/b/c", true), ("*/*", "ab", false),
        ] as [(String, String, Bool)])
    func matches(pattern: String, name: String, expected: Bool) {
        #expect(ModelPattern(pattern).matches(name) == expected)
    }

    @Test("names compare byte for byte: composed and decomposed accents are different names")
    func bytes() {
        #expect(!ModelPattern("caf\u{e9}").matches("cafe\u{301}"))
        #expect(!ModelPattern("caf\u{e9}*").matches("cafe\u{301}"))
        #expect(ModelPattern("caf\u{e9}*").matches("caf\u{e9}-1"))
    }

    @Test("random patterns match as the definition says")
    func property() {
        var random = SplitMix(seed: 3)
        for _ in 0..<20_000 {
            let pattern = Self.text("ab**", upTo: 7, &random)
            let name = Self.text("ab", upTo: 9, &random)
            #expect(
                ModelPattern(pattern).matches(name) == Self.matches(Array(pattern.utf8)[...], Array(name.utf8)[...]),
                "\(pattern) \(name)")
        }
    }

    /// The definition itself, exponential and plain.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return (name.startIndex...name.endIndex).contains { matches(pattern.dropFirst(), name[$0...]) }
        }
        return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
    }

    private static func text(_ letters: String, upTo count: Int, _ random: inout SplitMix) -> String {
        let letters = Array(letters)
        return String(
            (0..<Int.random(in: 0...count, using: &random)).map { _ in
                letters[Int.random(in: letters.indices, using: &random)]
            })
    }

    /// Backtracking would take longer than the universe has; the suite's time limit is the assertion.
    @Test("a hostile pattern and name take no more than a moment", .timeLimit(.minutes(1)))
    func hostile() {
        let pattern = ModelPattern(String(repeating: "a*", count: 100) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 10_000)))
        let long = ModelPattern("*" + String(repeating: "a", count: 50) + "b*")
        #expect(!long.matches(String(repeating: "a", count: 20_000)))
    }

    @Test(
        "a pattern is as specific as it fixes bytes",
        arguments: [("*", 0), ("gpt-*", 4), ("*gpt-*o*", 5), ("gpt-4o", 6), ("é*", 2)] as [(String, Int)])
    func specificity(pattern: String, expected: Int) {
        #expect(ModelPattern(pattern).specificity == expected)
    }

    @Test("exact patterns and those for everything are known as such")
    func kinds() {
        #expect(ModelPattern("a").isExact)
        #expect(!ModelPattern("a*").isExact)
        #expect(ModelPattern("*").matchesEverything)
        #expect(ModelPattern("***").matchesEverything)
        #expect(!ModelPattern("").matchesEverything)
        #expect(!ModelPattern("*a").matchesEverything)
    }

    @Test("an allow-list allows what one of its patterns matches; an empty one allows nothing")
    func allowList() {
        let list = ModelPatterns([ModelPattern("gpt-*"), ModelPattern("claude-sonnet")])
        #expect(list.allows("gpt-4o"))
        #expect(list.allows("claude-sonnet"))
        #expect(!list.allows("claude-opus"))
        #expect(!ModelPatterns([]).allows("gpt-4o"))
        #expect(ModelPatterns.all.allows(""))
        #expect(ModelPatterns([ModelPattern("x"), ModelPattern("**")]).allows("anything"))
    }
}
