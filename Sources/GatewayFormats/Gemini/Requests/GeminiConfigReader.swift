// SPDX-License-Identifier: Apache-2.0

/// Reads `generationConfig`.
enum GeminiConfigReader {
    private static let path: JSONString = "generationConfig."

    static func read(_ value: JSONValue, into conversation: inout Conversation) throws(FormatFault) {
        try FormatFault.within("generationConfig") { () throws(FormatFault) in
            var object = try GeminiObject(value)
            conversation.maxOutputTokens = try object.integer("maxOutputTokens", "max_output_tokens")
            try readSampling(&object, into: &conversation.sampling)
            conversation.output = try readOutput(&object, keeping: &conversation.extras)
            if let thinking = try object.object("thinkingConfig", "thinking_config") {
                conversation.reasoning = try FormatFault.within("thinkingConfig") { () throws(FormatFault) in
                    try GeminiThinking.read(thinking, keeping: &conversation.extras)
                }
            }
            object.keepRest(in: &conversation.extras, under: path)
        }
    }

    private static func readSampling(
        _ object: inout GeminiObject, into sampling: inout Sampling
    ) throws(FormatFault) {
        sampling.temperature = try object.number("temperature")
        sampling.topP = try object.number("topP", "top_p")
        sampling.topK = try object.number("topK", "top_k")
        sampling.seed = try object.number("seed")
        sampling.presencePenalty = try object.number("presencePenalty", "presence_penalty")
        sampling.frequencyPenalty = try object.number("frequencyPenalty", "frequency_penalty")
        sampling.stop = try object.strings("stopSequences", "stop_sequences") ?? []
        sampling.choices = try object.integer("candidateCount", "candidate_count")
        sampling.logprobs = try object.bool("responseLogprobs", "response_logprobs")
        sampling.topLogprobs = try object.integer("logprobs")
    }

    /// The form of the answer: by its media type and by a schema, which there are three ways to give. A media type that is
    /// neither text nor JSON, such as that of an enumeration's bare value, goes with its schema into the extras.
    private static func readOutput(
        _ object: inout GeminiObject, keeping extras: inout Extras
    ) throws(FormatFault) -> OutputForm? {
        let type = try object.string("responseMimeType", "response_mime_type")
        let schema = try object.object("responseSchema", "response_schema")
        let jsonSchema = try object.object("responseJsonSchema", "response_json_schema")
        if let type, !type.reads("application/json"), !type.reads("text/plain") {
            extras.keep(path, "responseMimeType", JSONFragment(quoting: type))
            if let schema { extras.keep(path, "responseSchema", schema.fragment) }
            if let jsonSchema { extras.keep(path, "responseJsonSchema", jsonSchema.fragment) }
            return nil
        }
        if let jsonSchema { return .schema(OutputSchema(schema: jsonSchema.fragment)) }
        if let schema { return .schema(OutputSchema(schema: GeminiSchema.read(schema))) }
        return type.map { $0.reads("text/plain") ? .text : .jsonObject }
    }
}
