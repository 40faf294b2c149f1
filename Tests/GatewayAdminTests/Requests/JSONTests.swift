// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import Testing

@Suite("JSON")
struct JSONTests {
    @Test(
        "documents read and write back unchanged",
        arguments: [
            "null", "true", "-0", "12345678901234567890.5e-7", #""\"\\\n\u0000\u001b\u007f\u0085é🙂""#, "[]", "{}",
            #"{"b":1,"a":[true,{"c":null}]}"#,
        ])
    func roundTrip(_ text: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        #expect(String(decoding: value.encoded, as: UTF8.self) == text)
    }

    @Test("escapes and white space are understood")
    func escapes() throws {
        let text = " {\n\"a\" : \"\\u00e9\\ud83d\\ude42\\/\\b\\f\\r\\t\" , \"b\":[ 1 , 2 ]\t}\r\n"
        #expect(try JSONValue(parsing: Array(text.utf8)) == ["a": "é🙂/\u{8}\u{c}\r\t", "b": [1, 2]])
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", " ", "{", "[1,]", "{\"a\"}", "{a:1}", "'a'", "01", "1.", ".5", "+1", "1e", "--1", "tru", "nulll", "NaN",
            "\"a", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"", "\"\\ude42\\ud83d\"", "\"\u{1}\"", "[1 2]",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,\"\\u0061\":1}", "1 2", "\u{feff}1", "/* */1",
        ])
    func refused(_ text: String) {
        #expect(throws: JSONFault.self) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test("a fault says where it is")
    func places() {
        #expect(throws: JSONFault(reason: "expected a value", line: 2, column: 6)) {
            try JSONValue(parsing: Array("{\n\"a\": x}".utf8))
        }
    }

    @Test("no prefix of a document and no changed byte brings the reader down")
    func damage() {
        let bytes = Array(#"{"name":"a\u00e9","models":["x",-1.5e3,true],"o":{"p":null}}"#.utf8)
        for length in bytes.indices {
            #expect(throws: JSONFault.self) { try JSONValue(parsing: Array(bytes[..<length])) }
        }
        for index in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var damaged = bytes
                damaged[index] = byte
                guard let value = try? JSONValue(parsing: damaged) else { continue }
                #expect((try? JSONValue(parsing: value.encoded)) == value)
            }
        }
    }
}
