// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads whole answers. What the dialect requires and a compatible server leaves out is filled in; what is there must be
/// what it should be.
enum ChatAnswerReader {
    static func read(_ body: JSONValue) throws(FormatFault) -> Answer {
        var fields = try ObjectReader(body)
        guard let choices = try fields.map("choices", choice), !choices.isEmpty else {
            throw FormatFault("choices", "is missing or empty; an answer has at least one")
        }
        _ = fields.value("object")
        var answer = Answer(
            id: try fields.string("id") ?? "", model: try fields.string("model") ?? "",
            created: fields.value("created")?.integer, choices: choices,
            usage: OpenAIUsage.read(fields.value("usage"), naming: .completions), extras: Extras(.openAIChat))
        answer.serviceTier = try fields.string("service_tier")
        // Azure leaves the number out of single answers; several must be told apart.
        for (index, choice) in choices.enumerated() where choice.index < 0 { answer.choices[index].index = index }
        fields.keepRest(in: &answer.extras)
        return answer
    }

    private static func choice(_ value: JSONValue) throws(FormatFault) -> Answer.Choice {
        var fields = try ObjectReader(value)
        var extras = Extras(.openAIChat)
        guard let parts = try fields.nested("message", &extras, parts) else {
            throw FormatFault("message", "is missing; a choice holds the assistant's message")
        }
        let word = try fields.string("finish_reason")
        _ = (fields.value("native_finish_reason"), fields.value("stop_reason"))
        let stop = ChatFinish.read(word, beside: value, hasCalls: parts.contains(where: \.isCall))
        let index = try fields.integer("index").flatMap { Int(exactly: $0) } ?? -1
        let logprobs = fields.value("logprobs")?.fragment
        fields.keepRest(in: &extras)
        return Answer.Choice(index: index, parts, stop, logprobs: logprobs, extras: extras)
    }

    private static func parts(
        _ message: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> [Part]? {
        _ = try message.string("role")
        return try ChatMessageReader.assistantParts(&message, &extras)
    }
}
