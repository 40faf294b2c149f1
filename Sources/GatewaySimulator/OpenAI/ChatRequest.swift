// SPDX-License-Identifier: Apache-2.0

/// A chat completion request, read and validated as OpenAI does it.
struct ChatRequest {
    var prompt = Prompt()
    var streams = false
    var includesUsage = false

    private static let fields: Set<String> = [
        "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "max_completion_tokens",
        "max_tokens", "messages", "metadata", "modalities", "model", "moderation", "n", "parallel_tool_calls",
        "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
        "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier", "stop", "store", "stream",
        "stream_options", "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity",
        "web_search_options",
    ]

    init(_ body: Cursor, model: String) throws(Refusal) {
        try body.check(fields: Self.fields)
        let messages = try body.required("messages")
        try readTools(body)
        try readSettings(body)
        try readStreaming(body)
        try readLimits(body, reasons: ReasoningModels.includes(model))
        try readForm(body)
        var conversation = ChatConversation()
        try conversation.read(messages)
        prompt.segments += conversation.segments
        prompt.lastUserText = conversation.lastUserText
        prompt.toolResult = conversation.toolResult
    }

    private mutating func readTools(_ body: Cursor) throws(Refusal) {
        let tools = try body.optional("tools")
        if let tools {
            var segment = Segment()
            for tool in try tools.elements() {
                segment.add(tool.value.encoded)
                guard try tool.required("type").choice(of: ["function", "custom"]) == "function" else { continue }
                prompt.tools.append(try OpenAITools.function(try tool.required("function")))
            }
            prompt.segments.append(segment)
        }
        for name in ["tool_choice", "parallel_tool_calls"] where tools == nil {
            guard let field = try body.optional(name) else { continue }
            throw field.invalid("it is only allowed when 'tools' are given")
        }
        prompt.toolChoice = try OpenAITools.choice(try body.optional("tool_choice"), tools: prompt.tools)
        prompt.allowsParallelCalls = try body.optional("parallel_tool_calls")?.flag() ?? true
    }

    private mutating func readSettings(_ body: Cursor) throws(Refusal) {
        prompt.choices = try body.optional("n")?.integer(1...128) ?? 1
        prompt.stops = try OpenAISettings.stops(try body.optional("stop"))
        try OpenAISettings.checkSampling(body)
    }

    private mutating func readStreaming(_ body: Cursor) throws(Refusal) {
        streams = try body.optional("stream")?.flag() ?? false
        includesUsage = try OpenAISettings.includesUsage(body, streams: streams)
    }

    private mutating func readLimits(_ body: Cursor, reasons: Bool) throws(Refusal) {
        let old = try body.optional("max_tokens")
        let new = try body.optional("max_completion_tokens")
        prompt.maximumTokens = try (new ?? old)?.integer(1...10_000_000)
        let effort = try body.optional("reasoning_effort")?.choice(of: ReasoningModels.efforts)
        guard reasons else { return }
        if old != nil {
            throw Refusal(
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
                parameter: "max_tokens", code: "unsupported_parameter")
        }
        if let temperature = try body.optional("temperature")?.value.number, temperature != 1 {
            throw Refusal(
                400, "Unsupported value: 'temperature' can only be 1 with this model.", parameter: "temperature",
                code: "unsupported_value")
        }
        prompt.reasoning = .hidden(tokens: ReasoningModels.tokens(effort: effort))
    }

    private mutating func readForm(_ body: Cursor) throws(Refusal) {
        guard let format = try body.optional("response_format") else { return }
        switch try format.required("type").choice(of: ["text", "json_object", "json_schema"]) {
        case "json_object": prompt.form = .jsonObject
        case "json_schema":
            let schema = try format.required("json_schema")
            _ = try schema.required("name").text()
            prompt.form = .schema(try schema.optional("schema")?.value ?? [:])
        default: break
        }
    }
}

/// Settings that several OpenAI endpoints share.
enum OpenAISettings {
    static func checkSampling(_ body: Cursor) throws(Refusal) {
        _ = try body.optional("temperature")?.number(0...2)
        _ = try body.optional("top_p")?.number(0...1)
        _ = try body.optional("frequency_penalty")?.number(-2...2)
        _ = try body.optional("presence_penalty")?.number(-2...2)
        _ = try body.optional("user")?.text()
        guard let metadata = try body.optional("metadata") else { return }
        guard let pairs = metadata.value.fields else { throw metadata.wrongType("an object") }
        for pair in pairs.fields where pair.value.text == nil { throw metadata.wrongType("an object of strings") }
    }

    static func stops(_ stop: Cursor?) throws(Refusal) -> [String] {
        guard let stop else { return [] }
        if let one = stop.value.text { return [one] }
        let several = try stop.elements()
        guard several.count <= 4 else { throw stop.invalid("at most 4 are allowed") }
        var stops: [String] = []
        for element in several { stops.append(try element.text()) }
        return stops
    }

    static func includesUsage(_ body: Cursor, streams: Bool) throws(Refusal) -> Bool {
        guard let options = try body.optional("stream_options") else { return false }
        guard streams else { throw options.invalid("it is only allowed when 'stream' is true") }
        return try options.optional("include_usage")?.flag() ?? false
    }
}

/// Function tools as chat completions and responses describe them.
enum OpenAITools {
    /// Reads `{name, parameters}`.
    static func function(_ cursor: Cursor) throws(Refusal) -> Prompt.Tool {
        let name = try cursor.required("name")
        let text = try name.text()
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-".unicodeScalars.contains($0))
        }
        guard !text.isEmpty, text.utf8.count <= 64, isPlain else {
            throw name.invalid("a name has 1 to 64 letters, digits, '_' or '-'")
        }
        let parameters = try cursor.optional("parameters")
        if let parameters, parameters.value.fields == nil { throw parameters.wrongType("an object") }
        return Prompt.Tool(name: text, parameters: parameters?.value ?? ["type": "object", "properties": [:]])
    }

    /// Reads a choice: a word, `{type, function: {name}}` or, in responses, `{type, name}`.
    static func choice(_ cursor: Cursor?, tools: [Prompt.Tool]) throws(Refusal) -> Prompt.ToolChoice {
        guard let cursor else { return .automatic }
        if cursor.value.text != nil {
            switch try cursor.choice(of: ["none", "auto", "required"]) {
            case "none": return .forbidden
            case "required": return .required
            default: return .automatic
            }
        }
        switch try cursor.required("type").text() {
        case "function":
            let named = try cursor.optional("function") ?? cursor
            let name = try named.required("name")
            let text = try name.text()
            guard tools.contains(where: { $0.name == text }) else {
                throw name.invalid("no tool has the name '\(text)'")
            }
            return .named(text)
        case "allowed_tools":
            let allowed = try cursor.optional("allowed_tools") ?? cursor
            return try allowed.required("mode").choice(of: ["auto", "required"]) == "required" ? .required : .automatic
        default:
            return .automatic
        }
    }
}
