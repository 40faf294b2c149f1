// SPDX-License-Identifier: Apache-2.0

/// `POST /v1/messages` and `/v1/messages/count_tokens`.
struct MessagesAnswer {
    /// One element of `content`.
    enum Block {
        case thinking(String)
        case text(String)
        case toolUse(Reply.ToolCall)
    }

    let exchange: Exchange
    let reply: Reply

    static func make(_ exchange: Exchange) throws(Refusal) -> Answer {
        let request = try MessagesRequest(exchange)
        let answer = MessagesAnswer(exchange: exchange, reply: exchange.replies(to: request.prompt)[0])
        let cost = answer.cost(request.prompt)
        let reported = exchange.directives.reported(cost)
        guard request.streams else {
            return Answer(id: answer.id, cost: cost, body: .whole(answer.whole(reported), reported: reported))
        }
        return Answer(id: answer.id, cost: cost, body: .stream(answer.stream(reported)))
    }

    /// Costs nothing, as at the real provider.
    static func count(_ exchange: Exchange) throws(Refusal) -> Answer {
        let request = try MessagesRequest(exchange, counting: true)
        return Answer(body: .whole(["input_tokens": .integer(request.prompt.tokens)], reported: nil))
    }

    var id: String { "msg_\(exchange.fingerprint)" }

    var blocks: [Block] {
        var blocks: [Block] = []
        if let thinking = reply.thinking, !thinking.isEmpty { blocks.append(.thinking(thinking)) }
        if !reply.text.isEmpty { blocks.append(.text(reply.text)) }
        return blocks + reply.calls.map(Block.toolUse)
    }

    var stopReason: String {
        switch reply.finish {
        case .stop: "end_turn"
        case .length: "max_tokens"
        case .toolCalls: "tool_use"
        case .stopSequence: "stop_sequence"
        }
    }

    var stopSequence: String? {
        if case .stopSequence(let stop) = reply.finish { stop } else { nil }
    }

    private func cost(_ prompt: Prompt) -> TokenCounts {
        let cache = exchange.memory.prompts.marked(prompt.segments, scope: exchange.scope)
        let total = prompt.tokens
        let cached = min(exchange.directives.cached ?? cache.read, total)
        let write = min(cache.write, total - cached)
        return TokenCounts(
            prompt: total, completion: reply.tokens, cached: cached, cacheWrite: write,
            cacheWriteHour: min(cache.writeHour, write), reasoning: reply.reasoningTokens)
    }

    private func whole(_ reported: TokenCounts?) -> JSON {
        var message = frame(content: .array(blocks.map(Self.json)), stopReason: stopReason)
        message["stop_sequence"] = JSON(stopSequence)
        if let reported { message.append("usage", reported.anthropicUsage) }
        return .object(message)
    }

    func frame(content: JSON, stopReason: String?) -> JSONObject {
        [
            "id": .string(id), "type": "message", "role": "assistant", "model": .string(exchange.model),
            "content": content, "stop_reason": JSON(stopReason), "stop_sequence": .null,
        ]
    }

    private static func json(_ block: Block) -> JSON {
        switch block {
        case .thinking(let text):
            ["type": "thinking", "thinking": .string(text), "signature": .string(ThinkingSignature.of(text))]
        case .text(let text): ["type": "text", "text": .string(text), "citations": .null]
        case .toolUse(let call):
            ["type": "tool_use", "id": "toolu_\(call.id)", "name": .string(call.name), "input": call.arguments]
        }
    }
}

extension TokenCounts {
    /// `usage` of a message: the input leaves out what the cache gave and took.
    var anthropicUsage: JSON {
        [
            "input_tokens": .integer(prompt - cached - cacheWrite),
            "cache_creation_input_tokens": .integer(cacheWrite),
            "cache_read_input_tokens": .integer(cached),
            "cache_creation": [
                "ephemeral_5m_input_tokens": .integer(cacheWrite - cacheWriteHour),
                "ephemeral_1h_input_tokens": .integer(cacheWriteHour),
            ],
            "output_tokens": .integer(completion),
            "output_tokens_details": ["thinking_tokens": .integer(reasoning)],
            "service_tier": "standard",
        ]
    }

    /// `usage` of the closing `message_delta`: the counts of the whole message, not what came since.
    var anthropicDeltaUsage: JSON {
        [
            "input_tokens": .integer(prompt - cached - cacheWrite),
            "cache_creation_input_tokens": .integer(cacheWrite),
            "cache_read_input_tokens": .integer(cached),
            "output_tokens": .integer(completion),
            "output_tokens_details": ["thinking_tokens": .integer(reasoning)],
        ]
    }
}
