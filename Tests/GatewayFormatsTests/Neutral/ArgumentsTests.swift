// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct ArgumentsTests {
    private static let object = JSONFragment(literal: #"{"a": "\"é\"\n", "b":[1.50]}"#)

    @Test("An object becomes a string that holds it, and comes back byte for byte")
    func roundTrip() throws {
        let encoded = Arguments.object(Self.object).encoded
        #expect(encoded.text == Self.object.text)
        #expect(Arguments.encoded(encoded).object(JSONScanner()) == Self.object)
    }

    @Test("No arguments are an empty object", arguments: ["", " ", #"\n\t"#])
    func empty(_ inside: String) throws {
        let string = try #require(try Sample.value("\"\(inside)\"").string)
        #expect(Arguments.encoded(string).encoded == "{}")
        #expect(Arguments.encoded(string).object(JSONScanner())?.text == "{}")
        #expect(Arguments.encoded(string) == .empty)
    }

    @Test(
        "What is no object is none",
        arguments: ["null", "[]", "7", #""{}""#, "{", "{}{}", "not json", "{\"a\":}", "{\"a\":1"])
    func noObject(_ text: String) {
        let arguments = Arguments.encoded(JSONString(text))
        #expect(arguments.object(JSONScanner()) == nil)
        #expect(arguments.encoded.text == text)
    }

    @Test("White space around an object is not part of it")
    func trimmed() {
        #expect(Arguments.encoded(JSONString(" {\"a\":1}\n")).object(JSONScanner())?.text == #"{"a":1}"#)
    }

    @Test("Arguments are equal by what the tool would get; text for a custom tool is no JSON")
    func equality() {
        #expect(Arguments.object(Self.object) == .encoded(JSONString(Self.object.text)))
        #expect(Arguments.object(Self.object) != .encoded("{}"))
        #expect(Arguments.text("{}") != .encoded("{}"))
        #expect(Arguments.text("{}") != .empty)
        #expect(Arguments.text("a") == .text("a"))
        #expect(Arguments.text("{}").object(JSONScanner()) == nil)
    }
}
