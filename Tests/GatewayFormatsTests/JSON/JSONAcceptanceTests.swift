// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct JSONAcceptanceTests {
    static let valid: [JSONCase] = [
        // Literals and scalars as whole documents.
        JSONCase("null", "null"), JSONCase("true", "true"), JSONCase("false", "false"),
        JSONCase("empty string", #""""#), JSONCase("string", #""a""#), JSONCase("space as string", #"" ""#),
        JSONCase("zero", "0"), JSONCase("minus zero", "-0"), JSONCase("number", "42"),
        // White space.
        JSONCase("spaces around", "  null \n"), JSONCase("tabs and returns", "\t\r\n[\t1\r,\n2 ]\r\n"),
        JSONCase("white space in an empty object", "{ \n }"), JSONCase("white space in an empty array", "[ \t ]"),
        JSONCase("white space around the colon", #"{"a" : 1}"#),
        JSONCase("space after a string value", #"["a" , "b" ]"#),
        JSONCase("a long run of white space", "[\"a\"" + String(repeating: " ", count: 1000) + "]"),
        // Structure.
        JSONCase("empty array", "[]"), JSONCase("empty object", "{}"), JSONCase("arrays in arrays", "[[],[[]]]"),
        JSONCase("objects in arrays", #"[{},{"a":[]}]"#), JSONCase("empty key", #"{"":0}"#),
        JSONCase("duplicate keys", #"{"a":1,"a":2}"#), JSONCase("key with a colon", #"{"a:b":1}"#),
        JSONCase("key with brackets", #"{"}],[{":1}"#), JSONCase("value with brackets", #"["[{,:}]"]"#),
        JSONCase("all kinds", #"{"a":null,"b":true,"c":1,"d":"x","e":{},"f":[false]}"#),
        JSONCase(
            "255 nested arrays and a value",
            String(repeating: "[", count: 255) + "1" + String(repeating: "]", count: 255)),
        JSONCase("256 nested arrays", String(repeating: "[", count: 256) + String(repeating: "]", count: 256)),
        JSONCase(
            "256 nested objects",
            String(repeating: #"{"a":"#, count: 255) + "{}" + String(repeating: "}", count: 255)),
        // Numbers.
        JSONCase("negative", "[-1]"), JSONCase("fraction", "[0.5]"), JSONCase("negative fraction", "[-0.5]"),
        JSONCase("exponent", "[1e5]"), JSONCase("capital exponent", "[1E5]"),
        JSONCase("signed exponents", "[1e+5,1e-5]"),
        JSONCase("zero exponent", "[0e1,0E+0,1e00]"), JSONCase("fraction and exponent", "[123.456e78]"),
        JSONCase("zeros in the fraction", "[0.000,1.000001]"), JSONCase("zero by itself in an object", #"{"a":0}"#),
        JSONCase("an integer beyond 64 bits", "[123456789012345678901234567890]"),
        JSONCase("an exponent beyond all doubles", "[1e999999]"),
        JSONCase("a number of 4,096 digits", "[" + String(repeating: "9", count: 4096) + "]"),
        // Strings.
        JSONCase("all short escapes", #"["\"\\\/\b\f\n\r\t"]"#),
        JSONCase("escaped unicode", #"["\u0041\u00e9\u4e2d"]"#),
        JSONCase("hexadecimal of both cases", #"["\uAbCd\uabCD"]"#), JSONCase("escaped NUL", #"["\u0000"]"#),
        JSONCase("surrogate pair", #"["\ud83d\ude00"]"#),
        JSONCase("first and last pair", #"["\ud800\udc00\udbff\udfff"]"#),
        JSONCase("neighbours of the surrogates", #"["\ud7ff\ue000"]"#), JSONCase("noncharacter", #"["\uffff"]"#),
        JSONCase("backslash at the end", #"["\\"]"#), JSONCase("many backslashes", #"["\\\\\\\\\\\\\\\\"]"#),
        JSONCase("escaped quote at the end", #"["\""]"#), JSONCase("backslash, then quote", #"["\\\""]"#),
        JSONCase("text that looks like an escape", #"["\\u0041\\n"]"#),
        JSONCase("two, three and four byte characters", "[\"é中😀\"]"), JSONCase("DEL", "[\"\u{7f}\"]"),
        JSONCase("line separators", "[\"\u{2028}\u{2029}\"]"),
        JSONCase("byte order mark inside a string", "[\"\u{feff}\"]"),
        JSONCase("last code point", "[\"\u{10ffff}\"]"), JSONCase("combining accent", "[\"e\u{301}\"]"),
        JSONCase("escapes in a key", #"{"\u0061\n":1}"#), JSONCase("unicode key", "{\"ключ\":1}"),
        JSONCase("a slash, unescaped", #"["/"]"#), JSONCase("an apostrophe", #"["it's"]"#),
        JSONCase("an escape in the ninth place", #"["12345678\n"]"#),
        JSONCase("an escape far behind", "[\"" + String(repeating: "x", count: 200) + #"\n"]"#),
        JSONCase("an escape across 64 bytes", "[\"" + String(repeating: "x", count: 61) + #"\u0041 \""]"#),
    ]

    @Test("A valid document is accepted", arguments: valid)
    func accepts(_ document: JSONCase) throws {
        let fields = try scan(document.bytes)
        #expect(fields.root != .absent)
    }

    @Test("A valid document is accepted as a member that is passed through", arguments: valid)
    func acceptsInside(_ document: JSONCase) throws {
        let text = Array(#"{"model":"m","metadata":"#.utf8) + document.bytes + Array(",\"n\":1}".utf8)
        if document.name.hasPrefix("256") {
            // One level more is one too many.
            #expect(throws: JSONFault.self) { try scan(text) }
        } else {
            #expect(try scan(text, for: ["n"])[0].integer == 1)
        }
    }

    @Test("A valid document is refused when cut anywhere, except where what is left is one", arguments: valid)
    func refusesCut(_ document: JSONCase) throws {
        guard let first = document.bytes.first(where: { $0 > 0x20 }), [0x5b, 0x7b].contains(first) else { return }
        let close = try #require(document.bytes.lastIndex { $0 > 0x20 })
        for end in 0...close {
            #expect(throws: JSONFault.self) { try scan(Array(document.bytes[..<end])) }
        }
    }
}
