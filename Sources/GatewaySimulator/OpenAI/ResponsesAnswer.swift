// SPDX-License-Identifier: Apache-2.0

/// `POST /v1/responses`.
struct ResponsesAnswer {
    /// One element of `output`.
    enum Item {
        case reasoning(tokens: Int, summary: String?)
        case message(String)
        case call(Reply.ToolCall)
    }

    let exchange: Exchange
    let request: ResponsesRequest
    let reply: Reply

    static func make(_ exchange: Exchange) throws(Refusal) -> Answer {
        let request = try ResponsesRequest(exchange)
        let reply = exchange.replies(to: request.prompt)[0]
        let answer = ResponsesAnswer(exchange: exchange, request: request, reply: reply)
        if request.stores { exchange.memory.responses.store(answer.turn, as: answer.id) }
        let cost = exchange.openAICost(request.prompt, [reply])
        let reported = exchange.directives.reported(cost)
        guard request.streams else {
            let whole = answer.response(answer.status, answer.output, reported)
            return Answer(id: answer.id, cost: cost, body: .whole(whole, reported: reported))
        }
        return Answer(id: answer.id, cost: cost, body: .stream(answer.stream(reported)))
    }

    var id: String { "resp_\(exchange.fingerprint)" }

    var status: String { reply.finish == .length ? "incomplete" : "completed" }

    var items: [Item] {
        var items: [Item] = []
        if reply.reasoningTokens > 0 {
            let summary = request.showsReasoningSummary ? "**Weighing** the question before the answer." : nil
            items.append(.reasoning(tokens: reply.reasoningTokens, summary: summary))
        }
        if reply.calls.isEmpty { items.append(.message(reply.text)) }
        return items + reply.calls.map(Item.call)
    }

    var output: [JSON] { items.enumerated().map { json($1, index: $0) } }

    func itemID(_ item: Item, index: Int) -> String {
        switch item {
        case .reasoning: "rs_\(exchange.fingerprint)\(index)"
        case .message: "msg_\(exchange.fingerprint)\(index)"
        case .call(let call): "fc_\(call.id)"
        }
    }

    /// The item as it stands when it is whole.
    func json(_ item: Item, index: Int) -> JSON {
        let id = JSON.string(itemID(item, index: index))
        switch item {
        case .reasoning(let tokens, let summary):
            var object: JSONObject = [
                "id": id, "type": "reasoning",
                "summary": summary.map { [["type": "summary_text", "text": .string($0)]] } ?? [],
            ]
            if request.encryptsReasoning { object.append("encrypted_content", "sim-\(exchange.fingerprint)-\(tokens)") }
            return .object(object)
        case .message(let text):
            return [
                "id": id, "type": "message", "status": .string(status), "role": "assistant",
                "content": [Self.part(text)],
            ]
        case .call(let call):
            return [
                "id": id, "type": "function_call", "status": "completed", "call_id": "call_\(call.id)",
                "name": .string(call.name), "arguments": .string(call.arguments.encoded),
            ]
        }
    }

    static func part(_ text: String) -> JSON {
        ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]
    }

    /// The response object: what it is made of, and the settings of the request.
    func response(_ status: String, _ output: [JSON], _ reported: TokenCounts?, error: JSON = .null) -> JSON {
        let body = exchange.json
        let reason: JSON = status == "incomplete" ? ["reason": "max_output_tokens"] : .null
        var object: JSONObject = [
            "id": .string(id), "object": "response", "created_at": .integer(Exchange.created),
            "status": .string(status), "background": false, "error": error, "incomplete_details": reason,
            "model": .string(exchange.model), "output": .array(output),
            "parallel_tool_calls": .bool(request.prompt.allowsParallelCalls),
            "reasoning": body["reasoning"] ?? ["effort": .null, "summary": .null],
            "store": .bool(request.stores),
            "text": body["text"] ?? ["format": ["type": "text"], "verbosity": "medium"],
            "tool_choice": body["tool_choice"] ?? "auto", "tools": body["tools"] ?? [],
            "temperature": body["temperature"] ?? 1.0, "top_p": body["top_p"] ?? 1.0,
            "truncation": body["truncation"] ?? "disabled", "service_tier": "default", "top_logprobs": 0,
            "metadata": body["metadata"] ?? [:], "usage": reported?.responsesUsage ?? .null,
        ]
        for name in ["instructions", "max_output_tokens", "previous_response_id", "user"] {
            object.append(name, body[name] ?? .null)
        }
        return .object(object)
    }

    /// What is stored of this turn.
    private var turn: ResponseMemory.Turn {
        var segment = Segment()
        segment.add(reply.text)
        for call in reply.calls { segment.add(call.name + call.arguments.encoded) }
        return ResponseMemory.Turn(
            segments: request.prompt.segments + [segment], pendingCalls: Set(reply.calls.map { "call_\($0.id)" }))
    }
}
