// SPDX-License-Identifier: Apache-2.0

/// `POST /v1/completions`, the API before chat.
struct LegacyCompletions {
    private static let fields: Set<String> = [
        "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "model", "n",
        "presence_penalty", "prompt", "seed", "stop", "stream", "stream_options", "suffix", "temperature", "top_p",
        "user",
    ]
    private static let usualMaximum = 16

    let exchange: Exchange
    private var includesUsage = false

    static func make(_ exchange: Exchange) throws(Refusal) -> Answer {
        var completions = LegacyCompletions(exchange: exchange)
        return try completions.answer()
    }

    private init(exchange: Exchange) { self.exchange = exchange }

    private mutating func answer() throws(Refusal) -> Answer {
        let body = exchange.body
        try body.check(fields: Self.fields)
        let streams = try body.optional("stream")?.flag() ?? false
        includesUsage = try OpenAISettings.includesUsage(body, streams: streams)
        let prompts = try prompts(body)
        let replies = prompts.flatMap { exchange.replies(to: $0) }
        var all = Prompt()
        all.segments = prompts.flatMap(\.segments)
        let cost = exchange.openAICost(all, replies)
        let reported = exchange.directives.reported(cost)
        guard streams else {
            return Answer(id: id, cost: cost, body: .whole(whole(replies, reported), reported: reported))
        }
        let stream = EventStream(events: events(replies, reported), failure: { _ in OpenAIFailure.event })
        return Answer(id: id, cost: cost, body: .stream(stream))
    }

    private var id: String { "cmpl-\(exchange.fingerprint)" }

    /// One prompt for each text; token ids stand for a text of four bytes each.
    private func prompts(_ body: Cursor) throws(Refusal) -> [Prompt] {
        var prompt = Prompt()
        prompt.choices = try body.optional("n")?.integer(1...128) ?? 1
        prompt.maximumTokens = try body.optional("max_tokens")?.integer(0...10_000_000) ?? Self.usualMaximum
        prompt.stops = try OpenAISettings.stops(try body.optional("stop"))
        try OpenAISettings.checkSampling(body)
        var prompts: [Prompt] = []
        for input in try OpenAIInputs.read(try body.required("prompt")) {
            prompt.segments = [input.segment]
            prompt.lastUserText = input.text
            prompts.append(prompt)
        }
        return prompts
    }

    private func frame(_ choices: [JSON]) -> JSONObject {
        [
            "id": .string(id), "object": "text_completion", "created": .integer(Exchange.created),
            "model": .string(exchange.model), "system_fingerprint": "fp_simulator", "choices": .array(choices),
        ]
    }

    private func choice(_ index: Int, _ text: String, _ finish: Reply.Finish?) -> JSON {
        [
            "index": .integer(index), "text": .string(text), "logprobs": .null,
            "finish_reason": JSON(finish.map(ChatAnswer.finish)),
        ]
    }

    private func whole(_ replies: [Reply], _ reported: TokenCounts?) -> JSON {
        var object = frame(replies.enumerated().map { choice($0, $1.text, $1.finish) })
        if let reported { object.append("usage", reported.openAIUsage) }
        return .object(object)
    }

    private func events(_ replies: [Reply], _ reported: TokenCounts?) -> [Event] {
        var events: [Event] = []
        for (index, reply) in replies.enumerated() {
            for piece in Prose.pieces(of: reply.text, count: exchange.directives.chunks) {
                events.append(chunk([choice(index, piece, nil)], content: piece.utf8.count))
            }
            events.append(chunk([choice(index, "", reply.finish)]))
        }
        if includesUsage, let reported { events.append(chunk([], usage: reported)) }
        if !exchange.directives.withoutEnd { events.append(Event(data: "[DONE]")) }
        return events
    }

    private func chunk(_ choices: [JSON], usage: TokenCounts? = nil, content: Int = 0) -> Event {
        var object = frame(choices)
        if includesUsage { object.append("usage", usage?.openAIUsage ?? .null) }
        return Event(data: JSON.object(object).encoded, content: content, reported: usage)
    }
}

/// Inputs that are a text, token ids, or an array of either.
enum OpenAIInputs {
    struct Input {
        var text: String
        var segment: Segment
    }

    static func read(_ cursor: Cursor) throws(Refusal) -> [Input] {
        if let text = cursor.value.text { return [input(text)] }
        let elements = try cursor.elements()
        guard !elements.isEmpty else { throw cursor.invalid("it is empty") }
        if elements[0].value.integer != nil { return [try tokenIDs(cursor)] }
        var inputs: [Input] = []
        for element in elements {
            if let text = element.value.text {
                inputs.append(input(text))
            } else {
                inputs.append(try tokenIDs(element))
            }
        }
        return inputs
    }

    private static func input(_ text: String) -> Input {
        var segment = Segment()
        segment.add(text)
        return Input(text: text, segment: segment)
    }

    /// Token ids count as one token each.
    private static func tokenIDs(_ cursor: Cursor) throws(Refusal) -> Input {
        let elements = try cursor.elements()
        for element in elements { _ = try element.integer(0...10_000_000) }
        var input = input(cursor.value.encoded)
        input.segment.bytes = elements.count * Tokens.bytesEach
        return input
    }
}
