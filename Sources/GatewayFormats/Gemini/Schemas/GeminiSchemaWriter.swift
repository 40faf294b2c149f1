// SPDX-License-Identifier: Apache-2.0

/// Decides in which of two forms a schema goes out: as JSON Schema without references, which Gemini takes since 2025, or in
/// Google's own form, for targets that refuse the first. What Gemini's own clients gave in Google's form stays in it.
struct GeminiSchemaWriter {
    enum Written {
        case jsonSchema(JSONFragment)
        /// - isEmpty: whether it is an object that is told nothing about, which Gemini refuses as parameters.
        case native(JSONFragment, isEmpty: Bool)
    }

    private static let parametersField = "parametersJsonSchema"

    private let rules: TargetRules
    private let path: String
    private let isOwn: Bool
    private let scanner: JSONScanner
    private(set) var report: LossReport

    /// - path: what reports call the schema.
    init(_ rules: TargetRules, _ path: String, isOwn: Bool, _ report: LossReport, _ scanner: JSONScanner) {
        self.rules = rules
        self.path = path
        self.isOwn = isOwn
        self.report = report
        self.scanner = scanner
    }

    /// - jsonSchemaField: the field that takes JSON Schema, which the target may refuse.
    mutating func written(_ schema: JSONFragment, jsonSchemaField: String) -> Written {
        let refusesJSONSchema = rules.refusedFields.contains(jsonSchemaField)
        if isOwn {
            if let native = GeminiSchema.write(schema, scanner) { return .native(native, isEmpty: false) }
            if !refusesJSONSchema { return .jsonSchema(schema) }
        }
        let plain = withoutReferences(schema)
        guard refusesJSONSchema else { return .jsonSchema(plain) }
        guard let root = try? scanner.parse(Array(plain.bytes)).root else { return .jsonSchema(plain) }
        var reduction = GeminiSchemaReduction(path, report)
        let native = reduction.reduced(root)
        report = reduction.report
        let isEmpty = root["properties"]?.members.isEmpty ?? (root["anyOf"] == nil && root["allOf"] == nil)
        return .native(native, isEmpty: isEmpty)
    }

    /// The schema of a function's parameters, which must say that it is of an object: OpenAI's clients may leave that out.
    mutating func parameters(_ schema: JSONFragment) -> Written {
        guard !isOwn, let root = try? scanner.parse(Array(schema.bytes)).root else {
            return written(schema, jsonSchemaField: Self.parametersField)
        }
        guard root["type"] == nil, root["$ref"] == nil else {
            return written(schema, jsonSchemaField: Self.parametersField)
        }
        let typed = JSONWriter.object(capacity: schema.bytes.count + 24) { json in
            json.member("type", literal: "object")
            for (name, value) in root.members {
                json.key(name)
                json.value(value.fragment)
            }
        }
        return written(JSONFragment(typed[...]), jsonSchemaField: Self.parametersField)
    }

    /// The schema with what it refers to written out. Most schemas refer to nothing, and have no `$` in them.
    private mutating func withoutReferences(_ schema: JSONFragment) -> JSONFragment {
        guard schema.bytes.contains(UInt8(ascii: "$")) else { return schema }
        guard let root = try? scanner.parse(Array(schema.bytes)).root else { return schema }
        var references = JSONSchemaReferences(root)
        let plain = references.inlined()
        if references.isCut { report.emulated("\(path).$ref", "written out to a limited depth") }
        return plain
    }
}
