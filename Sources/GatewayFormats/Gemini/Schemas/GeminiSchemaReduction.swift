// SPDX-License-Identifier: Apache-2.0

/// Reduces a JSON Schema without references to what Google's own form of schemas can say, and tells the report what it could
/// not. Names, types, required members, enumerations and descriptions survive.
///
/// A schema is looked at together with what its `allOf` adds to it; where several say the same keyword, the first counts.
struct GeminiSchemaReduction {
    /// What a schema says, with all that applies to the same value.
    private struct Node {
        var layers: [JSONValue]
        /// What stands around alternatives and holds for each of them: looked at for scalars only.
        var around: [JSONValue] = []

        subscript(keyword: StaticString) -> JSONValue? {
            for layer in layers + around {
                if let value = layer[keyword], !value.isNull { return value }
            }
            return nil
        }

        /// The keyword's values in the schema and all that `allOf` adds.
        func all(_ keyword: StaticString) -> [JSONValue] { layers.compactMap { $0[keyword] } }
    }

    /// How many of the schemas around alternatives are looked at: each alternative looks at all of them again.
    private static let mostAround = 8

    private static let types: Set<String> = ["string", "number", "integer", "boolean", "array", "object"]

    /// Keywords that say nothing about values.
    private static let silent: Set<String> = [
        "$schema", "$id", "$anchor", "$comment", "$vocabulary", "$defs", "definitions",
    ]

    /// Keywords of which the meaning is kept, one way or another.
    private static let known: Set<String> = [
        "type", "nullable", "title", "description", "default", "example", "examples", "enum", "const", "format",
        "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "items",
        "prefixItems", "minItems", "maxItems", "properties", "required", "propertyOrdering", "minProperties",
        "maxProperties", "anyOf", "oneOf", "allOf", "additionalProperties",
    ]

    private(set) var report: LossReport
    /// Where the schema stands, for the report.
    private let path: String

    init(_ path: String, _ report: LossReport) {
        self.path = path
        self.report = report
    }

    /// The schema in Google's form.
    mutating func reduced(_ schema: JSONValue) -> JSONFragment {
        var json = JSONWriter(capacity: schema.fragment.bytes.count)
        write(schema, &json)
        return JSONFragment(json.bytes[...])
    }

    private mutating func write(_ schema: JSONValue, _ json: inout JSONWriter) {
        let node = Node(layers: layers(of: schema))
        json.object { json in write(node, isNullable: false, &json) }
    }

    private mutating func layers(of schema: JSONValue) -> [JSONValue] {
        guard schema.kind == .object else {
            if schema.bool == false { lost("false", "a schema that nothing fulfils cannot be said") }
            return []
        }
        for member in schema.members {
            let name = member.name.text
            guard !Self.known.contains(name), !Self.silent.contains(name) else { continue }
            lost(name, "Gemini's schemas have no such keyword")
        }
        return [schema] + (schema["allOf"]?.elements.flatMap { layers(of: $0) } ?? [])
    }

    private mutating func lost(_ keyword: String, _ reason: String) { report.dropped("\(path).\(keyword)", reason) }

    private mutating func changed(_ keyword: String, _ reason: String) { report.emulated("\(path).\(keyword)", reason) }

    // MARK: One schema

    private mutating func write(_ node: Node, isNullable: Bool, _ json: inout JSONWriter) {
        var node = node
        var isNullable = isNullable || node["nullable"]?.bool == true
        let alternatives = alternatives(of: &node, &isNullable)
        let named = types(of: node)
        let values = (node["enum"]?.elements.map { $0 } ?? []) + (node["const"].map { [$0] } ?? [])
        isNullable = isNullable || named.contains("null") || values.contains(where: \.isNull)
        let types = named.filter { Self.types.contains($0) }
        if alternatives.count > 1 {
            return writeAlternatives(alternatives, around: node, isNullable, &json)
        }
        if types.count > 1 {
            return json.array("anyOf") { json in
                for type in types { json.object { json in write(node, as: type, isNullable, &json) } }
            }
        }
        write(node, as: types.first ?? inferredType(of: node), isNullable, &json)
    }

    private func types(of node: Node) -> [String] {
        guard let type = node["type"] else { return [] }
        return type.text.map { [$0] } ?? type.elements.compactMap(\.text)
    }

    /// The alternatives without null; one alone becomes a part of the schema.
    private mutating func alternatives(of node: inout Node, _ isNullable: inout Bool) -> [JSONValue] {
        let lists = node.all("anyOf") + node.all("oneOf")
        guard let first = lists.first else { return [] }
        if lists.count > 1 { lost("anyOf", "of several lists of alternatives the first is sent") }
        if node.all("anyOf").isEmpty { changed("oneOf", "as anyOf") }
        let some = first.elements.filter { $0["type"]?.text != "null" }
        isNullable = isNullable || first.elements.contains { $0["type"]?.text == "null" }
        if some.count == 1 {
            var only = Node(layers: layers(of: some[0]))
            let inner = alternatives(of: &only, &isNullable)
            node.layers += only.layers
            return inner
        }
        guard node.all("properties").isEmpty, node.all("items").isEmpty else {
            lost("anyOf", "alternatives of an object that has properties of its own cannot be said")
            return []
        }
        return some
    }

    private mutating func writeAlternatives(
        _ alternatives: [JSONValue], around node: Node, _ isNullable: Bool, _ json: inout JSONWriter
    ) {
        let around = Array((node.layers + node.around).prefix(Self.mostAround))
        json.array("anyOf") { json in
            for alternative in alternatives {
                let inner = Node(layers: layers(of: alternative), around: around)
                json.object { json in write(inner, isNullable: isNullable, &json) }
            }
        }
    }

    private mutating func inferredType(of node: Node) -> String {
        let values = node["enum"]?.elements.map { $0 } ?? node["const"].map { [$0] } ?? []
        let kinds = Set(values.filter { !$0.isNull }.map(\.kind))
        if kinds == [.integer] { return "integer" }
        if kinds == [.bool] { return "boolean" }
        if !kinds.isEmpty { return "string" }
        if node["properties"] != nil || node["additionalProperties"] != nil || node["required"] != nil {
            return "object"
        }
        if node["items"] != nil || node["prefixItems"] != nil { return "array" }
        if node["minimum"] != nil || node["maximum"] != nil { return "number" }
        if node["pattern"] == nil, node["format"] == nil, node["minLength"] == nil {
            changed("type", "a value of any type is asked for as a string")
        }
        return "string"
    }

    private mutating func write(_ node: Node, as type: String, _ isNullable: Bool, _ json: inout JSONWriter) {
        json.member("type", JSONString(type.uppercased()))
        if isNullable { json.member("nullable", true) }
        json.member("title", node["title"]?.string)
        json.member("description", node["description"]?.string)
        json.member("default", node["default"]?.fragment)
        json.member("example", (node["example"] ?? node["examples"]?.elements.first { _ in true })?.fragment)
        switch type {
        case "string": writeString(node, &json)
        case "integer", "number": writeNumber(node, isInteger: type == "integer", &json)
        case "array": writeArray(node, &json)
        case "object": writeObject(node, &json)
        default: writeBoolean(node)
        }
    }

    // MARK: By type

    private mutating func writeString(_ node: Node, _ json: inout JSONWriter) {
        let isEnum = writeEnum(node, &json)
        writeFormat(node, ["date-time", "enum"], isEnum: isEnum, &json)
        json.member("minLength", node["minLength"]?.integer)
        json.member("maxLength", node["maxLength"]?.integer)
        json.member("pattern", node["pattern"]?.string)
    }

    private mutating func writeNumber(_ node: Node, isInteger: Bool, _ json: inout JSONWriter) {
        var isEnum = false
        if isInteger {
            isEnum = writeEnum(node, &json)
        } else if node["enum"] != nil || node["const"] != nil {
            lost("enum", "Gemini knows enumerations of strings and whole numbers")
        }
        let formats: Set<String> = isInteger ? ["int32", "int64"] : ["float", "double"]
        writeFormat(node, formats, isEnum: isEnum, &json)
        writeBound(node, "minimum", "exclusiveMinimum", step: isInteger ? 1 : nil, &json)
        writeBound(node, "maximum", "exclusiveMaximum", step: isInteger ? -1 : nil, &json)
    }

    private mutating func writeBoolean(_ node: Node) {
        if node["enum"] != nil || node["const"] != nil {
            lost("enum", "Gemini knows enumerations of strings and whole numbers")
        }
    }

    private mutating func writeArray(_ node: Node, _ json: inout JSONWriter) {
        writeItems(node, &json)
        json.member("minItems", node["minItems"]?.integer)
        json.member("maxItems", node["maxItems"]?.integer)
    }

    private mutating func writeItems(_ node: Node, _ json: inout JSONWriter) {
        json.key("items")
        let items = node["items"]
        if let items, items.kind == .object { return write(items, &json) }
        let places = (items?.kind == .array ? items : node["prefixItems"])?.elements.map { $0 } ?? []
        if places.isEmpty {
            changed("items", "elements of any type are asked for as strings")
            return json.object { $0.member("type", literal: "STRING") }
        }
        changed("prefixItems", "each element may be of any of the types")
        if places.count == 1 { return write(places[0], &json) }
        json.object { json in
            json.array("anyOf") { json in
                for place in places { write(place, &json) }
            }
        }
    }

    private mutating func writeObject(_ node: Node, _ json: inout JSONWriter) {
        let names = writeProperties(node, &json)
        let required = node.all("required").flatMap { $0.elements.compactMap(\.string) }
        let present = required.filter { names.contains($0) }
        if present.count < required.count { lost("required", "names a property that is not described") }
        if !present.isEmpty {
            var written: Set<JSONString> = []
            json.array("required") { json in
                for name in present where written.insert(name).inserted { json.value(name) }
            }
        }
        json.member("propertyOrdering", node["propertyOrdering"]?.fragment)
        json.member("minProperties", node["minProperties"]?.integer)
        json.member("maxProperties", node["maxProperties"]?.integer)
        switch node["additionalProperties"] {
        case nil: break
        case let more? where more.bool == false:
            changed("additionalProperties", "Gemini sends described properties only")
        default: lost("additionalProperties", "Gemini sends described properties only")
        }
    }

    private mutating func writeProperties(_ node: Node, _ json: inout JSONWriter) -> Set<JSONString> {
        var names: Set<JSONString> = []
        let maps = node.all("properties")
        guard maps.contains(where: { !$0.members.isEmpty }) else { return names }
        json.object("properties") { json in
            for (name, schema) in maps.flatMap({ $0.members.map { $0 } }) where names.insert(name).inserted {
                json.key(name)
                write(schema, &json)
            }
        }
        return names
    }

    // MARK: Keywords

    /// Writes the enumeration as the strings it must consist of; whether there is one.
    private mutating func writeEnum(_ node: Node, _ json: inout JSONWriter) -> Bool {
        guard let values = node["enum"]?.elements.map({ $0 }) ?? node["const"].map({ [$0] }) else { return false }
        var strings: [JSONString] = []
        for value in values where !value.isNull {
            if let string = value.string {
                if string.isEmpty {
                    lost("enum", "Gemini refuses an empty string as a value")
                } else {
                    strings.append(string)
                }
            } else if value.number != nil || value.bool != nil {
                strings.append(JSONString(escaped: value.fragment.bytes))
            } else {
                lost("enum", "Gemini knows enumerations of strings and whole numbers")
            }
        }
        guard !strings.isEmpty else { return false }
        json.array("enum") { json in strings.forEach { json.value($0) } }
        return true
    }

    private mutating func writeFormat(
        _ node: Node, _ known: Set<String>, isEnum: Bool, _ json: inout JSONWriter
    ) {
        if isEnum { return json.member("format", literal: "enum") }
        guard let format = node["format"]?.string else { return }
        guard known.contains(format.text) else { return lost("format", "Gemini does not know the format") }
        json.member("format", format)
    }

    /// An exclusive bound becomes the next whole number, or for other numbers an inclusive one.
    private mutating func writeBound(
        _ node: Node, _ name: StaticString, _ exclusive: StaticString, step: Int64?, _ json: inout JSONWriter
    ) {
        guard let bound = node[exclusive]?.number else { return json.member(name, node[name]?.number) }
        changed("\(exclusive)", step == nil ? "as an inclusive bound" : "as the next whole number")
        guard let step, let whole = node[exclusive]?.integer else { return json.member(name, bound) }
        json.member(name, whole.addingReportingOverflow(step).partialValue)
    }
}
