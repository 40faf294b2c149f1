// SPDX-License-Identifier: Apache-2.0

/// How a request sees to it that the answer has the form that was asked for.
enum MessagesOutputForm: Equatable {
    case free
    /// By `output_config.format`.
    case schema(JSONFragment)
    /// By a tool that must be called, with the schema as its input.
    case tool(JSONFragment, JSONString?)
    /// By words at the end of `system`.
    case words(JSONString)

    var instruction: JSONString? {
        if case .words(let words) = self { words } else { nil }
    }
}

extension MessagesRequestWriter {
    private static let objectWords: JSONString =
        "Answer with one JSON object and nothing else: no text before or after it, and no code fence."
    private static let schemaWords: JSONString = """
        Answer with JSON that fulfils the following JSON Schema, and nothing else: no text before or after it, and no \
        code fence.\n
        """

    mutating func planForm() -> MessagesOutputForm {
        switch conversation.output {
        case nil, .text: return .free
        case .jsonObject:
            note(.emulated, .jsonObject, "the model is told to answer with a JSON object")
            return .words(Self.objectWords)
        case .schema(let output):
            if rules.takesOutputSchema, takes("output_config") { return .schema(schema(of: output)) }
            return emulated(output)
        }
    }

    /// The schema as structured outputs take it. A client of this dialect has seen to that itself.
    private mutating func schema(of output: OutputSchema) -> JSONFragment {
        guard !isNative, let root = try? scanner.parse(Array(output.schema.bytes)).root else {
            note(.kept, .outputSchema)
            return output.schema
        }
        let reduced = MessagesSchema.reduced(root, description: output.description)
        if reduced.saysLess {
            note(.emulated, .outputSchema, "keywords that structured outputs refuse stand in descriptions")
        } else {
            note(.moved, .outputSchema, "output_config.format, which has no name")
        }
        return reduced.schema
    }

    private mutating func emulated(_ output: OutputSchema) -> MessagesOutputForm {
        switch conversation.toolChoice {
        case .required, .named:
            note(.dropped, .outputSchema, "the model must call a tool, so it gives no text to have a form")
            return .free
        case nil, .auto, .some(.none): break
        }
        guard let root = try? scanner.parse(Array(output.schema.bytes)).root, isObject(root) else {
            note(.emulated, .outputSchema, "the model is told the schema: a tool's input must be an object")
            return .words(JSONString(joining: [Self.schemaWords, JSONString(holding: output.schema)]))
        }
        note(.emulated, .outputSchema, "as the input of a tool that the model must call")
        return .tool(output.schema, output.description)
    }

    private func isObject(_ schema: JSONValue) -> Bool { schema["type"]?.string.map { $0.reads("object") } ?? false }
}
