// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("JSON Schema in Google's form")
struct GeminiSchemaTests {
    private struct Reduced {
        var json: String
        var report: LossReport

        var short: String { report.short }
    }

    private func reduced(_ schema: String) throws -> Reduced {
        var rules = TargetRules()
        rules.refusedFields = ["parametersJsonSchema"]
        var writer = GeminiSchemaWriter(rules, "s", isOwn: false, LossReport(), JSONScanner())
        switch writer.written(try Gemini.fragment(schema), jsonSchemaField: "parametersJsonSchema") {
        case .jsonSchema(let schema): return Reduced(json: "JSON Schema: \(schema.text)", report: writer.report)
        case .native(let schema, _): return Reduced(json: try Gemini.canonical(schema.text), report: writer.report)
        }
    }

    @Test(
        "types, names, required members, enumerations and descriptions are kept",
        arguments: [
            (#"{"type":"string"}"#, #"{"type":"STRING"}"#),
            (
                #"{"type":"boolean","description":"d","title":"t","default":true}"#,
                #"{"default":true,"description":"d","title":"t","type":"BOOLEAN"}"#
            ),
            (
                #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"array","items":{"type":"number"}}},"required":["a"],"propertyOrdering":["b","a"]}"#,
                #"{"properties":{"a":{"type":"INTEGER"},"b":{"items":{"type":"NUMBER"},"type":"ARRAY"}},"propertyOrdering":["b","a"],"required":["a"],"type":"OBJECT"}"#
            ),
            (#"{"type":"string","enum":["a","b"]}"#, #"{"enum":["a","b"],"format":"enum","type":"STRING"}"#),
            (#"{"type":"integer","enum":[1,2]}"#, #"{"enum":["1","2"],"format":"enum","type":"INTEGER"}"#),
            (#"{"const":"a"}"#, #"{"enum":["a"],"format":"enum","type":"STRING"}"#),
            (#"{"enum":[1,2]}"#, #"{"enum":["1","2"],"format":"enum","type":"INTEGER"}"#),
            (
                #"{"type":"string","minLength":1,"maxLength":2,"pattern":"^a$","format":"date-time"}"#,
                #"{"format":"date-time","maxLength":2,"minLength":1,"pattern":"^a$","type":"STRING"}"#
            ),
            (
                #"{"type":"number","minimum":0.5,"maximum":2,"format":"double"}"#,
                #"{"format":"double","maximum":2,"minimum":0.5,"type":"NUMBER"}"#
            ),
            (
                #"{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":2}"#,
                #"{"items":{"type":"STRING"},"maxItems":2,"minItems":1,"type":"ARRAY"}"#
            ),
            (
                #"{"type":"object","minProperties":1,"maxProperties":2}"#,
                #"{"maxProperties":2,"minProperties":1,"type":"OBJECT"}"#
            ),
            (#"{"type":"string","examples":["x","y"]}"#, #"{"example":"x","type":"STRING"}"#),
        ])
    func kept(schema: String, expected: String) throws {
        let reduced = try reduced(schema)
        #expect(reduced.json == expected)
        #expect(reduced.short == "none")
    }

    @Test(
        "null becomes nullable",
        arguments: [
            (#"{"type":["string","null"]}"#, #"{"nullable":true,"type":"STRING"}"#),
            (
                #"{"type":["null","string"],"enum":["a",null]}"#,
                #"{"enum":["a"],"format":"enum","nullable":true,"type":"STRING"}"#
            ),
            (
                #"{"anyOf":[{"type":"string","maxLength":3},{"type":"null"}],"description":"d"}"#,
                #"{"description":"d","maxLength":3,"nullable":true,"type":"STRING"}"#
            ),
            (
                #"{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}"#,
                #"{"anyOf":[{"nullable":true,"type":"STRING"},{"nullable":true,"type":"INTEGER"}]}"#
            ),
            (
                #"{"type":["string","integer","null"]}"#,
                #"{"anyOf":[{"nullable":true,"type":"STRING"},{"nullable":true,"type":"INTEGER"}]}"#
            ),
            (
                #"{"anyOf":[{"anyOf":[{"type":"string"},{"type":"integer"}]},{"type":"null"}]}"#,
                #"{"anyOf":[{"nullable":true,"type":"STRING"},{"nullable":true,"type":"INTEGER"}]}"#
            ),
            (
                #"{"anyOf":[{"type":"string","description":"theirs"},{"type":"null"}],"description":"mine"}"#,
                #"{"description":"mine","nullable":true,"type":"STRING"}"#
            ),
            (#"{"type":"string","nullable":true}"#, #"{"nullable":true,"type":"STRING"}"#),
        ])
    func nullable(schema: String, expected: String) throws {
        let reduced = try reduced(schema)
        #expect(reduced.json == expected)
        #expect(!reduced.report.isLossy)
    }

    @Test(
        "what cannot be said takes the nearest form, and the report says so",
        arguments: [
            (
                #"{"oneOf":[{"type":"string"},{"type":"integer"}]}"#,
                #"{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]}"#, "emulated=s.oneOf"
            ),
            (
                #"{"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":10}"#,
                #"{"maximum":9,"minimum":1,"type":"INTEGER"}"#, "emulated=s.exclusiveMinimum,s.exclusiveMaximum"
            ),
            (
                #"{"type":"number","exclusiveMinimum":0.5}"#, #"{"minimum":0.5,"type":"NUMBER"}"#,
                "emulated=s.exclusiveMinimum"
            ),
            (
                #"{"type":"object","properties":{"a":{}},"additionalProperties":false}"#,
                #"{"properties":{"a":{"type":"STRING"}},"type":"OBJECT"}"#, "emulated=s.type,s.additionalProperties"
            ),
            (#"{"type":"array"}"#, #"{"items":{"type":"STRING"},"type":"ARRAY"}"#, "emulated=s.items"),
            (
                #"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}]}"#,
                #"{"items":{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]},"type":"ARRAY"}"#, "emulated=s.prefixItems"
            ),
            (#"{"type":"string","format":"uri"}"#, #"{"type":"STRING"}"#, "dropped=s.format"),
            (
                #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a","b"]}"#,
                #"{"properties":{"a":{"type":"STRING"}},"required":["a"],"type":"OBJECT"}"#, "dropped=s.required"
            ),
            (#"{"type":"boolean","const":true}"#, #"{"type":"BOOLEAN"}"#, "dropped=s.enum"),
            (
                #"{"type":"string","enum":["","a"]}"#, #"{"enum":["a"],"format":"enum","type":"STRING"}"#,
                "dropped=s.enum"
            ),
            (
                #"{"type":"object","additionalProperties":{"type":"string"}}"#, #"{"type":"OBJECT"}"#,
                "dropped=s.additionalProperties"
            ),
            (
                #"{"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}"#,
                #"{"properties":{"a":{"type":"STRING"}},"type":"OBJECT"}"#, "dropped=s.anyOf"
            ),
        ])
    func nearest(schema: String, expected: String, report: String) throws {
        let reduced = try reduced(schema)
        #expect(reduced.json == expected)
        #expect(reduced.short == report)
    }

    @Test("allOf is one schema: properties and required members of all")
    func allOf() throws {
        let reduced = try reduced(
            #"""
            {"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},
                      {"properties":{"b":{"type":"integer"},"a":{"type":"boolean"}},"required":["b","a"]}],"description":"d"}
            """#)
        #expect(
            reduced.json
                == #"{"description":"d","properties":{"a":{"type":"STRING"},"b":{"type":"INTEGER"}},"required":["a","b"],"type":"OBJECT"}"#
        )
        #expect(reduced.short == "none")
    }

    @Test("each keyword of the 2020-12 draft gives a schema of allowed keywords alone")
    func allowList() throws {
        let reduced = try reduced(
            #"""
            {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"x","$comment":"c","$anchor":"a","type":"object",
             "title":"t","description":"d","deprecated":true,"readOnly":true,"writeOnly":false,"examples":[{}],
             "properties":{
               "s":{"type":"string","minLength":1,"maxLength":9,"pattern":"a","format":"email","contentEncoding":"base64",
                    "contentMediaType":"a/b","contentSchema":{}},
               "n":{"type":"number","multipleOf":2,"minimum":1,"maximum":9,"exclusiveMinimum":0,"exclusiveMaximum":10},
               "a":{"type":"array","items":{"const":"x"},"contains":{},"minContains":1,"maxContains":2,"uniqueItems":true,
                    "unevaluatedItems":false,"minItems":1,"maxItems":2},
               "i":{"if":{},"then":{},"else":{},"not":{},"type":"string"},
               "r":{"$dynamicRef":"#x","type":"string"}},
             "patternProperties":{"^x":{}},"propertyNames":{},"dependentRequired":{},"dependentSchemas":{},
             "unevaluatedProperties":false,"required":["s"],"minProperties":1,"maxProperties":9}
            """#)
        #expect(
            reduced.json
                == #"{"description":"d","example":{},"maxProperties":9,"minProperties":1,"properties":{"a":{"items":{"enum":["x"],"format":"enum","type":"STRING"},"maxItems":2,"minItems":1,"type":"ARRAY"},"i":{"type":"STRING"},"n":{"maximum":10,"minimum":0,"type":"NUMBER"},"r":{"type":"STRING"},"s":{"maxLength":9,"minLength":1,"pattern":"a","type":"STRING"}},"required":["s"],"title":"t","type":"OBJECT"}"#
        )
        let dropped = Set(reduced.report.entries.filter { $0.fate == .dropped }.map { String($0.field.dropFirst(2)) })
        #expect(
            dropped == [
                "deprecated", "readOnly", "writeOnly", "format", "contentEncoding", "contentMediaType", "contentSchema",
                "multipleOf", "contains", "minContains", "maxContains", "uniqueItems", "unevaluatedItems", "if", "then",
                "else", "not", "$dynamicRef", "patternProperties", "propertyNames", "dependentRequired",
                "dependentSchemas", "unevaluatedProperties",
            ])
    }

    @Test(
        "schemas of any other kind become something Gemini takes",
        arguments: ["true", "{}", "[]", "null", "1", "\"x\""])
    func oddSchemas(schema: String) throws {
        #expect(try reduced(schema).json == #"{"type":"STRING"}"#)
    }

    @Test(
        "members of the wrong kind do not matter",
        arguments: [
            #"{"type":5,"properties":[],"required":{},"enum":"x","items":3,"minLength":"a","description":1}"#,
            #"{"type":["object",null,7],"properties":{"a":1},"required":[1,"a"],"anyOf":{}}"#,
            #"{"type":"array","items":[[],{}],"minItems":-1.5,"allOf":[1,[],{"allOf":{}}]}"#,
            #"{"anyOf":[1,2],"$ref":5,"$defs":[]}"#, #"{"type":"novel"}"#,
            #"{"exclusiveMinimum":true,"type":"integer"}"#,
        ])
    func wrongKinds(schema: String) throws {
        let json = try reduced(schema).json
        #expect(try Gemini.json(json).kind == .object)
    }

    // MARK: References

    @Test("references are written out, what stands beside them goes first")
    func references() throws {
        let schema = #"""
            {"type":"object","properties":{"a":{"$ref":"#/$defs/A","description":"mine"},"b":{"$ref":"#/definitions/B~1C"},
               "c":{"$ref":"#/properties/d"},"d":{"type":"boolean"},"e":{"type":"array","items":{"$ref":"#/$defs/A"}}},
             "$defs":{"A":{"type":"string","description":"theirs"}},"definitions":{"B/C":{"$ref":"#/$defs/A"}}}
            """#
        let expected =
            #"{"properties":{"a":{"description":"mine","type":"STRING"},"b":{"description":"theirs","type":"STRING"},"c":{"type":"BOOLEAN"},"d":{"type":"BOOLEAN"},"e":{"items":{"description":"theirs","type":"STRING"},"type":"ARRAY"}},"type":"OBJECT"}"#
        let reduced = try reduced(schema)
        #expect(reduced.json == expected)
        #expect(reduced.short == "none")
    }

    @Test("as JSON Schema they are written out too, and data that looks like a reference stays")
    func referencesInJSONSchema() throws {
        var references = JSONSchemaReferences(
            try Gemini.json(
                #"""
                {"$schema":"s","properties":{"definitions":{"$ref":"#/$defs/A"},"x":{"default":{"$ref":"#/$defs/A"}}},
                 "$defs":{"A":{"anyOf":[{"$ref":"#/$defs/B"},true]},"B":{"enum":[{"$ref":"no"}]}}}
                """#))
        let plain = references.inlined()
        #expect(
            try Gemini.canonical(plain.text)
                == Gemini.canonical(
                    ##"{"properties":{"definitions":{"anyOf":[{"enum":[{"$ref":"no"}]},true]},"x":{"default":{"$ref":"#/$defs/A"}}}}"##
                ))
        #expect(!references.isCut)
    }

    @Test("recursion ends, in the bare type of what it refers to")
    func recursion() throws {
        let reduced = try reduced(
            ##"{"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":{"v":{"type":"string"},"next":{"$ref":"#/$defs/N"}}}}}"##
        )
        #expect(
            reduced.json
                == #"{"properties":{"next":{"properties":{"next":{"type":"OBJECT"},"v":{"type":"STRING"}},"type":"OBJECT"},"v":{"type":"STRING"}},"type":"OBJECT"}"#
        )
        #expect(reduced.short == "emulated=s.$ref")
    }

    @Test(
        "references that lead nowhere, to themselves, or out of the document are left out",
        arguments: ["#/$defs/none", "https://example.com/s.json", "#anchor", "#/$defs/Loop", "#/a/b/c", "x"])
    func brokenReferences(reference: String) throws {
        let reduced = try reduced(
            ##"{"type":"object","properties":{"a":{"$ref":"\##(reference)","type":"string"}},"$defs":{"Loop":{"$ref":"#/$defs/Loop"}}}"##
        )
        #expect(reduced.json == #"{"properties":{"a":{"type":"STRING"}},"type":"OBJECT"}"#)
        #expect(reduced.short == "emulated=s.$ref")
    }

    @Test("a schema made to explode stays of bearable size")
    func explosion() throws {
        let layers = (0..<30).map { layer in
            let properties = (0..<10).map { ##""p\##($0)":{"$ref":"#/$defs/L\##(layer + 1)"}"## }.joined(separator: ",")
            return #""L\#(layer)":{"type":"object","properties":{\#(properties)}}"#
        }
        let schema = ##"{"$ref":"#/$defs/L0","$defs":{\##(layers.joined(separator: ",")),"L30":{"type":"string"}}}"##
        var references = JSONSchemaReferences(try Gemini.json(schema))
        let plain = references.inlined()
        #expect(plain.bytes.count < 1 << 20)
        #expect(references.isCut)
        let chain = (0..<5000).map { ##""C\##($0)":{"$ref":"#/$defs/C\##($0 + 1)"}"## }.joined(separator: ",")
        var chained = JSONSchemaReferences(try Gemini.json(##"{"$ref":"#/$defs/C0","$defs":{\##(chain)}}"##))
        #expect(chained.inlined().text == "{}")
        #expect(chained.isCut)
    }

    // MARK: Google's form, read

    @Test(
        "Google's form reads as JSON Schema and back",
        arguments: [
            (#"{"type":"STRING","nullable":true}"#, #"{"type":["string","null"]}"#),
            (#"{"type":"STRING","enum":["a"],"nullable":true}"#, #"{"enum":["a",null],"type":["string","null"]}"#),
            (
                #"{"type":"INTEGER","format":"enum","enum":["101","201"]}"#,
                #"{"enum":[101,201],"format":"enum","type":"integer"}"#
            ),
            (
                #"{"anyOf":[{"type":"STRING"},{"type":"OBJECT"}],"nullable":true}"#,
                #"{"anyOf":[{"type":"string"},{"type":"object"},{"type":"null"}]}"#
            ),
            (
                #"{"type":"OBJECT","properties":{"type":{"type":"NUMBER"},"nullable":{"type":"ARRAY","items":{"type":"BOOLEAN"}}},"required":["type"]}"#,
                #"{"properties":{"nullable":{"items":{"type":"boolean"},"type":"array"},"type":{"type":"number"}},"required":["type"],"type":"object"}"#
            ),
            (#"{"nullable":true}"#, #"{"nullable":true}"#), (#"{"type":"NULL"}"#, #"{"type":"null"}"#),
        ])
    func native(schema: String, jsonSchema: String) throws {
        let read = GeminiSchema.read(try Gemini.json(schema))
        #expect(try Gemini.canonical(read.text) == jsonSchema)
        let written = try #require(GeminiSchema.write(read, JSONScanner()))
        #expect(try Gemini.canonical(written.text) == Gemini.canonical(schema))
    }

    @Test("snake_case, lower-case types and counts in strings read the same")
    func nativeSpellings() throws {
        let read = GeminiSchema.read(
            try Gemini.json(
                #"{"type":"array","min_items":"1","items":{"any_of":[{"type":"STRING","max_length":"5"}]},"property_ordering":["a"]}"#
            ))
        #expect(
            try Gemini.canonical(read.text)
                == #"{"items":{"anyOf":[{"maxLength":5,"type":"string"}]},"minItems":1,"propertyOrdering":["a"],"type":"array"}"#
        )
    }

    @Test(
        "what Google's form cannot say in full is not written in it",
        arguments: [
            #"{"type":"object","additionalProperties":false}"#, #"{"type":["string","integer"]}"#, #"{"const":1}"#,
            #"{"properties":{"a":true}}"#, ##"{"$ref":"#/a"}"##, #"{"enum":[1]}"#, "true", #"{"oneOf":[]}"#,
        ])
    func notNative(schema: String) throws {
        #expect(GeminiSchema.write(try Gemini.fragment(schema), JSONScanner()) == nil)
    }
}
