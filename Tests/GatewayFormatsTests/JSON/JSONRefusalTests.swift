// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct JSONRefusalTests {
    static let structure: [JSONCase] = [
        JSONCase("nothing", ""), JSONCase("white space alone", " \n\t"), JSONCase("an open array", "["),
        JSONCase("an open object", "{"), JSONCase("a closing bracket", "]"), JSONCase("a closing brace", "}"),
        JSONCase("mismatched brackets", "[}"), JSONCase("mismatched braces", "{]"),
        JSONCase("an array closed twice", "[]]"), JSONCase("an object closed twice", "{}}"),
        JSONCase("trailing comma in an array", "[1,]"), JSONCase("trailing comma in an object", #"{"a":1,}"#),
        JSONCase("trailing comma after a string", #"["a",]"#), JSONCase("a comma alone", "[,]"),
        JSONCase("a comma first", "[,1]"), JSONCase("two commas", "[1,,2]"),
        JSONCase("two commas in an object", #"{"a":1,,"b":2}"#),
        JSONCase("a comma first in an object", #"{,"a":1}"#), JSONCase("no comma between numbers", "[1 2]"),
        JSONCase("no comma between strings", #"["a" "b"]"#), JSONCase("strings side by side", #"["a""b"]"#),
        JSONCase("no comma between members", #"{"a":1 "b":2}"#), JSONCase("no colon", #"{"a" 1}"#),
        JSONCase("a comma for a colon", #"{"a",1}"#), JSONCase("two colons", #"{"a"::1}"#),
        JSONCase("a colon in an array", #"["a":1]"#), JSONCase("no value", #"{"a":}"#),
        JSONCase("a key alone", #"{"a"}"#),
        JSONCase("a number as key", "{1:1}"), JSONCase("a literal as key", "{null:1}"), JSONCase("a bare key", "{a:1}"),
        JSONCase("a key in single quotes", "{'a':1}"), JSONCase("an array as key", "{[]:1}"),
        JSONCase("two documents", "{} {}"), JSONCase("two scalars", "1 2"), JSONCase("text after the document", "[]x"),
        JSONCase("text after a string", #""a"x"#), JSONCase("a comma after the document", "[],"),
        JSONCase("a comment", "[1] // c"), JSONCase("a block comment", "/* c */ []"),
        JSONCase("a comment inside", "[/**/]"),
        JSONCase("a hash comment", "[] # c"),
        JSONCase("nested 257 deep", String(repeating: "[", count: 257) + String(repeating: "]", count: 257)),
        JSONCase("100,000 open arrays", String(repeating: "[", count: 100_000)),
        JSONCase("50,000 open objects", String(repeating: #"{"":"#, count: 50_000)),
        JSONCase("a backslash", #"[\]"#), JSONCase("an escaped quote outside", #"[\"a"]"#),
        JSONCase("angle bracket", "<null>"),
        JSONCase("an equals sign", #"{"a"=1}"#), JSONCase("a semicolon", "[1;2]"),
        JSONCase("an open array in an array", "[[1]"),
    ]

    static let scalars: [JSONCase] = [
        JSONCase("capital literal", "[True]"), JSONCase("short literal", "[tru]"), JSONCase("long literal", "[nulll]"),
        JSONCase("literals side by side", "[truefalse]"), JSONCase("literal cut at the end", "nul"),
        JSONCase("NaN", "[NaN]"), JSONCase("Infinity", "[Infinity]"), JSONCase("minus Infinity", "[-Infinity]"),
        JSONCase("undefined", "[undefined]"), JSONCase("plus", "[+1]"), JSONCase("minus alone", "[-]"),
        JSONCase("two minuses", "[--1]"), JSONCase("minus, space", "[- 1]"), JSONCase("leading zero", "[01]"),
        JSONCase("negative leading zero", "[-01]"), JSONCase("zeros", "[00]"), JSONCase("point first", "[.5]"),
        JSONCase("negative point first", "[-.5]"), JSONCase("point last", "[1.]"),
        JSONCase("point, exponent", "[1.e5]"),
        JSONCase("two points", "[1.2.3]"), JSONCase("exponent alone", "[e5]"), JSONCase("no exponent", "[1e]"),
        JSONCase("sign for exponent", "[1e+]"), JSONCase("two exponents", "[1e5e5]"),
        JSONCase("fraction of exponent", "[1e5.5]"),
        JSONCase("two signs", "[1e+-5]"), JSONCase("hexadecimal", "[0x1F]"), JSONCase("letter after number", "[1a]"),
        JSONCase("string after number", #"[1"a"]"#), JSONCase("underscore", "[1_000]"),
        JSONCase("thousands", "[1 000]"),
        JSONCase("full-width digit", "[１]"), JSONCase("number cut at its exponent", "1e"),
        JSONCase("number cut at its sign", "-"),
        JSONCase("bigint", "[1n]"),
        JSONCase("a number of 4,097 digits", "[" + String(repeating: "9", count: 4097) + "]"),
        JSONCase("a bare word", "hello"), JSONCase("form feed for white space", "[\u{c}1]"),
        JSONCase("vertical tab for white space", "[1\u{b}]"), JSONCase("no-break space", "[1\u{a0}]"),
        JSONCase("zero-width space", "[\u{200b}1]"), JSONCase("NUL outside", "[1\0]"),
        JSONCase("NUL after the document", "[]\0"),
        JSONCase("line separator outside", "[\u{2028}1]"),
    ]

    static let strings: [JSONCase] = [
        JSONCase("never closed", #"["a"#), JSONCase("closed by an escaped quote", #"["a\"]"#),
        JSONCase("a quote alone", "\""),
        JSONCase("single quotes", "['a']"), JSONCase("line feed inside", "[\"a\nb\"]"),
        JSONCase("tab inside", "[\"a\tb\"]"),
        JSONCase("NUL inside", "[\"a\0b\"]"), JSONCase("unit separator inside", "[\"\u{1f}\"]"),
        JSONCase("line feed in a key", "{\"a\nb\":1}"), JSONCase("unknown escape", #"["\x41"]"#),
        JSONCase("escaped a", #"["\a"]"#),
        JSONCase("escaped capital", #"["\N"]"#), JSONCase("escaped apostrophe", #"["\'"]"#),
        JSONCase("escaped zero", #"["\0"]"#),
        JSONCase("escaped line feed", "[\"\\\n\"]"), JSONCase("escaped space", #"["\ "]"#),
        JSONCase("escaped emoji", "[\"\\😀\"]"),
        JSONCase("unicode without digits", #"["\u"]"#), JSONCase("three digits", #"["\u004"]"#),
        JSONCase("a digit that is none", #"["\u00g0"]"#),
        JSONCase("capital U", #"["\U0041"]"#), JSONCase("braced unicode", #"["\u{41}"]"#),
        JSONCase("signed digits", #"["\u+041"]"#),
        JSONCase("high surrogate alone", #"["\ud800"]"#), JSONCase("low surrogate alone", #"["\udc00"]"#),
        JSONCase("surrogates the wrong way round", #"["\udc00\ud800"]"#),
        JSONCase("two high surrogates", #"["\ud800\ud800"]"#),
        JSONCase("high surrogate, text", #"["\ud800abcdef"]"#),
        JSONCase("high surrogate, other escape", #"["\ud800\n"]"#),
        JSONCase("high surrogate, half an escape", #"["\ud800\udc0"]"#),
        JSONCase("pair, then a low one", #"["\ud83d\ude00\ude00"]"#),
        JSONCase("lone surrogate in a key", #"{"\ud800":1}"#), JSONCase("bad escape in a key", #"{"\q":1}"#),
        JSONCase("bad escape far behind", "[\"" + String(repeating: #"\n"#, count: 100) + #"\q"]"#),
        JSONCase("bad escape after long text", "[\"" + String(repeating: "x", count: 500) + #"\q"]"#),
    ]

    static let encodings: [JSONCase] = [
        JSONCase("byte order mark", bytes: [0xef, 0xbb, 0xbf, 0x7b, 0x7d]),
        JSONCase("byte order mark alone", bytes: [0xef, 0xbb, 0xbf]),
        JSONCase("UTF-16, little", bytes: [0xff, 0xfe, 0x7b, 0, 0x7d, 0]),
        JSONCase("UTF-16, big", bytes: [0xfe, 0xff, 0, 0x7b, 0, 0x7d]),
        JSONCase("UTF-16 without mark", bytes: [0x7b, 0, 0x7d, 0]),
        JSONCase("UTF-32", bytes: [0x7b, 0, 0, 0, 0x7d, 0, 0, 0]),
        inString("lone continuation", [0x80]), inString("lead alone", [0xc3]),
        inString("three bytes cut", [0xe4, 0xb8]),
        inString("four bytes cut", [0xf0, 0x9f, 0x98]), inString("overlong slash, two", [0xc0, 0xaf]),
        inString("overlong slash, three", [0xe0, 0x80, 0xaf]),
        inString("overlong slash, four", [0xf0, 0x80, 0x80, 0xaf]),
        inString("overlong NUL", [0xc0, 0x80]), inString("encoded surrogate", [0xed, 0xa0, 0x80]),
        inString("encoded surrogate pair", [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
        inString("beyond the last", [0xf4, 0x90, 0x80, 0x80]),
        inString("five byte form", [0xf8, 0x88, 0x80, 0x80, 0x80]), inString("0xFF", [0xff]), inString("0xFE", [0xfe]),
        inString("Latin-1", [0x63, 0x61, 0x66, 0xe9]), inString("lead, then ASCII", [0xc3, 0x28]),
        JSONCase("invalid in a key", bytes: Array("{\"".utf8) + [0xff] + Array("\":1}".utf8)),
        JSONCase("invalid outside", bytes: [0x5b, 0xe9, 0x5d]),
    ]

    private static func inString(_ name: String, _ inside: [UInt8]) -> JSONCase {
        JSONCase(name, bytes: Array("[\"".utf8) + inside + Array("\"]".utf8))
    }

    @Test("Malformed structure is refused", arguments: structure)
    func refusesStructure(_ document: JSONCase) { expectRefused(document) }

    @Test("Malformed numbers and literals are refused", arguments: scalars)
    func refusesScalars(_ document: JSONCase) { expectRefused(document) }

    @Test("Malformed strings are refused", arguments: strings)
    func refusesStrings(_ document: JSONCase) { expectRefused(document) }

    @Test("Anything but UTF-8 without byte order mark is refused", arguments: encodings)
    func refusesEncodings(_ document: JSONCase) { expectRefused(document) }

    /// Refused as it is, and as a member that no path asks for.
    private func expectRefused(_ document: JSONCase) {
        #expect(throws: JSONFault.self) { try scan(document.bytes) }
        let inside = Array(#"{"model":"m","metadata":"#.utf8) + document.bytes + Array("}".utf8)
        #expect(throws: JSONFault.self) { try scan(inside, for: ["model"]) }
    }

    @Test(
        "A fault names its place",
        arguments: [
            (#"{"a":01}"#, 6, "unexpected character"), (#"{"a":1,}"#, 7, "expected a key in quotes"),
            (#"{"a" 1}"#, 5, "expected a colon after the key"),
            ("[1 2]", 3, "expected a comma or the end of the array"),
            (#"{"a":1]"#, 6, "expected a comma or the end of the object"), ("[1] x", 4, "more follows after the value"),
            (#"["\q"]"#, 2, "no valid escape, or half of a surrogate pair"), ("[1.]", 1, "malformed number"),
            ("[nul]", 1, "expected a value"), ("[", 1, "ends where a value was expected"),
            (#"["abc"#, 1, "a string is never closed"),
            ("[\"a\nb\"]", 3, "a control character inside a string must be escaped"),
        ])
    func namesPlace(_ text: String, _ offset: Int, _ message: String) {
        #expect(throws: JSONFault(message: message, offset: offset)) { try scan(text) }
    }

    @Test("A fault in the encoding names the first bad byte")
    func namesBadByte() {
        let bytes = Array("{\"é中😀\":\"".utf8) + [0xed, 0xa0, 0x80] + Array("\"}".utf8)
        #expect(throws: JSONFault(message: "not UTF-8", offset: 14)) { try scan(bytes) }
    }

    @Test("A fault's place is counted in lines and columns too")
    func countsLines() {
        let text = Array("{\n  \"a\": 1,\n  \"b\": tru\n}".utf8)
        let located = text.withUnsafeBytes { JSONFault(message: "expected a value", offset: 19).located(in: $0) }
        #expect(located == "expected a value at byte 19 (line 3, column 8)")
    }

    @Test("A scanner is as good as new after a refusal")
    func recovers() throws {
        let scanner = JSONScanner()
        #expect(throws: JSONFault.self) { try scan(#"{"model":"first","n":"#, for: ["model", "n"], with: scanner) }
        let fields = try scan(#"{"n":2}"#, for: ["model", "n"], with: scanner)
        #expect(fields[0].kind == .absent)
        #expect(fields[1].integer == 2)
    }
}
