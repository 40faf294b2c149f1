// SPDX-License-Identifier: Apache-2.0

extension ResponsesAnswer {
    /// The answer as a stream: every item and part is opened, filled and closed, and the last event carries the whole.
    func stream(_ reported: TokenCounts?) -> EventStream {
        var script = Script()
        script.add("response.created", ["response": response("in_progress", [], nil)])
        script.add("response.in_progress", ["response": response("in_progress", [], nil)])
        for (index, item) in items.enumerated() { play(item, index, &script) }
        if !exchange.directives.withoutEnd {
            script.add("response.\(status)", ["response": response(status, output, reported)], reported: reported)
        }
        return EventStream(events: script.events, failure: { failure(after: $0) })
    }

    private func failure(after count: Int) -> Event {
        let error: JSON = ["code": "server_error", "message": .string(OpenAIFailure.message)]
        var script = Script(number: count)
        script.add("response.failed", ["response": response("failed", [], nil, error: error)])
        return script.events[0]
    }

    private func play(_ item: Item, _ index: Int, _ script: inout Script) {
        let place: JSONObject = ["output_index": .integer(index)]
        script.add("response.output_item.added", place.with("item", opening(item, index)))
        let inside = place.with("item_id", .string(itemID(item, index: index)))
        switch item {
        case .reasoning(let tokens, let summary): playReasoning(summary, tokens, inside, &script)
        case .message(let text): playMessage(text, inside, &script)
        case .call(let call): playCall(call, inside, &script)
        }
        script.add("response.output_item.done", place.with("item", json(item, index: index)))
    }

    /// The item before anything is in it.
    private func opening(_ item: Item, _ index: Int) -> JSON {
        guard case .object(var object) = json(item, index: index) else { return .null }
        switch item {
        case .reasoning: object["summary"] = []
        case .message:
            object["content"] = []
            object["status"] = "in_progress"
        case .call:
            object["arguments"] = ""
            object["status"] = "in_progress"
        }
        return .object(object)
    }

    private func playReasoning(_ summary: String?, _ tokens: Int, _ inside: JSONObject, _ script: inout Script) {
        script.count(reasoning: tokens)
        guard let summary else { return }
        let place = inside.with("summary_index", 0)
        let part: JSON = ["type": "summary_text", "text": .string(summary)]
        script.add(
            "response.reasoning_summary_part.added", place.with("part", ["type": "summary_text", "text": ""]))
        for piece in Prose.pieces(of: summary, count: nil) {
            script.add("response.reasoning_summary_text.delta", place.with("delta", .string(piece)))
        }
        script.add("response.reasoning_summary_text.done", place.with("text", .string(summary)))
        script.add("response.reasoning_summary_part.done", place.with("part", part))
    }

    private func playMessage(_ text: String, _ inside: JSONObject, _ script: inout Script) {
        let place = inside.with("content_index", 0)
        script.add("response.content_part.added", place.with("part", Self.part("")))
        for piece in Prose.pieces(of: text, count: exchange.directives.chunks) {
            let fields = place.with("delta", .string(piece)).with("logprobs", [])
            script.add("response.output_text.delta", fields, content: piece.utf8.count)
        }
        script.add("response.output_text.done", place.with("text", .string(text)).with("logprobs", []))
        script.add("response.content_part.done", place.with("part", Self.part(text)))
    }

    private func playCall(_ call: Reply.ToolCall, _ inside: JSONObject, _ script: inout Script) {
        let arguments = call.arguments.encoded
        script.count(content: call.name.utf8.count)
        for piece in Prose.pieces(of: arguments, count: exchange.directives.chunks ?? 4) {
            script.add(
                "response.function_call_arguments.delta", inside.with("delta", .string(piece)),
                content: piece.utf8.count)
        }
        script.add(
            "response.function_call_arguments.done",
            inside.with("name", .string(call.name)).with("arguments", .string(arguments)))
    }
}

/// Events as they are written down: each carries its name as `type` and the next sequence number.
private struct Script {
    private(set) var events: [Event] = []
    private var number = 0

    init(number: Int = 0) { self.number = number }

    mutating func add(
        _ name: String, _ fields: JSONObject, content: Int = 0, reported: TokenCounts? = nil
    ) {
        var object: JSONObject = ["type": .string(name), "sequence_number": .integer(number)]
        for field in fields.fields { object.append(field.name, field.value) }
        number += 1
        events.append(
            Event(name: name, data: JSON.object(object).encoded, content: content, reported: reported))
    }

    /// Counts as delivered with the event before.
    mutating func count(content: Int = 0, reasoning: Int = 0) {
        guard !events.isEmpty else { return }
        events[events.count - 1].content += content
        events[events.count - 1].reasoning += reasoning
    }
}

extension JSONObject {
    /// The object with one field more.
    fileprivate func with(_ name: String, _ value: JSON) -> JSONObject {
        var object = self
        object.append(name, value)
        return object
    }
}
