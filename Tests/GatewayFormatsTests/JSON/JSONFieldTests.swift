// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct JSONFieldTests {
    @Test(
        "Kind and range of a value are found",
        arguments: [
            ("null", JSONKind.null), ("true", .bool), ("false", .bool), ("0", .integer), ("-12", .integer),
            ("1.5", .number),
            ("1e3", .number), (#""a \" b""#, .string), ("{}", .object), (#"{ "x": [1] }"#, .object),
            ("[1, {}]", .array),
        ])
    func findsKind(_ value: String, _ kind: JSONKind) throws {
        let text = "  {\"first\": 0 , \"a\" :\t\(value)\n, \"last\": 1}"
        let field = try field("a", in: text)
        #expect(field.kind == kind)
        #expect(String(decoding: Array(text.utf8)[field.range], as: UTF8.self) == value)
        #expect(field.bool == (value == "true"))
    }

    @Test("What is not there is absent")
    func absent() throws {
        let field = try field("a.b", in: #"{"b":1,"a":{"a":2}}"#)
        #expect(field.kind == .absent)
        #expect(field.matches == 0)
        #expect(field.occurrences == 0)
        #expect(field.range.isEmpty)
    }

    @Test(
        "A path goes by objects alone, unless it says otherwise",
        arguments: [#"{"a":[{"b":1}]}"#, #"{"a":"b"}"#, #"{"a":1}"#])
    func pathNeedsObjects(_ text: String) throws {
        #expect(try field("a.b", in: text).kind == .absent)
    }

    @Test("The root is told, with its range")
    func root() throws {
        let fields = try scan(" \n[1, 2]  ")
        #expect(fields.root == .array)
        #expect(fields.rootRange == 2..<8)
        #expect(try scan("7").rootRange == 0..<1)
    }

    @Test(
        "Keys compare unescaped",
        arguments: [
            (#"{"\u006dodel":1}"#, "model"), (#"{"m\u006fde\u006C":1}"#, "model"), (#"{"\u0065\u0301":1}"#, "e\u{301}"),
            (#"{"\ud83d\ude00":1}"#, "😀"), (#"{"a\/b":1}"#, "a/b"), (#"{"a\u0000":1}"#, "a\0"),
        ])
    func keysUnescaped(_ text: String, _ path: String) throws {
        #expect(try field(path, in: text).integer == 1)
    }

    @Test(
        "Keys that only resemble a path's do not match it",
        arguments: [
            #"{"Model":1}"#, #"{"model ":1}"#, #"{"mode":1}"#, #"{"models":1}"#, #"{"model\u0000":1}"#,
            #"{"\u004dodel":1}"#, #"{"":1}"#,
        ])
    func keysExact(_ text: String) throws {
        #expect(try field("model", in: text).kind == .absent)
    }

    @Test("Composed and decomposed accents are different keys")
    func bytesCompare() throws {
        #expect(try field("\u{e9}", in: "{\"e\u{301}\":1}").kind == .absent)
    }

    @Test(
        "Duplicates are counted within one object, escaped spelling included",
        arguments: [
            (#"{"a":1}"#, 1), (#"{"a":1,"a":2}"#, 2), (#"{"a":1,"\u0061":2,"a":3}"#, 3), (#"{"a":{"a":1}}"#, 1),
            (#"{"x":{"a":1},"a":2}"#, 1),
        ])
    func countsDuplicates(_ text: String, _ occurrences: Int) throws {
        #expect(try field("a", in: text).occurrences == occurrences)
    }

    @Test("The last of duplicate values is the one told")
    func lastWins() throws {
        let field = try field("a", in: #"{"a":1,"a":"two"}"#)
        #expect(field.kind == .string)
        #expect(field.integer == nil)
        #expect(field.matches == 2)
    }

    @Test("The same key in each element of an array is no duplicate")
    func elementsAreNoDuplicates() throws {
        let field = try field("c.*.d", in: #"{"c":[{"d":"one"},{"d":"three"},{"x":0},{"d":"\n"}]}"#)
        #expect(field.occurrences == 1)
        #expect(field.matches == 3)
        #expect(field.totalLength == 3 + 5 + 2)
    }

    @Test("A duplicate in one of the elements is seen, though the last has none")
    func duplicateInElement() throws {
        #expect(try field("c.*.d", in: #"{"c":[{"d":1,"d":2},{"d":3}]}"#).occurrences == 2)
    }

    @Test("Duplicates of an inner key are counted for each object")
    func innerDuplicates() throws {
        let fields = try scan(#"{"o":{"k":1},"o":{"k":1}}"#, for: ["o", "o.k"])
        #expect(fields[0].occurrences == 2)
        #expect(fields[1].occurrences == 1)
        #expect(fields[1].matches == 2)
    }

    @Test("Elements of arrays are paths of their own, nested ones too")
    func elements() throws {
        let fields = try scan(#"[[1,2],[3],[],4]"#, for: ["*", "*.*"])
        #expect(fields[0].matches == 4)
        #expect(fields[1].matches == 3)
        #expect(fields[1].integer == 3)
    }

    @Test("Paths that share their beginning do not disturb each other")
    func sharedPrefixes() throws {
        let paths = ["a", "a.b", "a.b.c", "a.c", "a.*"]
        let fields = try scan(#"{"a":{"c":5,"b":{"c":6}}}"#, for: paths)
        #expect(paths.indices.map { fields[$0].kind } == [.object, .object, .integer, .integer, .absent])
        #expect(fields[2].integer == 6)
        #expect(fields[3].integer == 5)
    }

    @Test(
        "Whole numbers are told exactly, however they are written",
        arguments: [
            ("0", 0), ("-0", 0), ("12", 12), ("12.0", 12), ("12.000e0", 12), ("1.2e1", 12), ("1200e-2", 12), ("-7", -7),
            ("0.0", 0),
            ("0e99999", 0), ("0.00e-5", 0), ("1e18", 1_000_000_000_000_000_000), ("9223372036854775807", Int64.max),
            ("-9223372036854775808", Int64.min), ("9223372036854775807.0", Int64.max),
            ("922337203685477580.7e1", Int64.max),
            ("0.000000000000000000000000000012e30", 12), ("12.00000000000000000000000000000000000000", 12),
            ("100e-2", 1),
        ])
    func exactIntegers(_ text: String, _ value: Int64) throws {
        #expect(try field("n", in: "{\"n\":\(text)}").integer == value)
    }

    @Test(
        "Numbers that are not whole or do not fit have no integer",
        arguments: [
            "0.5", "1e-1", "12.5", "1.0000000000000000000000001", "9223372036854775808", "-9223372036854775809",
            "18446744073709551616",
            "1e19", "1e999999999999999999999", "1e-999999999999999999999", "100000000000000000000", "\"5\"", "true",
            "null", "[5]",
        ])
    func noIntegers(_ text: String) throws {
        #expect(try field("n", in: "{\"n\":\(text)}").integer == nil)
    }

    @Test("Lengths add up: strings without quotes, objects and arrays whole, numbers nothing")
    func lengths() throws {
        #expect(
            try field("*", in: #"["ab", "", "\u0041", {"x": 1}, [1], 12345, null]"#).totalLength == 2 + 0 + 6 + 8 + 3)
    }

    @Test("Documents of every size around the scanner's blocks are read alike, padded or not")
    func sizes() throws {
        let scanner = JSONScanner()
        let shape = JSONShape(["a", "z"])
        for filler in 0...300 {
            let text = Array("{\"a\":\"\(String(repeating: "é", count: filler / 2))\\n\",\"z\":\(filler)}".utf8)
            let padded = text + [UInt8](repeating: UInt8(ascii: "\""), count: 64)
            try padded.withUnsafeBytes { buffer in
                let body = UnsafeRawBufferPointer(rebasing: buffer[..<text.count])
                for isPadded in [true, false] {
                    let fields = try scanner.scan(body, padded: isPadded, for: shape)
                    #expect(fields[1].integer == Int64(filler))
                    #expect(fields[0].totalLength == filler / 2 * 2 + 2)
                }
            }
        }
    }

    @Test("A document larger than what is kept in memory is read, and a small one after it")
    func largeDocument() throws {
        let scanner = JSONScanner()
        let large = "{\"input\":[" + String(repeating: "[1,2,3,4],", count: 300_000) + "[]],\"n\":3}"
        #expect(try scan(large, for: ["n"], with: scanner)[0].integer == 3)
        #expect(try scan(#"{"n":4}"#, for: ["n"], with: scanner)[0].integer == 4)
    }
}
