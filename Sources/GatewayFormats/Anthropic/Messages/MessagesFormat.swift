// SPDX-License-Identifier: Apache-2.0

/// Anthropic's Messages API, `POST /v1/messages`, and its `count_tokens`.
///
/// Read and written again, a request says the same, in these normal forms:
/// - Content of one plain text is a string.
/// - Members that are null, `stream: false`, `is_error: false` and a tool's `type: custom` are left out.
/// - Neighbouring messages of one role are one message, in which results of calls come first.
/// - Texts without a visible character, which the API refuses, and what then is empty are left out.
/// - The older `output_format` is `output_config.format`.
package enum MessagesFormat: ConversationFormat {
    package static let format = Format.anthropicMessages
    /// Reads this dialect's streams.
    package typealias StreamReader = MessagesStreamReader
    /// Writes this dialect's streams.
    package typealias StreamWriter = MessagesStreamWriter

    /// The objects that are read member by member: what is not known of them is kept as `source.…`.
    static let innerObjects: [StaticString] = [
        "cache_control", "source", "thinking", "output_config", "output_format", "metadata", "tool_choice", "usage",
    ]

    /// A request of this dialect in the neutral form.
    package static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        let conversation = try MessagesRequestReader.conversation(body)
        guard conversation.maxOutputTokens != nil else {
            throw FormatFault("max_tokens", "is required: say how many tokens the answer may have")
        }
        return conversation
    }

    /// A neutral request as a body of this dialect.
    package static func write(
        _ conversation: Conversation, _ rules: TargetRules, _ report: inout LossReport, _ scanner: JSONScanner
    ) throws(FormatFault) -> [UInt8] {
        try write(conversation, rules, for: .anthropic, &report, scanner)
    }

    /// The same for a place other than Anthropic's own API.
    package static func write(
        _ conversation: Conversation, _ rules: TargetRules, for target: MessagesTarget, _ report: inout LossReport,
        _ scanner: JSONScanner
    ) throws(FormatFault) -> [UInt8] {
        if let choices = conversation.sampling.choices, choices != 1 {
            throw FormatFault(
                NeutralField.choices.name(in: conversation.extras.origin),
                "must be 1, not \(choices), for this model: ask several times instead")
        }
        var writer = MessagesRequestWriter(conversation, rules, target, report, scanner)
        let body = writer.body()
        report = writer.report
        return body
    }

    /// A whole answer of this dialect in the neutral form.
    package static func readAnswer(_ body: JSONValue) throws(FormatFault) -> Answer {
        try MessagesAnswerReader.answer(body)
    }

    /// A neutral answer as a body of this dialect.
    package static func writeAnswer(
        _ answer: Answer, _ report: inout LossReport, _ scanner: JSONScanner
    ) -> [UInt8] {
        var writer = MessagesAnswerWriter(answer, report, scanner)
        let body = writer.body()
        report = writer.report
        return body
    }
}

// MARK: Counting tokens

extension MessagesFormat {
    /// Reads a request to count tokens, which is one for an answer without `max_tokens`.
    package static func readCount(_ body: JSONValue) throws(FormatFault) -> Conversation {
        try MessagesRequestReader.conversation(body)
    }

    /// Reads how many tokens were counted: `{"input_tokens": 2095}`.
    package static func readCountAnswer(_ body: JSONValue) throws(FormatFault) -> Int64 {
        var members = try ObjectReader(body)
        guard let count = try members.integer("input_tokens"), count >= 0 else {
            throw FormatFault("input_tokens", "must be a count of tokens")
        }
        return count
    }

    /// The answer to a request that only counts tokens.
    package static func writeCountAnswer(_ tokens: Int64) -> [UInt8] {
        JSONWriter.object(capacity: 32) { $0.member("input_tokens", tokens) }
    }
}

extension Extras {
    /// Leaves out what is null, which says nothing: `citations: null`.
    mutating func removeNulls() {
        if members.isEmpty { return }
        members.removeAll { $0.value == JSONFragment(literal: "null") }
    }
}
