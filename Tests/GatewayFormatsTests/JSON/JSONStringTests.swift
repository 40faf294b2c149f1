// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct JSONStringTests {
    /// The string of a token, with its escapes as they stand.
    private func string(_ inside: String) throws -> JSONString {
        try #require(try JSONScanner().parse(Array("\"\(inside)\"".utf8)).root.string)
    }

    @Test(
        "Strings are equal when their texts are, and then hash alike",
        arguments: [
            ("abc", "abc", true), ("abc", #"\u0061bc"#, true), (#"\/"#, "/", true), (#"\u00e9"#, "é", true),
            (#"\ud83d\ude00"#, "😀", true), (#"\n"#, #"\u000a"#, true), (#"\u00E9"#, #"\u00e9"#, true), ("", "", true),
            ("abc", "abd", false), ("abc", "ab", false), (#"\n"#, "n", false), (#"\\n"#, #"\n"#, false),
            // The same to a reader of Unicode, but other bytes: nothing may be taken for it.
            ("é", #"e\u0301"#, false),
        ])
    func equality(_ left: String, _ right: String, _ isEqual: Bool) throws {
        let (left, right) = (try string(left), try string(right))
        #expect((left == right) == isEqual)
        #expect((Set([left, right]).count == 1) == isEqual)
    }

    @Test(
        "A string reads a word, however it is escaped",
        arguments: [
            ("user", true), (#"\u0075ser"#, true), (#"use\u0072"#, true), (#"\u0075\u0073\u0065\u0072"#, true),
            ("", false),
            ("use", false), ("users", false), (#"user\u0000"#, false),
            (#"\user"#.replacing(#"\u"#, with: #"\n"#), false),
            (#"use\n"#, false), ("User", false), (#"user\/"#, false),
        ])
    func reads(_ inside: String, _ expected: Bool) throws {
        #expect(try string(inside).reads("user") == expected)
    }

    @Test(
        "Text survives being made a string, and one that holds a value",
        arguments: ["", "a\"b\\c/d", "\u{0}\u{1f}\u{7f}\n\r\t", "é中😀\u{2028}", "\r\n"])
    func text(_ text: String) throws {
        let made = JSONString(text)
        #expect(Array(made.text.utf8) == Array(text.utf8))
        #expect(made.utf8 == Array(text.utf8))
        let quoted = JSONFragment(quoting: made)
        #expect(try JSONScanner().parse(Array(quoted.bytes)).root.string == made)
        #expect(JSONString(holding: quoted).text == quoted.text)
    }

    @Test("Strings are joined as they stand")
    func joining() throws {
        #expect(JSONString(joining: [try string(#"a\n"#), "b", ""], separator: "--").text == "a\n--b--")
        #expect(JSONString(joining: []).isEmpty)
    }

    @Test(
        "Blank is what shows nothing",
        arguments: [
            ("", true), ("  ", true), (#"\n\t\r\f "#, true), (#"\u0020\u00a0"#, true), ("\u{a0}\u{3000}\u{2003}", true),
            (#" \n\u3000"#, true), ("a", false), ("  a", false), (#"\na"#, false), (#"\""#, false), (#"\\n"#, false),
            ("中", false), ("\u{a0}中", false), (#"\u00e9"#, false), (#"\ud83d\ude00"#, false), ("\u{200b}", false),
            (#"\b"#, false),
            ("0", false),
        ])
    func blank(_ inside: String, _ expected: Bool) throws {
        #expect(try string(inside).isBlank == expected)
    }
}
