// SPDX-License-Identifier: Apache-2.0

/// Reads chat requests: the settings. Messages, content, tools and reasoning have readers of their own.
enum ChatRequestReader {
    static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        var fields = try ObjectReader(body)
        guard let model = try fields.string("model") else {
            throw FormatFault("model", "is missing; name the model that should answer")
        }
        var conversation = Conversation(model: model, extras: Extras(.openAIChat))
        try readMessages(&fields, into: &conversation)
        conversation.tools = try ChatToolReader.tools(&fields)
        conversation.toolChoice = try ChatToolReader.choice(&fields, &conversation.extras)
        conversation.allowsParallelCalls = try fields.bool("parallel_tool_calls")
        let olderLimit = try fields.integer("max_tokens")
        conversation.maxOutputTokens = try fields.integer("max_completion_tokens") ?? olderLimit
        try readSettings(&fields, into: &conversation)
        conversation.sampling = try sampling(&fields)
        conversation.sampling.logprobs = try fields.bool("logprobs")
        conversation.sampling.topLogprobs = try fields.integer("top_logprobs")
        conversation.reasoning = try reasoning(&fields, &conversation.extras)
        conversation.output = try fields.nested("response_format", &conversation.extras, output)
        conversation.cacheMark = try ChatCacheMark.read(&fields, &conversation.extras)
        fields.keepRest(in: &conversation.extras)
        return conversation
    }

    private static func readMessages(
        _ fields: inout ObjectReader, into conversation: inout Conversation
    ) throws(FormatFault) {
        guard let messages = try fields.map("messages", ChatMessageReader.read) else {
            throw FormatFault("messages", "is missing; send the conversation as an array")
        }
        guard !messages.isEmpty else {
            throw FormatFault("messages", "is empty; send at least one message")
        }
        for message in messages {
            if conversation.turns.isEmpty, let instruction = Instruction(leading: message) {
                conversation.instructions.append(instruction)
            } else if message.role == .tool, conversation.turns.last?.role == .tool {
                conversation.turns[conversation.turns.count - 1].parts += message.parts
            } else {
                conversation.turns.append(message)
            }
        }
    }

    /// What completions have too.
    static func readSettings(
        _ fields: inout ObjectReader, into conversation: inout Conversation
    ) throws(FormatFault) {
        conversation.streams = try fields.bool("stream") ?? false
        // Whether to show the usage is between the client and the writer of its stream.
        _ = try fields.nested("stream_options", &conversation.extras) { options, _ throws(FormatFault) in
            .some(try options.bool("include_usage"))
        }
        let safetyIdentifier = try fields.string("safety_identifier")
        conversation.endUser = try fields.string("user") ?? safetyIdentifier
        conversation.metadata = try fields.object("metadata")?.fragment
        conversation.serviceTier = try fields.string("service_tier")
    }

    /// What completions have too.
    static func sampling(_ fields: inout ObjectReader) throws(FormatFault) -> Sampling {
        var sampling = Sampling()
        sampling.temperature = try fields.number("temperature")
        sampling.topP = try fields.number("top_p")
        sampling.topK = try fields.number("top_k")
        let mistralSeed = try fields.number("random_seed")
        sampling.seed = try fields.number("seed") ?? mistralSeed
        sampling.presencePenalty = try fields.number("presence_penalty")
        sampling.frequencyPenalty = try fields.number("frequency_penalty")
        sampling.stop = try stop(&fields)
        sampling.choices = try fields.integer("n")
        sampling.logitBias = try fields.object("logit_bias")?.fragment
        return sampling
    }

    private static func stop(_ fields: inout ObjectReader) throws(FormatFault) -> [JSONString] {
        guard let value = fields.value("stop") else { return [] }
        if let string = value.string { return [string] }
        guard value.kind == .array else {
            throw FormatFault("stop", "must be a string or an array of strings, not \(value.kind.noun)")
        }
        var texts: [JSONString] = []
        for element in value.elements {
            guard let text = element.string else {
                throw FormatFault("stop[\(texts.count)]", "must be a string, not \(element.kind.noun)")
            }
            texts.append(text)
        }
        return texts
    }

    /// OpenAI's `reasoning_effort`, and the objects that others have besides it: `thinking` with DeepSeek, `reasoning` with
    /// OpenRouter. What means nothing here stays with the extras.
    private static func reasoning(
        _ fields: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> ReasoningSetting? {
        var effort: ReasoningSetting.Effort?
        if let word = try fields.string("reasoning_effort") {
            effort = ReasoningSetting.Effort(rawValue: word.text)
            if effort == nil {
                extras.members.append(.init(name: "reasoning_effort", value: JSONFragment(quoting: word)))
            }
        }
        let openRouter = try fields.nested("reasoning", &extras, openRouterReasoning)
        var setting = try fields.nested("thinking", &extras, thinking) ?? openRouter
        if let effort, setting?.effort == nil {
            setting = setting ?? ReasoningSetting()
            setting?.effort = effort
        }
        return setting
    }

    private static func thinking(
        _ thinking: inout ObjectReader, _: inout Extras
    ) throws(FormatFault) -> ReasoningSetting? {
        switch try thinking.string("type")?.text {
        case "disabled": return ReasoningSetting(effort: ReasoningSetting.Effort.none)
        case "enabled", "adaptive":
            let budget = try thinking.integer("budget_tokens")
            return ReasoningSetting(budget: budget, isAdaptive: budget == nil)
        default: return nil
        }
    }

    private static func openRouterReasoning(
        _ reasoning: inout ObjectReader, _: inout Extras
    ) throws(FormatFault) -> ReasoningSetting? {
        let budget = try reasoning.integer("max_tokens")
        let isAsked = try reasoning.bool("enabled")
        let word = try reasoning.string("effort")
        guard let word else {
            if isAsked == false { return ReasoningSetting(effort: ReasoningSetting.Effort.none) }
            return budget == nil && isAsked == nil ? nil : ReasoningSetting(budget: budget, isAdaptive: budget == nil)
        }
        return ReasoningSetting.Effort(rawValue: word.text).map { ReasoningSetting(effort: $0, budget: budget) }
    }

    private static func output(
        _ format: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> OutputForm? {
        switch try format.string("type")?.text {
        case "text": return .text
        case "json_object": return .jsonObject
        case "json_schema":
            guard let schema = try format.nested("json_schema", &extras, schema) else {
                throw FormatFault("json_schema", "is missing; give the schema that the answer must fulfil")
            }
            return .schema(schema)
        default: return nil  // Grammars and the like, of some servers alone.
        }
    }

    private static func schema(
        _ fields: inout ObjectReader, _: inout Extras
    ) throws(FormatFault) -> OutputSchema? {
        guard let schema = try fields.object("schema")?.fragment else {
            throw FormatFault("schema", "is missing; give the JSON Schema that the answer must fulfil")
        }
        return OutputSchema(
            name: try fields.string("name"), description: try fields.string("description"), schema: schema,
            strict: try fields.bool("strict"))
    }
}

extension Instruction {
    /// A message that stands before the conversation, if it is an instruction.
    fileprivate init?(leading message: Turn) {
        guard case .instruction(let role) = message.role else { return nil }
        self.init(role, message.parts, extras: message.extras)
        guard let name = message.name else { return }
        extras.members.insert(.init(name: "name", value: JSONFragment(quoting: name)), at: 0)
    }
}
