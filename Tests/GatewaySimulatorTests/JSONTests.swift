// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import GatewaySimulator

@Suite("JSON")
struct JSONTests {
    @Test(
        "what is read is written again, with its fields in order",
        arguments: [
            #"{"z":1,"a":[true,false,null],"m":{"x":-2.5,"y":"t"}}"#, #"[]"#, #"{}"#, #""""#, "0", "-7",
            #""a\"b\\c\n\r\t""#, #"{"a":1,"a":2}"#, #""Grüße 🌊""#,
        ])
    func roundTrip(text: String) throws {
        #expect(try JSONParser.parse(ByteBuffer(string: text)).encoded == text)
    }

    @Test(
        "escapes become the characters they stand for",
        arguments: [
            (#""\u0041\/\b\f""#, "A/\u{8}\u{c}"), (#""\ud83c\udf0a""#, "🌊"), (#""\ud83cx""#, "\u{fffd}x"),
            (#""\ud83c\u0041""#, "\u{fffd}A"), (#""\udf0a""#, "\u{fffd}"),
        ])
    func escapes(text: String, meaning: String) throws {
        #expect(try JSONParser.parse(ByteBuffer(string: text)) == .string(meaning))
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\":}", "{a:1}", "01", "1.", "1e", "+1", "nul", "\"a", "\"\u{1}\"", "\"\\x\"",
            "\"\\u12G4\"", "\"\\u+123\"", "[1] 2", "1e999", "{\"a\" 1}", "{\"a\":1 \"b\":2}",
        ])
    func malformed(text: String) {
        #expect(throws: JSONFailure.self) { try JSONParser.parse(ByteBuffer(string: text)) }
    }

    @Test("text that is not UTF-8 is refused")
    func encoding() {
        #expect(throws: JSONFailure.self) { try JSONParser.parse(ByteBuffer(bytes: [0x22, 0xff, 0x22])) }
    }

    @Test("depth is bounded")
    func depth() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(try JSONParser.parse(ByteBuffer(string: nested(256))).encoded == nested(256))
        #expect(throws: JSONFailure.self) { try JSONParser.parse(ByteBuffer(string: nested(257))) }
    }

    @Test("of fields with one name the last counts")
    func duplicates() throws {
        #expect(try JSONParser.parse(ByteBuffer(string: #"{"a":1,"a":2}"#))["a"] == 2)
    }
}
