// SPDX-License-Identifier: Apache-2.0

/// Writes out what a JSON Schema refers to (`$ref` to something in the same document), for readers that know no references.
///
/// Recursion has an end: a reference is written out at most twice inside itself, and none at all once the schema has grown
/// beyond 256 KiB or 32 levels. In its place stands then the bare type of what it refers to.
struct JSONSchemaReferences {
    private static let mostRepeats = 2
    private static let mostBytes = 1 << 18
    private static let mostLevels = 32

    /// Whether something could not be written out: recursion was cut, or a reference leads nowhere.
    private(set) var isCut = false

    private let root: JSONValue
    /// How often each reference is being written out around the place where we are.
    private var open: [JSONString: Int] = [:]
    private var level = 0
    /// The members of objects and arrays on the way of references, by their place in the document.
    private var indexes: [Int: [JSONString: JSONValue]] = [:]

    init(_ root: JSONValue) { self.root = root }

    /// The schema without references.
    mutating func inlined() -> JSONFragment {
        var json = JSONWriter(capacity: root.fragment.bytes.count)
        write(root, &json)
        return JSONFragment(json.bytes[...])
    }

    private mutating func write(_ schema: JSONValue, _ json: inout JSONWriter) {
        guard schema.kind == .object else { return json.value(schema.fragment) }
        level += 1
        defer { level -= 1 }
        guard let reference = schema["$ref"]?.string else {
            return json.object { json in writeMembers(of: schema, except: [], &json) }
        }
        writeReference(reference, schema, &json)
    }

    /// What stands beside a reference goes before what it refers to.
    private mutating func writeReference(_ reference: JSONString, _ schema: JSONValue, _ json: inout JSONWriter) {
        let target = resolve(reference)
        let mayOpen =
            open[reference, default: 0] < Self.mostRepeats && level < Self.mostLevels
            && json.bytes.count < Self.mostBytes
        let names = Set(schema.members.map(\.name))
        json.object { json in
            writeMembers(of: schema, except: [], &json)
            guard let target, target.kind == .object else { return isCut = isCut || target?.bool != true }
            guard mayOpen else {
                isCut = true
                return names.contains("type") ? () : json.member("type", target["type"]?.fragment)
            }
            open[reference, default: 0] += 1
            writeTarget(target, except: names, &json)
            open[reference, default: 0] -= 1
        }
    }

    /// A target may itself be a reference.
    private mutating func writeTarget(_ target: JSONValue, except names: Set<JSONString>, _ json: inout JSONWriter) {
        writeMembers(of: target, except: names, &json)
        guard let next = target["$ref"]?.string else { return }
        let names = names.union(target.members.map(\.name))
        guard let further = resolve(next), further.kind == .object, open[next, default: 0] < Self.mostRepeats,
            level < Self.mostLevels
        else { return isCut = true }
        level += 1
        defer { level -= 1 }
        open[next, default: 0] += 1
        writeTarget(further, except: names, &json)
        open[next, default: 0] -= 1
    }

    private mutating func writeMembers(
        of schema: JSONValue, except names: Set<JSONString>, _ json: inout JSONWriter
    ) {
        for (name, value) in schema.members where !names.contains(name) {
            switch name.text {
            case "$ref", "$defs", "definitions", "$schema": continue
            case "properties", "patternProperties", "dependentSchemas":
                json.key(name)
                writeMap(value, &json)
            case "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
                "unevaluatedItems", "unevaluatedProperties", "additionalItems", "anyOf", "allOf", "oneOf",
                "prefixItems":
                json.key(name)
                writeSchemas(value, &json)
            default:
                json.key(name)
                json.value(value.fragment)
            }
        }
    }

    /// A schema or a list of them.
    private mutating func writeSchemas(_ value: JSONValue, _ json: inout JSONWriter) {
        guard value.kind == .array else { return write(value, &json) }
        json.array { json in
            for element in value.elements { write(element, &json) }
        }
    }

    private mutating func writeMap(_ map: JSONValue, _ json: inout JSONWriter) {
        guard map.kind == .object else { return json.value(map.fragment) }
        json.object { json in
            for (name, value) in map.members {
                json.key(name)
                write(value, &json)
            }
        }
    }

    // MARK: Resolving

    /// What a JSON pointer in the document's own fragment leads to.
    private mutating func resolve(_ reference: JSONString) -> JSONValue? {
        let text = reference.text
        guard text.hasPrefix("#") else { return nil }
        var value = root
        guard text != "#", text != "#/" else { return value }
        guard text.hasPrefix("#/") else { return nil }
        for step in text.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            let name = step.replacing("~1", with: "/").replacing("~0", with: "~").replacing("%24", with: "$")
            guard let next = member(JSONString(name), of: value) else { return nil }
            value = next
        }
        return value
    }

    private mutating func member(_ name: JSONString, of value: JSONValue) -> JSONValue? {
        if let index = indexes[value.index] { return index[name] }
        var index: [JSONString: JSONValue] = [:]
        for (name, member) in value.members { index[name] = member }
        for (place, element) in value.elements.enumerated() { index[JSONString(String(place))] = element }
        indexes[value.index] = index
        return index[name]
    }
}
