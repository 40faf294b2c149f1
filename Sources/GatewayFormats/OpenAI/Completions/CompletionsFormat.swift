// SPDX-License-Identifier: Apache-2.0

/// The older `POST /v1/completions`, for clients of it that ask a model which only chats: the prompt becomes a user's
/// message, and what the assistant says the text that follows it. What a chat has no like of is refused, not left out.
package enum CompletionsFormat {
    /// The request as a conversation of chat completions, with the settings that both have.
    package static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        var fields = try ObjectReader(body)
        guard let model = try fields.string("model") else {
            throw FormatFault("model", "is missing; name the model that should answer")
        }
        try refuseUnchattable(&fields)
        let prompt = Part(.text(try prompt(&fields)), extras: Extras(.openAIChat))
        var conversation = Conversation(
            model: model, turns: [Turn(.user, [prompt], extras: Extras(.openAIChat))], extras: Extras(.openAIChat))
        conversation.maxOutputTokens = try fields.integer("max_tokens")
        conversation.sampling = try ChatRequestReader.sampling(&fields)
        try ChatRequestReader.readSettings(&fields, into: &conversation)
        fields.keepRest(in: &conversation.extras)
        return conversation
    }

    private static func prompt(_ fields: inout ObjectReader) throws(FormatFault) -> JSONString {
        guard let value = fields.value("prompt") else {
            throw FormatFault("prompt", "is missing; send the text to go on from")
        }
        let elements = value.elements
        let texts = elements.compactMap(\.string)
        if let text = value.string ?? (texts.count == 1 ? texts.first : nil) { return text }
        throw FormatFault(
            "prompt", "must be one text: the model that was asked for chats, which it does with one prompt at a time")
    }

    /// Settings of completions that change the answer, and that chat completions do not have.
    private static func refuseUnchattable(_ fields: inout ObjectReader) throws(FormatFault) {
        let reason = "is not possible with a model that chats; leave it out, or ask a model for completions"
        if try fields.bool("echo") ?? false { throw FormatFault("echo", reason) }
        if try !(fields.string("suffix")?.isEmpty ?? true) { throw FormatFault("suffix", reason) }
        if let count = try fields.integer("logprobs"), count > 0 { throw FormatFault("logprobs", reason) }
        let best = try fields.integer("best_of") ?? 1
        if best > 1 { throw FormatFault("best_of", reason) }
    }

    /// The answer as a completion. What is neither text nor a refusal is noted as gone.
    package static func writeAnswer(_ answer: Answer, _ report: inout LossReport, _ scanner: JSONScanner) -> [UInt8] {
        for choice in answer.choices { note(choice.parts, of: answer.extras.origin, &report, scanner) }
        report.dropped(answer.extras, at: .answer, "completions have no such field")
        return JSONWriter.object(capacity: 1024) { json in
            json.member("id", answer.id)
            json.member("object", literal: "text_completion")
            json.member("created", answer.created ?? 0)
            json.member("model", answer.model)
            json.array("choices") { json in
                for choice in answer.choices {
                    let text = JSONString(joining: choice.parts.compactMap { $0.text ?? $0.refusal })
                    writeChoice(choice.index, text, choice.stop, &json)
                }
            }
            if let usage = answer.usage { ChatUsage.write(usage, &json) }
        }
    }

    static func writeChoice(_ index: Int, _ text: JSONString, _ stop: Stop?, _ json: inout JSONWriter) {
        json.object { json in
            json.member("index", Int64(index))
            json.member("text", text)
            json.key("logprobs")
            json.null()
            guard let stop else {
                json.key("finish_reason")
                return json.null()
            }
            ChatFinish.write(stop, &json)
        }
    }

    private static func note(
        _ parts: [Part], of origin: Format, _ report: inout LossReport, _ scanner: JSONScanner
    ) {
        let reason = "completions are text"
        for part in parts {
            switch part.content {
            case .text, .refusal: report.dropped(part.extras, at: .part, reason)
            case .reasoning: report.note(.dropped, .reasoningText, of: origin, reason)
            case .media: report.note(.dropped, .image, of: origin, reason)
            case .call, .result: report.note(.dropped, .tools, of: origin, reason)
            case .opaque(let origin, let fragment):
                report.dropped(opaque: fragment, of: origin, at: .part, scanner, reason)
            }
        }
    }
}
