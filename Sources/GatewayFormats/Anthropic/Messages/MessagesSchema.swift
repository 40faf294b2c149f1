// SPDX-License-Identifier: Apache-2.0

/// Reduces a JSON Schema to what Claude's structured outputs and strict tools take. Objects are closed; what a keyword
/// that they refuse says is added to the description, where the model reads it.
struct MessagesSchema {
    private static let copied: [StaticString] = ["type", "enum", "const", "title", "required", "$ref"]
    private static let schemaMaps: [StaticString] = ["properties", "$defs", "definitions"]
    /// Of these nothing is left to tell.
    private static let silent: [StaticString] = ["$schema", "$id", "$comment"]
    private static let formats: [StaticString] = [
        "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
    ]

    /// Whether something is said by description alone, or no longer.
    private(set) var saysLess = false

    /// - description: what the schema is for, told in its own description.
    static func reduced(
        _ schema: JSONValue, description: JSONString? = nil
    ) -> (schema: JSONFragment, saysLess: Bool) {
        var reduction = MessagesSchema()
        var json = JSONWriter(capacity: schema.fragment.bytes.count + 64)
        reduction.write(schema, for: description, &json)
        return (JSONFragment(json.bytes[...]), reduction.saysLess)
    }

    private mutating func write(_ schema: JSONValue, for purpose: JSONString? = nil, _ json: inout JSONWriter) {
        var told: [JSONString] = []
        var description: JSONString?
        json.object { json in
            for (name, value) in schema.members {
                if name.reads("description") {
                    description = value.string
                } else if !write(name, value, &json) {
                    told.append(JSONString(joining: [name, ": ", JSONString(holding: value.fragment)]))
                }
            }
            if isObject(schema) { json.member("additionalProperties", false) }
            if !told.isEmpty {
                saysLess = true
                told = [JSONString(joining: ["{", JSONString(joining: told, separator: ", "), "}"])]
            }
            let texts = [purpose, description].compactMap { $0 } + told
            if !texts.isEmpty { json.member("description", JSONString(joining: texts, separator: "\n\n")) }
        }
    }

    private func isObject(_ schema: JSONValue) -> Bool {
        guard let type = schema["type"] else { return schema["properties"] != nil }
        return type.string?.reads("object") ?? type.elements.contains { $0.string?.reads("object") ?? false }
    }

    /// Writes a keyword; false when there is no way to.
    private mutating func write(_ name: JSONString, _ value: JSONValue, _ json: inout JSONWriter) -> Bool {
        if Self.copied.contains(where: { name.reads($0) }) {
            json.key(name)
            json.value(value.fragment)
        } else if Self.schemaMaps.contains(where: { name.reads($0) }), value.kind == .object {
            json.key(name)
            json.object { json in
                for (name, schema) in value.members {
                    json.key(name)
                    write(schema, &json)
                }
            }
        } else if name.reads("items"), value.kind == .object {
            json.key(name)
            write(value, &json)
        } else if name.reads("anyOf") || name.reads("allOf") || name.reads("oneOf") {
            json.array(name.reads("allOf") ? "allOf" : "anyOf") { json in
                for schema in value.elements { write(schema, &json) }
            }
        } else {
            return isSettled(name, value, &json)
        }
        return true
    }

    private mutating func isSettled(_ name: JSONString, _ value: JSONValue, _ json: inout JSONWriter) -> Bool {
        if name.reads("additionalProperties") {
            if value.bool != false { saysLess = true }
            return true
        }
        let isTaken =
            name.reads("format") && Self.formats.contains { value.string?.reads($0) ?? false }
            || name.reads("minItems") && (value.integer == 0 || value.integer == 1)
        if isTaken {
            json.key(name)
            json.value(value.fragment)
        }
        return isTaken || Self.silent.contains { name.reads($0) }
    }
}
