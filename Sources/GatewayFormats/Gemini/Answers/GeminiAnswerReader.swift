// SPDX-License-Identifier: Apache-2.0

/// Reads `GenerateContentResponse`.
struct GeminiAnswerReader {
    private var parts: GeminiPartReader
    private var extras = Extras(.gemini)

    static func read(_ body: JSONValue) throws(FormatFault) -> Answer {
        let id = (body["responseId"] ?? body["response_id"])?.string ?? ""
        let name = id.isEmpty ? GeminiCallLinks.digest(of: body.fragment.bytes) : id
        let parts = GeminiPartReader(source: .provider, calls: GeminiCallLinks(answer: name))
        var reader = GeminiAnswerReader(parts: parts)
        return try reader.answer(body)
    }

    private mutating func answer(_ body: JSONValue) throws(FormatFault) -> Answer {
        var object = try GeminiObject(body)
        let id = try object.string("responseId", "response_id") ?? ""
        let model = try object.string("modelVersion", "model_version") ?? ""
        let candidates = try object.array("candidates")
        let counts = try object.object("usageMetadata", "usage_metadata")
        extras = object.rest
        let usage = try counts.map { value throws(FormatFault) in
            try FormatFault.within("usageMetadata") { () throws(FormatFault) in
                try GeminiUsage.read(value, keeping: &extras)
            }
        }
        var choices: [Answer.Choice] = []
        try candidates?.read("candidates") { candidate, index throws(FormatFault) in
            choices.append(try choice(candidate, at: index))
        }
        if choices.isEmpty { choices = [try Self.blocked(body)] }
        return Answer(id: id, model: model, choices: choices, usage: usage, extras: extras)
    }

    /// What stands for the candidates when the prompt was refused.
    static func blocked(_ body: JSONValue) throws(FormatFault) -> Answer.Choice {
        guard let reason = GeminiFormat.blockReason(body) else {
            throw FormatFault("candidates", "is missing, and so is a reason why the prompt was blocked")
        }
        return Answer.Choice([], Stop(.contentFilter, native: reason), extras: Extras(.gemini))
    }

    private mutating func choice(_ value: JSONValue, at place: Int) throws(FormatFault) -> Answer.Choice {
        var object = try GeminiObject(value)
        let index = try object.integer("index").flatMap { Int(exactly: $0) } ?? place
        let reason = try object.string("finishReason", "finish_reason")
        let content = try object.object("content")
        let logprobs = try object.object("logprobsResult", "logprobs_result")
        var extras = object.rest
        let parts = try content.map { content throws(FormatFault) in
            try FormatFault.within("content") { () throws(FormatFault) in try read(content, keeping: &extras) }
        }
        let hasCalls = parts?.contains(where: \.isCall) ?? false
        return Answer.Choice(
            index: index, parts ?? [], GeminiStop.read(reason, hasCalls: hasCalls),
            logprobs: logprobs.map { GeminiLogprobs.read($0, keeping: &extras) }, extras: extras)
    }

    private mutating func read(_ content: JSONValue, keeping extras: inout Extras) throws(FormatFault) -> [Part] {
        var object = try GeminiObject(content)
        _ = object.value("role")
        let parts = try parts.read(try object.array("parts"))
        object.keepRest(in: &extras, under: "content.")
        return parts
    }
}

extension GeminiFormat {
    /// Why the prompt was refused, if it was.
    static func blockReason(_ body: JSONValue) -> JSONString? {
        let feedback = body["promptFeedback"] ?? body["prompt_feedback"]
        let reason = (feedback?["blockReason"] ?? feedback?["block_reason"])?.string
        return reason.flatMap { $0.reads("BLOCK_REASON_UNSPECIFIED") ? nil : $0 }
    }
}
