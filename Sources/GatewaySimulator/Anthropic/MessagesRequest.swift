// SPDX-License-Identifier: Apache-2.0

/// A Messages request, read and validated as Anthropic does it.
struct MessagesRequest {
    var prompt = Prompt()
    var streams = false

    private static let fields: Set<String> = [
        "cache_control", "container", "context_management", "diagnostics", "inference_geo", "max_tokens",
        "mcp_servers", "messages", "metadata", "model", "output_config", "output_format", "service_tier", "speed",
        "stop_sequences", "stream", "system", "temperature", "thinking", "tool_choice", "tools", "top_k", "top_p",
        "user_profile_id", "workspace_id",
    ]

    /// `counting` reads for `count_tokens`, which needs no limit.
    init(_ exchange: Exchange, counting: Bool = false) throws(Refusal) {
        let body = exchange.body
        try body.check(fields: Self.fields)
        if !counting { prompt.maximumTokens = try body.required("max_tokens").integer(1...1_000_000) }
        let messages = try body.required("messages")
        streams = try body.optional("stream")?.flag() ?? false
        try readTools(body)
        try readSystem(body)
        try exchange.anthropicVersion.checkSampling(body)
        try readStops(body)
        try readThinking(body)
        try readForm(body)
        var conversation = MessagesConversation(version: exchange.anthropicVersion)
        try conversation.read(messages)
        prompt.segments += conversation.segments
        prompt.lastUserText = conversation.lastUserText
        prompt.toolResult = conversation.toolResult
        if let mark = try Self.mark(body), !prompt.segments.isEmpty {
            prompt.segments[prompt.segments.count - 1].mark = mark
        }
    }

    private mutating func readTools(_ body: Cursor) throws(Refusal) {
        for tool in try body.optional("tools")?.elements() ?? [] {
            var segment = Segment()
            segment.add(tool.value.encoded)
            segment.mark = try Self.mark(tool)
            prompt.segments.append(segment)
            let type = try tool.optional("type")?.text() ?? "custom"
            let name = try tool.required("name").text()
            guard type == "custom" else { continue }
            let schema = try tool.required("input_schema")
            _ = try schema.required("type").choice(of: ["object"])
            prompt.tools.append(Prompt.Tool(name: name, parameters: schema.value))
        }
        guard let choice = try body.optional("tool_choice") else { return }
        prompt.allowsParallelCalls = try choice.optional("disable_parallel_tool_use")?.flag() != true
        switch try choice.required("type").choice(of: ["auto", "any", "tool", "none"]) {
        case "any": prompt.toolChoice = .required
        case "none": prompt.toolChoice = .forbidden
        case "tool":
            let name = try choice.required("name")
            let text = try name.text()
            guard prompt.tools.contains(where: { $0.name == text }) else {
                throw name.invalid("Tool '\(text)' not found in provided tools")
            }
            prompt.toolChoice = .named(text)
        default: break
        }
    }

    private mutating func readSystem(_ body: Cursor) throws(Refusal) {
        guard let system = try body.optional("system") else { return }
        if let text = system.value.text {
            var segment = Segment()
            segment.add(text)
            prompt.segments.append(segment)
            return
        }
        for block in try system.elements() {
            _ = try block.required("type").choice(of: ["text"])
            var segment = Segment()
            segment.add(try block.required("text").text())
            segment.mark = try Self.mark(block)
            prompt.segments.append(segment)
        }
    }

    private mutating func readStops(_ body: Cursor) throws(Refusal) {
        for stop in try body.optional("stop_sequences")?.elements() ?? [] {
            let text = try stop.text()
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw stop.invalid("each stop sequence must contain non-whitespace")
            }
            prompt.stops.append(text)
        }
    }

    private mutating func readThinking(_ body: Cursor) throws(Refusal) {
        guard let thinking = try body.optional("thinking") else { return }
        switch try thinking.required("type").choice(of: ["enabled", "adaptive", "disabled"]) {
        case "enabled":
            let cursor = try thinking.required("budget_tokens")
            let budget = try cursor.integer(1024...1_000_000)
            if let most = prompt.maximumTokens, budget >= most {
                throw cursor.invalid("must be less than max_tokens")
            }
            prompt.reasoning = .shown(atMost: budget)
        case "adaptive": prompt.reasoning = .shown(atMost: prompt.maximumTokens ?? 1024)
        default: break
        }
    }

    private mutating func readForm(_ body: Cursor) throws(Refusal) {
        // The second is the name under which it was first tried out.
        var format = try body.optional("output_config")?.optional("format")
        if format == nil { format = try body.optional("output_format") }
        guard let format else { return }
        _ = try format.required("type").choice(of: ["json_schema"])
        prompt.form = .schema(try format.required("schema").value)
    }

    /// The cache mark on a block, tool or request.
    static func mark(_ cursor: Cursor) throws(Refusal) -> Segment.CacheMark? {
        guard let control = try cursor.optional("cache_control") else { return nil }
        _ = try control.required("type").choice(of: ["ephemeral"])
        return try control.optional("ttl")?.choice(of: ["5m", "1h"]) == "1h" ? .hour : .minutes
    }
}
