// SPDX-License-Identifier: Apache-2.0

extension MessagesAnswer {
    /// The answer as a stream. The input side of the usage comes first, the output side at the end.
    func stream(_ reported: TokenCounts?) -> EventStream {
        var events = [start(reported)]
        events += blocks.enumerated().flatMap { index, block in
            let content = index == 0 ? [event("ping", [:])] : []
            return [opening(block, index)] + content + deltas(block, index)
                + [event("content_block_stop", ["index": .integer(index)])]
        }
        events.append(end(reported))
        if !exchange.directives.withoutEnd { events.append(event("message_stop", [:])) }
        let failure =
            Dialect.anthropic.body(
                of: Refusal(529, OpenAIFailure.message), requestID: "")["error"] ?? .null
        let error = event("error", ["error": failure])
        return EventStream(events: events, failure: { _ in error })
    }

    private func start(_ reported: TokenCounts?) -> Event {
        var message = frame(content: [], stopReason: nil)
        // One output token is all that the provider can know of at the start.
        let early = reported.map { counts in
            var counts = counts
            counts.completion = min(counts.completion, 1)
            counts.reasoning = 0
            return counts
        }
        if let early { message.append("usage", early.anthropicUsage) }
        var event = event("message_start", ["message": .object(message)])
        event.reported = early
        return event
    }

    private func end(_ reported: TokenCounts?) -> Event {
        let delta: JSON = ["stop_reason": .string(stopReason), "stop_sequence": JSON(stopSequence)]
        var fields: JSONObject = ["delta": delta]
        if let reported { fields.append("usage", reported.anthropicDeltaUsage) }
        var event = event("message_delta", fields)
        event.reported = reported
        return event
    }

    private func opening(_ block: Block, _ index: Int) -> Event {
        let content: JSON =
            switch block {
            case .thinking: ["type": "thinking", "thinking": "", "signature": ""]
            case .text: ["type": "text", "text": ""]
            case .toolUse(let call):
                ["type": "tool_use", "id": "toolu_\(call.id)", "name": .string(call.name), "input": [:]]
            }
        var event = event("content_block_start", ["index": .integer(index), "content_block": content])
        if case .toolUse(let call) = block { event.content = call.name.utf8.count }
        return event
    }

    private func deltas(_ block: Block, _ index: Int) -> [Event] {
        let chunks = exchange.directives.chunks
        switch block {
        case .text(let text):
            return Prose.pieces(of: text, count: chunks).map {
                delta(index, ["type": "text_delta", "text": .string($0)], content: $0.utf8.count)
            }
        case .toolUse(let call):
            let pieces = [""] + Prose.pieces(of: call.arguments.encoded, count: chunks ?? 4)
            return pieces.map {
                delta(index, ["type": "input_json_delta", "partial_json": .string($0)], content: $0.utf8.count)
            }
        case .thinking(let text):
            var events = Prose.pieces(of: text, count: chunks).map {
                delta(index, ["type": "thinking_delta", "thinking": .string($0)], content: 0)
            }
            // Reasoning is counted as a whole, with its first piece.
            if !events.isEmpty { events[0].reasoning = reply.reasoningTokens }
            let signature = JSON.string(ThinkingSignature.of(text))
            return events + [delta(index, ["type": "signature_delta", "signature": signature], content: 0)]
        }
    }

    private func delta(_ index: Int, _ delta: JSON, content: Int) -> Event {
        var event = event("content_block_delta", ["index": .integer(index), "delta": delta])
        event.content = content
        return event
    }

    private func event(_ name: String, _ fields: JSONObject) -> Event {
        var object: JSONObject = ["type": .string(name)]
        for field in fields.fields { object.append(field.name, field.value) }
        return Event(name: name, data: JSON.object(object).encoded)
    }
}
