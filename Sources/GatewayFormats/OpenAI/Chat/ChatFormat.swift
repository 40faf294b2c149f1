// SPDX-License-Identifier: Apache-2.0

/// Chat completions: OpenAI's `POST /v1/chat/completions`, as OpenAI and everybody compatible with it speak it.
///
/// What is read comes back out of the writer with the same meaning, in one normal form where the dialect has several:
/// content of one plain text part is a string; `stop` is a list; `max_tokens` is what the target calls it; functions are
/// tools, and a function's call and its result have identifiers; `safety_identifier` is `user`; nulls are left out; a
/// streamed request asks for usage, which the gateway needs whether the client wants it or not.
package enum ChatFormat: ConversationFormat {
    /// Reads this dialect's streams.
    package typealias StreamReader = ChatStreamReader
    /// Writes this dialect's streams.
    package typealias StreamWriter = ChatStreamWriter

    package static let format = Format.openAIChat

    /// A request of this dialect in the neutral form.
    package static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        try ChatRequestReader.read(body)
    }

    /// A neutral request as a body of this dialect.
    package static func write(
        _ conversation: Conversation, _ rules: TargetRules, _ report: inout LossReport, _ scanner: JSONScanner
    ) throws(FormatFault) -> [UInt8] {
        var writer = ChatRequestWriter(conversation, rules, report, scanner)
        defer { report = writer.report }
        return writer.write()
    }

    /// A whole answer of this dialect in the neutral form.
    package static func readAnswer(_ body: JSONValue) throws(FormatFault) -> Answer {
        try ChatAnswerReader.read(body)
    }

    /// A neutral answer as a body of this dialect.
    package static func writeAnswer(
        _ answer: Answer, _ report: inout LossReport, _ scanner: JSONScanner
    ) -> [UInt8] {
        var writer = ChatAnswerWriter(report: report, scanner: scanner)
        defer { report = writer.report }
        return writer.write(answer)
    }

    /// The error that an answer of `status` tells. `body` is nil where it is no JSON.
    package static func readError(status: Int, body: JSONValue?) -> ProviderError {
        ChatError.read(status: status, body: body)
    }

    /// The body that tells a client of `error`. OpenAI's says nothing of the status.
    package static func writeError(_ error: ProviderError, status: Int) -> [UInt8] { ChatError.write(error) }
}
