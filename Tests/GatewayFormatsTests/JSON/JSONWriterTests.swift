// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct JSONWriterTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("Commas stand between what follows one another, at every depth")
    func commas() {
        let bytes = JSONWriter.object { json in
            json.member("a", 1 as Int64)
            json.array("b") { json in
                json.value(true)
                json.object { _ in }
                json.array { _ in }
                json.object { $0.member("c", false as Bool?) }
                json.null()
            }
            json.object("d") { _ in }
            json.key("e")
            json.value(-5 as Int64)
            json.key("f" as JSONString)
            json.null()
        }
        #expect(text(bytes) == #"{"a":1,"b":[true,{},[],{"c":false},null],"d":{},"e":-5,"f":null}"#)
    }

    @Test("What is nil is left out, and the comma with it")
    func optionals() {
        let bytes = JSONWriter.object { json in
            json.member("a", nil as JSONString?)
            json.member("b", nil as JSONFragment?)
            json.member("c", nil as Int64?)
            json.member("d", nil as Bool?)
            json.member("e", "x" as JSONString?)
        }
        #expect(text(bytes) == #"{"e":"x"}"#)
    }

    @Test("Strings and fragments stand as they came")
    func verbatim() throws {
        let value = try Sample.value(#"{"s":"\u00e9 \/ é","n":1.50,"o":{ "k" : [ ] }}"#)
        let bytes = JSONWriter.object { json in
            json.member("s", value["s"]?.string)
            json.member("n", value["n"]?.number)
            json.member("o", value["o"]?.fragment)
            json.member("l", literal: "text")
        }
        #expect(text(bytes) == #"{"s":"\u00e9 \/ é","n":1.50,"o":{ "k" : [ ] },"l":"text"}"#)
    }

    @Test(
        "Fragments of values",
        arguments: [
            (JSONFragment(-7), "-7"), (JSONFragment(true), "true"), (JSONFragment(false), "false"),
            (JSONFragment(quoting: JSONString("a\"b")), #""a\"b""#),
            (JSONFragment(literal: #"{"x":[]}"#), #"{"x":[]}"#),
        ])
    func fragments(_ fragment: JSONFragment, _ expected: String) {
        #expect(fragment.text == expected)
    }
}
