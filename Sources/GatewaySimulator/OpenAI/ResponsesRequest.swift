// SPDX-License-Identifier: Apache-2.0

/// A request to the Responses API, read and validated as OpenAI does it.
struct ResponsesRequest {
    var prompt = Prompt()
    var streams = false
    /// Whether the client may refer to the answer later.
    var stores = true
    var showsReasoningSummary = false
    var encryptsReasoning = false
    private(set) var pendingCalls: Set<String> = []

    private static let fields: Set<String> = [
        "access_programs", "background", "context_management", "conversation", "image", "include", "input",
        "instructions", "max_output_tokens", "max_tool_calls", "metadata", "model", "moderation",
        "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options",
        "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store", "stream",
        "stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user",
    ]

    init(_ exchange: Exchange) throws(Refusal) {
        let body = exchange.body
        try body.check(fields: Self.fields)
        streams = try body.optional("stream")?.flag() ?? false
        stores = try body.optional("store")?.flag() ?? true
        try readTools(body)
        try readSettings(body, reasons: ReasoningModels.includes(exchange.model))
        if let previous = try body.optional("previous_response_id") {
            try resume(try previous.text(), exchange.memory.responses)
        }
        if let instructions = try body.optional("instructions") {
            var segment = Segment()
            segment.add(try instructions.text())
            prompt.segments.append(segment)
        }
        try readInput(try body.required("input"))
    }

    private mutating func resume(_ id: String, _ memory: ResponseMemory) throws(Refusal) {
        guard let turn = memory.turn(id) else {
            throw Refusal(
                400, "Previous response with id '\(id)' not found.", parameter: "previous_response_id",
                code: "previous_response_not_found")
        }
        prompt.segments += turn.segments
        pendingCalls = turn.pendingCalls
    }

    private mutating func readTools(_ body: Cursor) throws(Refusal) {
        if let tools = try body.optional("tools") {
            var segment = Segment()
            for tool in try tools.elements() {
                segment.add(tool.value.encoded)
                if try tool.required("type").text() == "function" {
                    prompt.tools.append(try OpenAITools.function(tool))
                }
            }
            prompt.segments.append(segment)
        }
        prompt.toolChoice = try OpenAITools.choice(try body.optional("tool_choice"), tools: prompt.tools)
        prompt.allowsParallelCalls = try body.optional("parallel_tool_calls")?.flag() ?? true
    }

    private mutating func readSettings(_ body: Cursor, reasons: Bool) throws(Refusal) {
        prompt.maximumTokens = try body.optional("max_output_tokens")?.integer(16...10_000_000)
        try OpenAISettings.checkSampling(body)
        let reasoning = try body.optional("reasoning")
        let effort = try reasoning?.optional("effort")?.choice(of: ReasoningModels.efforts)
        if reasons { prompt.reasoning = .hidden(tokens: ReasoningModels.tokens(effort: effort)) }
        showsReasoningSummary = try reasoning?.optional("summary") != nil
        for name in try body.optional("include")?.elements() ?? []
        where try name.text() == "reasoning.encrypted_content" {
            encryptsReasoning = true
        }
        guard let format = try body.optional("text")?.optional("format") else { return }
        switch try format.required("type").choice(of: ["text", "json_object", "json_schema"]) {
        case "json_object": prompt.form = .jsonObject
        case "json_schema":
            _ = try format.required("name").text()
            prompt.form = .schema(try format.required("schema").value)
        default: break
        }
    }
}

// MARK: - Input items

extension ResponsesRequest {
    private mutating func readInput(_ input: Cursor) throws(Refusal) {
        if let text = input.value.text {
            var segment = Segment()
            segment.add(text)
            prompt.segments.append(segment)
            prompt.lastUserText = text
        } else {
            let items = try input.elements()
            guard !items.isEmpty else {
                throw input.invalid("an empty array, at least 1 is needed", code: "empty_array")
            }
            for item in items { try readItem(item) }
        }
        guard let open = pendingCalls.min() else { return }
        throw input.invalid("no tool output found for function call \(open)")
    }

    private mutating func readItem(_ item: Cursor) throws(Refusal) {
        var segment = Segment()
        let type = try item.optional("type")?.text() ?? "message"
        if type != "function_call_output" { prompt.toolResult = nil }
        switch type {
        case "message": try readMessage(item, &segment)
        case "function_call":
            pendingCalls.insert(try item.required("call_id").text())
            segment.add(try item.required("name").text())
            segment.add(try item.required("arguments").text())
        case "function_call_output":
            let id = try item.required("call_id")
            let text = try id.text()
            guard pendingCalls.remove(text) != nil else {
                throw id.invalid("no tool call found for function call output with call_id \(text)")
            }
            prompt.toolResult = try Self.readContent(try item.required("output"), &segment)
        default:
            segment.add(item.value.encoded)
        }
        prompt.segments.append(segment)
    }

    private mutating func readMessage(_ item: Cursor, _ segment: inout Segment) throws(Refusal) {
        let role = try item.required("role").choice(of: ["user", "assistant", "system", "developer"])
        let text = try Self.readContent(try item.required("content"), &segment)
        if role == "user" { prompt.lastUserText = text }
    }

    private static func readContent(_ content: Cursor, _ segment: inout Segment) throws(Refusal) -> String {
        if let text = content.value.text {
            segment.add(text)
            return text
        }
        var texts: [String] = []
        for part in try content.elements() {
            let types = ["input_text", "output_text", "refusal", "input_image", "input_file", "input_audio"]
            switch try part.required("type").choice(of: types) {
            case "input_text", "output_text": texts.append(try part.required("text").text())
            case "refusal": texts.append(try part.required("refusal").text())
            default: segment.addAttachment(part.value)
            }
        }
        for text in texts { segment.add(text) }
        return texts.joined(separator: "\n")
    }
}
