// SPDX-License-Identifier: Apache-2.0

/// Google's own form of schemas, a subset of OpenAPI 3.0, and its translation to JSON Schema and back. It differs in the
/// case of types, in `nullable`, and in enumerations, which hold strings whatever the type.
enum GeminiSchema {
    /// Keywords that are the same in both.
    private static let shared: Set<String> = [
        "format", "title", "description", "minItems", "maxItems", "required", "propertyOrdering", "minProperties",
        "maxProperties", "minimum", "maximum", "minLength", "maxLength", "pattern", "example", "default",
    ]

    /// The name of a keyword in camelCase, which may be written in snake_case.
    private static func keyword(_ name: JSONString) -> String {
        let words = name.text.split(separator: "_", omittingEmptySubsequences: false)
        guard words.count > 1, let first = words.first else { return name.text }
        return words.dropFirst().reduce(into: String(first)) { text, word in
            text += word.prefix(1).uppercased() + word.dropFirst()
        }
    }

    // MARK: To JSON Schema

    /// The JSON Schema that means the same. What the form does not know stays as it is.
    static func read(_ schema: JSONValue) -> JSONFragment {
        var json = JSONWriter(capacity: schema.fragment.bytes.count)
        read(schema, &json)
        return JSONFragment(json.bytes[...])
    }

    private static func read(_ schema: JSONValue, _ json: inout JSONWriter) {
        guard schema.kind == .object else { return json.value(schema.fragment) }
        let isNullable = schema["nullable"]?.bool ?? false
        let type = schema["type"]?.text?.lowercased()
        json.object { json in
            for (name, value) in schema.members where !value.isNull {
                switch keyword(name) {
                case "type": readType(type, value, isNullable, &json)
                case "nullable" where type != nil || schema["anyOf"] ?? schema["any_of"] != nil: break
                case "enum": readEnum(value, isNumber: type == "integer" || type == "number", isNullable, &json)
                case "anyOf": readAlternatives(value, addingNull: isNullable && type == nil, &json)
                case "items": json.key("items"); read(value, &json)
                case "additionalProperties": json.key("additionalProperties"); read(value, &json)
                case "properties": json.key("properties"); readMap(value, &json)
                case "defs": json.key("$defs"); readMap(value, &json)
                case "ref": json.member("$ref", value.string.map(readReference))
                case let name where value.string != nil && isCount(name): readCount(JSONString(name), value, &json)
                case let name where shared.contains(name): json.key(JSONString(name)); json.value(value.fragment)
                default: json.key(name); json.value(value.fragment)
                }
            }
        }
    }

    private static func readType(_ type: String?, _ value: JSONValue, _ isNullable: Bool, _ json: inout JSONWriter) {
        guard let type else { return json.member("type", value.fragment) }
        guard type != "type_unspecified" else { return }
        guard isNullable, type != "null" else { return json.member("type", JSONString(type)) }
        json.array("type") { json in
            json.value(JSONString(type))
            json.value("null" as StaticString)
        }
    }

    private static func readEnum(
        _ values: JSONValue, isNumber: Bool, _ isNullable: Bool, _ json: inout JSONWriter
    ) {
        guard values.kind == .array else { return json.member("enum", values.fragment) }
        json.array("enum") { json in
            for value in values.elements {
                if isNumber, let text = value.text, Int64(text) != nil {
                    json.value(JSONFragment(Array(text.utf8)[...]))
                } else {
                    json.value(value.fragment)
                }
            }
            if isNullable { json.null() }
        }
    }

    private static func readAlternatives(_ values: JSONValue, addingNull: Bool, _ json: inout JSONWriter) {
        guard values.kind == .array else { return json.member("anyOf", values.fragment) }
        json.array("anyOf") { json in
            for value in values.elements { read(value, &json) }
            if addingNull { json.object { $0.member("type", literal: "null") } }
        }
    }

    private static func readMap(_ map: JSONValue, _ json: inout JSONWriter) {
        guard map.kind == .object else { return json.value(map.fragment) }
        json.object { json in
            for (name, value) in map.members {
                json.key(name)
                read(value, &json)
            }
        }
    }

    private static func readReference(_ reference: JSONString) -> JSONString {
        let text = reference.text
        return text.hasPrefix("#/defs/") ? JSONString("#/$defs/" + text.dropFirst(7)) : reference
    }

    /// Whether a keyword holds a count, which Google's JSON may write as a string.
    private static func isCount(_ name: String) -> Bool {
        name.hasSuffix("Items") || name.hasSuffix("Length") || name.hasSuffix("Properties")
    }

    private static func readCount(_ name: JSONString, _ value: JSONValue, _ json: inout JSONWriter) {
        json.key(name)
        if let count = value.text.flatMap({ Int64($0) }) { json.value(count) } else { json.value(value.fragment) }
    }

    // MARK: From JSON Schema

    /// The schema in Google's form, if that can say all of it; nil otherwise.
    static func write(_ schema: JSONFragment, _ scanner: JSONScanner) -> JSONFragment? {
        guard let root = try? scanner.parse(Array(schema.bytes)).root else { return nil }
        var json = JSONWriter(capacity: schema.bytes.count + 64)
        return write(root, &json) ? JSONFragment(json.bytes[...]) : nil
    }

    /// Whether all could be said.
    private static func write(_ schema: JSONValue, _ json: inout JSONWriter) -> Bool {
        guard schema.kind == .object else { return false }
        var isComplete = true
        json.object { json in
            for (name, value) in schema.members {
                isComplete = isComplete && write(keyword: name.text, value, of: schema, &json)
            }
        }
        return isComplete
    }

    private static func write(
        keyword: String, _ value: JSONValue, of schema: JSONValue, _ json: inout JSONWriter
    ) -> Bool {
        switch keyword {
        case "type": return writeType(value, &json)
        case "enum": return writeEnum(value, of: schema, &json)
        case "anyOf": return writeAlternatives(value, of: schema, &json)
        case "items":
            json.key("items")
            return write(value, &json)
        case "properties": return writeProperties(value, &json)
        case "nullable" where value.bool != nil && schema["type"] == nil: json.member("nullable", value.fragment)
        case let name where shared.contains(name): json.key(JSONString(name)); json.value(value.fragment)
        default: return false
        }
        return true
    }

    private static func writeType(_ value: JSONValue, _ json: inout JSONWriter) -> Bool {
        if let type = value.text {
            json.member("type", JSONString(type.uppercased()))
            return true
        }
        let types = value.elements.map(\.text)
        guard types.count == 2, types[1] == "null", let type = types[0], type != "null" else { return false }
        json.member("type", JSONString(type.uppercased()))
        json.member("nullable", true)
        return true
    }

    private static func writeEnum(_ values: JSONValue, of schema: JSONValue, _ json: inout JSONWriter) -> Bool {
        let type = schema["type"]
        let isNullable = type?.elements.contains { $0.text == "null" } ?? false
        let isInteger = type?.text == "integer" || type?.elements.contains { $0.text == "integer" } ?? false
        var isComplete = values.kind == .array
        json.array("enum") { json in
            for value in values.elements where !(value.isNull && isNullable) {
                if let string = value.string {
                    json.value(string)
                } else if isInteger, value.kind == .integer {
                    json.value(JSONString(escaped: value.fragment.bytes))
                } else {
                    isComplete = false
                }
            }
        }
        return isComplete
    }

    private static func writeAlternatives(
        _ values: JSONValue, of schema: JSONValue, _ json: inout JSONWriter
    ) -> Bool {
        guard values.kind == .array, schema["type"] == nil else { return false }
        var isComplete = true
        var isNullable = false
        json.array("anyOf") { json in
            for value in values.elements {
                if value["type"]?.text == "null" {
                    isNullable = true
                } else {
                    isComplete = write(value, &json) && isComplete
                }
            }
        }
        if isNullable { json.member("nullable", true) }
        return isComplete
    }

    private static func writeProperties(_ map: JSONValue, _ json: inout JSONWriter) -> Bool {
        guard map.kind == .object else { return false }
        var isComplete = true
        json.object("properties") { json in
            for (name, value) in map.members {
                json.key(name)
                isComplete = write(value, &json) && isComplete
            }
        }
        return isComplete
    }
}
