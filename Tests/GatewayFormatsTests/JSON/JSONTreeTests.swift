// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayFormats
import Testing

@Suite struct JSONTreeTests {
    private func value(_ text: String) throws -> JSONValue { try JSONScanner().parse(Array(text.utf8)).root }

    // MARK: Values

    @Test(
        "A value knows its kind, and gives itself as nothing else",
        arguments: [
            ("null", JSONKind.null), ("true", .bool), (" false ", .bool), ("12", .integer), ("-0", .integer),
            ("1.5", .number), ("1e3", .number), (#""x""#, .string), ("{}", .object), ("\n[ ]\t", .array),
        ])
    func kinds(_ text: String, _ kind: JSONKind) throws {
        let value = try value(text)
        #expect(value.kind == kind)
        #expect(value.isNull == (kind == .null))
        #expect((value.bool != nil) == (kind == .bool))
        #expect((value.number != nil) == (kind == .integer || kind == .number))
        #expect((value.string != nil) == (kind == .string))
        #expect(value.elements.isEmpty && value.members.isEmpty)
        #expect(value["a"] == nil)
    }

    @Test("The place of a value is without the white space around it")
    func fragments() throws {
        let root = try value(" \n{ \"a\" : [ 1 , \t{ \"b\":null } , \"x\\\" \" ] } \r")
        #expect(root.fragment.text == "{ \"a\" : [ 1 , \t{ \"b\":null } , \"x\\\" \" ] }")
        let elements = root["a"].map { Array($0.elements) } ?? []
        #expect(elements.map(\.fragment.text) == ["1", #"{ "b":null }"#, #""x\" ""#])
        #expect(elements[1]["b"]?.isNull == true)
    }

    @Test("Members come in their order, all of them; a name finds the last of several")
    func members() throws {
        let root = try value(#"{"a":1,"b":{"a":9},"a":2,"\u0061":3}"#)
        #expect(root.members.map(\.name.text) == ["a", "b", "a", "a"])
        #expect(root.members.map(\.value.fragment.text) == ["1", #"{"a":9}"#, "2", "3"])
        #expect(root["a"]?.integer == 3)
        #expect(root["c"] == nil)
        #expect(root["b"]?["a"]?.integer == 9)
    }

    @Test(
        "Whole numbers however they are written; others are none",
        arguments: [
            ("0", 0), ("-0", 0), ("12", 12), ("-12", -12), ("12.0", 12), ("1.2e1", 12), ("120e-1", 12),
            ("9223372036854775807", Int64.max), ("-9223372036854775808", .min),
            ("9007199254740991.0", 9_007_199_254_740_991),
            ("1e15", 1_000_000_000_000_000), ("9223372036854775808", nil), ("9007199254740993.0", nil), ("1e16", nil),
            ("1.5", nil), ("1e400", nil), ("-1e400", nil), ("1e-400", 0), (#""12""#, nil), ("true", nil), ("[12]", nil),
        ] as [(String, Int64?)])
    func integers(_ text: String, _ expected: Int64?) throws {
        #expect(try value(text).integer == expected)
    }

    @Test("A value keeps its document, whatever the scanner does next")
    func lifetime() throws {
        let scanner = JSONScanner()
        let first = try scanner.parse(Array(#"{"a":["first"]}"#.utf8)).root["a"]
        let other = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        _ = try scanner.parse(Array(other.utf8))
        #expect(throws: JSONFault.self) { try scanner.parse([0xff]) }
        #expect(first?.elements.map(\.text) == ["first"])
    }

    // MARK: Hostile input

    @Test(
        "What is no document is refused",
        arguments: [
            "", " ", "{", "[", "\"", "{]", "[}", "{\"a\"}", "{\"a\":}", "{a:1}", "[1,]", "{\"a\":1,}", "[1 2]", "1 2",
            "nul",
            "truex", "01", "1.", "1e", "+1", ".5", "-", "NaN", "'a'", "\"\\x\"", "\"\\u12\"", #""\ud800""#,
            #""\udc00\ud800""#,
            "\"\n\"", "\u{feff}{}", "[1]]", "{}{}", "\0", "/* */ 1",
        ])
    func refuses(_ text: String) {
        #expect(throws: JSONFault.self) { try JSONScanner().parse(Array(text.utf8)) }
    }

    @Test("No document that is cut short is taken for whole, and none is out of bounds")
    func truncation() throws {
        let text = Array(#" {"a é 👩":[1,-2.5e3,true,null,{"":"\u00e9\ud83d\ude00\"\\"}],"b":{"c":[[],{}]}}"#.utf8)
        let scanner = JSONScanner()
        _ = try scanner.parse(text)
        for count in 0..<text.count {
            #expect(throws: JSONFault.self, "\(count) bytes") { try scanner.parse(Array(text.prefix(count))) }
        }
    }

    @Test("Nesting ends at 256, in trees as in scans")
    func nesting() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        var value: JSONValue? = try JSONScanner().parse(nested(256)).root
        var depth = 0
        while let inner = value {
            depth += 1
            value = inner.elements.first { _ in true }
        }
        #expect(depth == 256)
        #expect(throws: JSONFault.self) { try JSONScanner().parse(nested(257)) }
        #expect(throws: JSONFault.self) { try JSONScanner().parse(Array(repeating: UInt8(ascii: "["), count: 1 << 20)) }
    }

    @Test("A large document after a small one, and a small one after it")
    func sizes() throws {
        let scanner = JSONScanner()
        for count in [3, 100_000, 5] {
            let root = try scanner.parse(
                Array("[\(Array(repeating: "{\"k\":1}", count: count).joined(separator: ","))]".utf8)
            ).root
            #expect(root.elements.reduce(0) { $0 + ($1["k"]?.integer ?? 0) } == count)
        }
    }

    // MARK: Against another parser

    @Test("Documents at random mean the same to another parser, and come out of the writer as they were")
    func random() throws {
        var random = SeededGenerator(seed: 11)
        let scanner = JSONScanner()
        for _ in 0..<500 {
            let text = Self.document(&random, depth: 4)
            let root = try scanner.parse(Array(text.utf8)).root
            let other = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(Self.isSame(root, other), "\(text)")
            var writer = JSONWriter()
            Self.write(root, &writer)
            #expect(Sample.canonical(try scanner.parse(writer.bytes).root) == Sample.canonical(root), "\(text)")
        }
    }

    private static func document(_ random: inout SeededGenerator, depth: Int) -> String {
        let space = random.pick(["", "", " ", "\n\t", "  \r\n"])
        func string(_ random: inout SeededGenerator) -> String {
            let pieces = ["a", "é", "👩‍👩‍👧", #"\n"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\""#, #"\\"#, #"\/"#, "{[,:]}", " "]
            return "\"\((0..<random.number(0...5)).map { _ in random.pick(pieces) }.joined())\""
        }
        let value: String
        switch random.number(depth == 0 ? 2...6 : 0...6) {
        case 0:
            let members = (0..<random.number(0...4)).map { number in
                "\(string(&random).dropLast())\(number)\":\(document(&random, depth: depth - 1))"
            }
            value = "{\(members.joined(separator: ","))}"
        case 1:
            value =
                "[\((0..<random.number(0...4)).map { _ in document(&random, depth: depth - 1) }.joined(separator: ","))]"
        case 2: value = random.pick(["true", "false", "null"])
        case 3: value = String(random.number(-1_000_000...1_000_000))
        case 4: value = random.pick(["0.5", "-1.25e2", "1E+3", "-0.0", "1e-7"])
        default: value = string(&random)
        }
        return space + value + space
    }

    private static func isSame(_ value: JSONValue, _ other: Any) -> Bool {
        switch value.kind {
        case .object:
            guard let other = other as? [String: Any] else { return false }
            let members = Array(value.members)
            return members.count == other.count
                && members.allSatisfy { member in other[member.name.text].map { isSame(member.value, $0) } ?? false }
        case .array:
            guard let other = other as? [Any] else { return false }
            let elements = Array(value.elements)
            return elements.count == other.count && zip(elements, other).allSatisfy { isSame($0, $1) }
        case .string: return (other as? String).map { Array($0.utf8) } == value.text.map { Array($0.utf8) }
        case .integer, .number: return Double(value.fragment.text) == (other as? NSNumber)?.doubleValue
        case .bool: return value.bool == (other as? Bool)
        case .null: return other is NSNull
        case .absent: return false
        }
    }

    private static func write(_ value: JSONValue, _ json: inout JSONWriter) {
        switch value.kind {
        case .object:
            json.object { json in
                for member in value.members {
                    json.key(member.name)
                    write(member.value, &json)
                }
            }
        case .array:
            json.array { json in
                for element in value.elements { write(element, &json) }
            }
        case .string: json.value(value.string ?? "")
        case .bool: json.value(value.bool ?? false)
        case .null: json.null()
        case .integer, .number, .absent: json.value(value.fragment)
        }
    }
}
