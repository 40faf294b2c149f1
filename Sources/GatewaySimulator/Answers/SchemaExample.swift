// SPDX-License-Identifier: Apache-2.0

/// Makes a value that satisfies a JSON schema: the keywords that the providers' structured outputs know.
///
/// `pattern`, `not` and `if` are not looked at.
struct SchemaExample {
    /// Below this depth only what is required is filled in, so that schemas which contain themselves come to an end.
    private static let deep = 6
    private static let deepest = 32

    private let root: JSON
    private var random: SplitMix

    init(schema: JSON, seed: UInt64) {
        root = schema
        random = SplitMix(seed: seed)
    }

    /// A value for the schema; the same for the same seed.
    mutating func make() -> JSON { value(for: root, depth: 0) }

    private mutating func value(for schema: JSON, depth: Int) -> JSON {
        guard depth < Self.deepest, let fields = schema.fields else { return .null }
        if let reference = fields["$ref"]?.text { return value(for: resolve(reference), depth: depth + 1) }
        if let constant = fields["const"] { return constant }
        if let choices = fields["enum"]?.elements, !choices.isEmpty { return random.pick(choices) }
        if let alternatives = (fields["anyOf"] ?? fields["oneOf"])?.elements, !alternatives.isEmpty {
            return value(for: choice(of: alternatives, depth: depth), depth: depth + 1)
        }
        if let parts = fields["allOf"]?.elements { return value(for: merged(parts, into: fields), depth: depth + 1) }
        return typed(fields, depth: depth)
    }

    /// The first alternative that is not null; below `deep` null where it is allowed.
    private func choice(of alternatives: [JSON], depth: Int) -> JSON {
        let isNull = { (schema: JSON) in schema["type"]?.text == "null" }
        if depth >= Self.deep, let null = alternatives.first(where: isNull) { return null }
        return alternatives.first { !isNull($0) } ?? alternatives[0]
    }

    private func merged(_ parts: [JSON], into fields: JSONObject) -> JSON {
        var result = fields
        result["allOf"] = nil
        for part in parts {
            let resolved = part["$ref"]?.text.map(resolve) ?? part
            for field in resolved.fields?.fields ?? [] {
                if case .object(var known)? = result[field.name], case .object(let more) = field.value {
                    for inner in more.fields { known[inner.name] = inner.value }
                    result[field.name] = .object(known)
                } else if case .array(let known)? = result[field.name], case .array(let more) = field.value {
                    result[field.name] = .array(known + more)
                } else {
                    result[field.name] = field.value
                }
            }
        }
        return .object(result)
    }

    private func resolve(_ reference: String) -> JSON {
        var schema = root
        for step in reference.split(separator: "/").dropFirst() {
            let name = step.replacing("~1", with: "/").replacing("~0", with: "~")
            schema = schema[String(name)] ?? .null
        }
        return schema
    }

    private mutating func typed(_ fields: JSONObject, depth: Int) -> JSON {
        switch type(of: fields, depth: depth) {
        case "object": object(fields, depth: depth)
        case "array": array(fields, depth: depth)
        case "integer": .integer(integer(fields))
        case "number": number(fields)
        case "boolean": .bool(random.next() % 2 == 0)
        case "string": .string(string(fields))
        default: .null
        }
    }

    private func type(of fields: JSONObject, depth: Int) -> String {
        if let types = fields["type"]?.elements?.compactMap(\.text) {
            if depth >= Self.deep, types.contains("null") { return "null" }
            return types.first { $0 != "null" } ?? "null"
        }
        if let type = fields["type"]?.text { return type }
        if fields["properties"] != nil { return "object" }
        return fields["items"] == nil ? "string" : "array"
    }

    private mutating func object(_ fields: JSONObject, depth: Int) -> JSON {
        let required = Set(fields["required"]?.elements?.compactMap(\.text) ?? [])
        var object = JSONObject()
        for property in fields["properties"]?.fields?.fields ?? [] {
            if depth >= Self.deep, !required.contains(property.name) { continue }
            object.append(property.name, value(for: property.value, depth: depth + 1))
        }
        return .object(object)
    }

    private mutating func array(_ fields: JSONObject, depth: Int) -> JSON {
        let least = fields["minItems"]?.integer ?? 0
        let usual = depth >= Self.deep ? least : max(least, 2)
        let count = min(usual, fields["maxItems"]?.integer ?? usual)
        let items = fields["items"] ?? ["type": "string"]
        return .array((0..<max(0, count)).map { _ in value(for: items, depth: depth + 1) })
    }
}

// MARK: - Scalars

extension SchemaExample {
    private static let words = ["Lisbon", "harbor", "copper", "willow", "lantern", "meadow", "granite", "cedar"]

    private mutating func integer(_ fields: JSONObject) -> Int {
        var least = fields["minimum"]?.number.map { Int(($0).rounded(.up)) }
        if let bound = fields["exclusiveMinimum"]?.number { least = Int(bound.rounded(.down)) + 1 }
        var most = fields["maximum"]?.number.map { Int(($0).rounded(.down)) }
        if let bound = fields["exclusiveMaximum"]?.number { most = Int(bound.rounded(.up)) - 1 }
        let low = least ?? min(1, most ?? 1)
        let high = max(low, most ?? low + 41)
        let span = UInt64(min(high - low, 1000)) + 1
        let value = low + Int(random.next() % span)
        guard let step = fields["multipleOf"]?.integer, step > 0 else { return value }
        let down = value - ((value % step) + step) % step
        return down >= low ? down : down + step
    }

    private mutating func number(_ fields: JSONObject) -> JSON {
        let least = (fields["minimum"] ?? fields["exclusiveMinimum"])?.number
        let most = (fields["maximum"] ?? fields["exclusiveMaximum"])?.number
        if fields["multipleOf"] != nil { return .integer(integer(fields)) }
        let low = least ?? min(0, most ?? 0)
        let high = most ?? low + 100
        // Quarters of the way, never the ends, which may be excluded.
        return .number(low + (high - low) * Double(random.next() % 3 + 1) / 4)
    }

    private mutating func string(_ fields: JSONObject) -> String {
        switch fields["format"]?.text {
        case "date": return "2026-03-14"
        case "time": return "09:26:53Z"
        case "date-time": return "2026-03-14T09:26:53Z"
        case "duration": return "PT15M"
        case "email": return "keeper@example.com"
        case "hostname": return "example.com"
        case "ipv4": return "192.0.2.7"
        case "ipv6": return "2001:db8::7"
        case "uri": return "https://example.com/gate"
        case "uuid": return "6fa459ea-ee8a-4ca4-894e-db77e160355e"
        default: break
        }
        var text = random.pick(Self.words)
        if let least = fields["minLength"]?.integer { while text.count < least { text += random.pick(Self.words) } }
        if let most = fields["maxLength"]?.integer { text = String(text.prefix(max(0, most))) }
        return text
    }
}
