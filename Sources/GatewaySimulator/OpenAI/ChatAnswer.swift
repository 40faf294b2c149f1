// SPDX-License-Identifier: Apache-2.0

/// `POST /v1/chat/completions`.
struct ChatAnswer {
    let exchange: Exchange
    let request: ChatRequest
    /// What every chunk of a stream starts with, up to `choices`: made once, not for each.
    private let chunkStart: String

    private init(exchange: Exchange, request: ChatRequest) {
        self.exchange = exchange
        self.request = request
        let frame = Self.frame("chat.completion.chunk", exchange)
        chunkStart = request.streams ? String(JSON.object(frame).encoded.dropLast()) : ""
    }

    static func make(_ exchange: Exchange) throws(Refusal) -> Answer {
        let answer = ChatAnswer(exchange: exchange, request: try ChatRequest(exchange.body, model: exchange.model))
        let replies = exchange.replies(to: answer.request.prompt)
        let cost = exchange.openAICost(answer.request.prompt, replies)
        return Answer(id: answer.id, cost: cost, body: answer.body(replies, cost))
    }

    private var id: String { Self.id(exchange) }

    private static func id(_ exchange: Exchange) -> String { "chatcmpl-\(exchange.fingerprint)" }

    private func body(_ replies: [Reply], _ cost: TokenCounts) -> Answer.Body {
        let reported = exchange.directives.reported(cost)
        if request.streams {
            return .stream(EventStream(events: events(replies, reported), failure: { _ in OpenAIFailure.event }))
        }
        return .whole(whole(replies, reported), reported: reported)
    }

    private static func frame(_ object: String, _ exchange: Exchange) -> JSONObject {
        [
            "id": .string(id(exchange)), "object": .string(object), "created": .integer(Exchange.created),
            "model": .string(exchange.model), "service_tier": "default", "system_fingerprint": "fp_simulator",
        ]
    }

    // MARK: Whole

    private func whole(_ replies: [Reply], _ reported: TokenCounts?) -> JSON {
        var object = Self.frame("chat.completion", exchange)
        object.append("choices", .array(replies.enumerated().map { choice($0, $1) }))
        if let reported { object.append("usage", reported.openAIUsage) }
        return .object(object)
    }

    private func choice(_ index: Int, _ reply: Reply) -> JSON {
        var message: JSONObject = [
            "role": "assistant", "content": reply.calls.isEmpty ? .string(reply.text) : .null, "refusal": .null,
            "annotations": [],
        ]
        if !reply.calls.isEmpty { message.append("tool_calls", .array(reply.calls.map(Self.call))) }
        return [
            "index": .integer(index), "message": .object(message), "logprobs": .null,
            "finish_reason": .string(Self.finish(reply.finish)),
        ]
    }

    private static func call(_ call: Reply.ToolCall) -> JSON {
        [
            "id": "call_\(call.id)", "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(call.arguments.encoded)],
        ]
    }

    static func finish(_ finish: Reply.Finish) -> String {
        switch finish {
        case .stop, .stopSequence: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        }
    }
}

// MARK: - Stream

extension ChatAnswer {
    private func events(_ replies: [Reply], _ reported: TokenCounts?) -> [Event] {
        var events: [Event] = []
        for (index, reply) in replies.enumerated() { events += choiceEvents(index, reply) }
        if request.includesUsage, let reported {
            events.append(chunk(choices: [], usage: reported))
        }
        if !exchange.directives.withoutEnd { events.append(Event(data: "[DONE]")) }
        return events
    }

    private func choiceEvents(_ index: Int, _ reply: Reply) -> [Event] {
        let start: JSON = [
            "role": "assistant", "content": reply.calls.isEmpty ? "" : .null, "refusal": .null,
        ]
        var events = [delta(index, start, reasoning: reply.reasoningTokens)]
        for piece in Prose.pieces(of: reply.text, count: exchange.directives.chunks) {
            events.append(delta(index, ["content": .string(piece)], content: piece.utf8.count))
        }
        for (number, call) in reply.calls.enumerated() { events += callEvents(index, number, call) }
        events.append(delta(index, [:], finish: Self.finish(reply.finish)))
        return events
    }

    private func callEvents(_ choice: Int, _ number: Int, _ call: Reply.ToolCall) -> [Event] {
        let head: JSON = [
            "index": .integer(number), "id": "call_\(call.id)", "type": "function",
            "function": ["name": .string(call.name), "arguments": ""],
        ]
        let rest = Prose.pieces(of: call.arguments.encoded, count: exchange.directives.chunks ?? 4)
        return [delta(choice, ["tool_calls": [head]], content: call.name.utf8.count)]
            + rest.map { piece in
                let part: JSON = ["index": .integer(number), "function": ["arguments": .string(piece)]]
                return delta(choice, ["tool_calls": [part]], content: piece.utf8.count)
            }
    }

    private func delta(
        _ index: Int, _ delta: JSON, finish: String? = nil, content: Int = 0, reasoning: Int = 0
    ) -> Event {
        let choice: JSON = [
            "index": .integer(index), "delta": delta, "logprobs": .null, "finish_reason": JSON(finish),
        ]
        return chunk(choices: [choice], content: content, reasoning: reasoning)
    }

    private func chunk(
        choices: [JSON], usage: TokenCounts? = nil, content: Int = 0, reasoning: Int = 0
    ) -> Event {
        let end = request.includesUsage ? ",\"usage\":\((usage?.openAIUsage ?? .null).encoded)}" : "}"
        let data = "\(chunkStart),\"choices\":\(JSON.array(choices).encoded)\(end)"
        return Event(data: data, content: content, reasoning: reasoning, reported: usage)
    }
}

/// The in-band error of chat and legacy completions.
enum OpenAIFailure {
    static let message = "The server had an error while it answered, as the directive asked."

    static let event = Event(
        data: Dialect.openAI.body(of: Refusal(500, message), requestID: "").encoded)
}
