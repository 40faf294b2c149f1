// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import GatewaySimulator

@Suite("Values made from schemas")
struct SchemaExampleTests {
    private func example(_ schema: String, seed: UInt64 = 1) throws -> JSON {
        var example = SchemaExample(schema: try JSONParser.parse(ByteBuffer(string: schema)), seed: seed)
        return example.make()
    }

    @Test("numbers keep within their bounds", arguments: 0..<40 as Range<UInt64>)
    func bounds(seed: UInt64) throws {
        let integer = try #require(
            try example(#"{"type":"integer","minimum":3,"exclusiveMaximum":6}"#, seed: seed).integer)
        #expect((3...5).contains(integer))
        let multiple = try #require(
            try example(#"{"type":"integer","minimum":1,"maximum":20,"multipleOf":7}"#, seed: seed).integer)
        #expect([7, 14].contains(multiple))
        let number = try #require(
            try example(#"{"type":"number","exclusiveMinimum":0,"maximum":1}"#, seed: seed).number)
        #expect(number > 0 && number <= 1)
    }

    @Test("strings, choices and constants are what the schema says")
    func scalars() throws {
        #expect(try example(#"{"const":"x"}"#) == "x")
        let chosen = try example(#"{"enum":["a","b"]}"#)
        #expect(chosen == "a" || chosen == "b")
        let text = try #require(try example(#"{"type":"string","minLength":20,"maxLength":22}"#).text)
        #expect((20...22).contains(text.count))
        #expect(try example(#"{"type":["null","boolean"]}"#).flag != nil)
        #expect(try example(#"{"type":"string","format":"date"}"#) == "2026-03-14")
    }

    @Test("objects have every property in the order of the schema")
    func objects() throws {
        let made = try example(
            ##"{"properties":{"b":{"$ref":"#/$defs/T"},"a":{"anyOf":[{"type":"null"},{"type":"integer"}]}},"$defs":{"T":{"type":"array","items":{"type":"boolean"},"minItems":3}}}"##
        )
        #expect(made.fields?.fields.map(\.name) == ["b", "a"])
        #expect(made["b"]?.elements?.count == 3)
        #expect(made["a"]?.integer != nil)
    }

    @Test("allOf joins its parts")
    func joined() throws {
        let made = try example(
            #"{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}}},{"properties":{"b":{"type":"string"}}}]}"#
        )
        #expect(made["a"]?.integer != nil && made["b"]?.text != nil)
    }

    @Test("a schema that contains itself comes to an end")
    func recursive() throws {
        let made = try example(
            ##"{"type":"object","properties":{"v":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#"}},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["v"]}"##
        )
        #expect(made["v"]?.integer != nil)
    }
}
