// SPDX-License-Identifier: Apache-2.0

/// Reads requests: the settings. Items, content and tools have readers of their own.
enum ResponsesRequestReader {
    static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        var fields = try ObjectReader(body)
        var conversation = Conversation(
            model: try ResponsesFields.required("model", of: &fields), extras: Extras(.openAIResponses))
        if let text = try fields.string("instructions") {
            let part = ResponsesFields.part(.text(text))
            conversation.instructions = [Instruction(.system, [part], extras: Extras(.openAIResponses))]
        }
        try input(&fields, into: &conversation)
        conversation.tools = try fields.map("tools", ResponsesToolReader.tool) ?? []
        conversation.toolChoice = try ResponsesToolReader.choice(&fields, &conversation.extras)
        try settings(&fields, into: &conversation)
        conversation.output = try text(&fields, &conversation.extras)
        conversation.reasoning = try fields.nested("reasoning", &conversation.extras, reasoning)
        let include = try fields.array("include")
        fields.keepRest(in: &conversation.extras)
        conversation.extras.members.removeAll { $0.value == JSONFragment(literal: "null") }
        if let include { read(include: include, into: &conversation) }
        return conversation
    }

    private static func input(
        _ fields: inout ObjectReader, into conversation: inout Conversation
    ) throws(FormatFault) {
        var assembler = ResponsesTurnAssembler(conversation.instructions)
        if let text = fields.value("input")?.string {
            assembler.add(.message(.user, [ResponsesFields.part(.text(text))], Extras(.openAIResponses)))
        } else {
            let items: [Void]? = try fields.map("input") { item throws(FormatFault) in
                assembler.add(try ResponsesItemReader.read(item))
            }
            guard items != nil || ResponsesState.hasInput(fields) else {
                throw FormatFault("input", "is missing; give a string or a list of items")
            }
        }
        (conversation.instructions, conversation.turns) = assembler.finish()
    }

    private static func settings(
        _ fields: inout ObjectReader, into conversation: inout Conversation
    ) throws(FormatFault) {
        conversation.maxOutputTokens = try fields.integer("max_output_tokens")
        conversation.sampling.temperature = try fields.number("temperature")
        conversation.sampling.topP = try fields.number("top_p")
        conversation.sampling.topLogprobs = try fields.integer("top_logprobs")
        conversation.allowsParallelCalls = try fields.bool("parallel_tool_calls")
        conversation.streams = try fields.bool("stream") ?? false
        conversation.metadata = try fields.object("metadata")?.fragment
        conversation.serviceTier = try fields.string("service_tier")
        // `user` is the older name, and something else besides where both are given.
        if let identifier = try fields.string("safety_identifier") {
            conversation.endUser = identifier
        } else {
            conversation.endUser = try fields.string("user")
        }
    }

    /// The settings in `text`, of which all but a known format are left as they are.
    private static func text(
        _ fields: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> OutputForm? {
        let form = try fields.nested("text", &extras) { text, extras throws(FormatFault) in
            .some(try text.nested("format", &extras, format))
        }
        return form ?? nil
    }

    private static func format(_ format: inout ObjectReader, _: inout Extras) throws(FormatFault) -> OutputForm? {
        let type = try ResponsesFields.required("type", of: &format)
        if type.reads("text") { return .text }
        if type.reads("json_object") { return .jsonObject }
        guard type.reads("json_schema") else { return nil }
        guard let schema = try format.object("schema")?.fragment else {
            throw FormatFault("schema", "is missing; give the JSON Schema that the answer must fulfil")
        }
        return .schema(
            OutputSchema(
                name: try ResponsesFields.required("name", of: &format),
                description: try format.string("description"), schema: schema, strict: try format.bool("strict")))
    }

    private static func reasoning(
        _ fields: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> ReasoningSetting? {
        var setting = ReasoningSetting(shown: try fields.string("summary"))
        if let word = try fields.string("effort") {
            setting.effort = ReasoningSetting.Effort(rawValue: word.text)
            if setting.effort == nil {
                extras.members.append(.init(name: "effort", value: JSONFragment(quoting: word)))
            }
        }
        return setting
    }

    /// What `include` asks for and the writer asks for in any case is left out; the rest is kept.
    private static func read(include: JSONElements, into conversation: inout Conversation) {
        var rest = JSONWriter()
        var isEmpty = true
        rest.array {
            for element in include {
                if element.string?.reads("message.output_text.logprobs") == true {
                    conversation.sampling.logprobs = true
                } else if element.string?.reads("reasoning.encrypted_content") != true
                    || !conversation.losesReasoningAtOpenAI
                {
                    $0.value(element.fragment)
                    isEmpty = false
                }
            }
        }
        if !isEmpty {
            conversation.extras.members.append(.init(name: "include", value: JSONFragment(rest.bytes[...])))
        }
    }
}
