// SPDX-License-Identifier: Apache-2.0

/// OpenAI's Responses API: `POST /v1/responses`.
///
/// A conversation is a flat list of items. The model's items that stand together (reasoning, messages, calls) are read as
/// one assistant turn, results that stand together as one tool turn; `Part.id` tells which parts were one item. Kinds of
/// items that the neutral form does not know are `.opaque` parts of an assistant turn.
///
/// Reading and writing again gives the same request in this form:
/// - nulls, empty lists of annotations, and the status `completed` of items without an identifier are left out;
/// - every message has its `type`, and one of a single plain text has a string for its content;
/// - a system message that comes first stands in `instructions`, if there are none;
/// - `user` without `safety_identifier` is named so, as OpenAI asks;
/// - `reasoning.encrypted_content` is in `include` where reasoning would be lost without it (`ResponsesState`).
package enum ResponsesFormat: ConversationFormat {
    /// Reads this dialect's streams.
    package typealias StreamReader = ResponsesStreamReader
    /// Writes this dialect's streams.
    package typealias StreamWriter = ResponsesStreamWriter

    package static let format = Format.openAIResponses

    /// A request of this dialect in the neutral form.
    package static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        try ResponsesRequestReader.read(body)
    }

    /// A neutral request as a body of this dialect.
    package static func write(
        _ conversation: Conversation, _ rules: TargetRules, _ report: inout LossReport, _ scanner: JSONScanner
    ) throws(FormatFault) -> [UInt8] {
        var writer = ResponsesRequestWriter(conversation, rules, report, scanner)
        defer { report = writer.report }
        return try writer.write()
    }

    /// Refuses what cannot be said in another dialect and must not be left out.
    package static func checkTransferable(
        _ conversation: Conversation, _ scanner: JSONScanner
    ) throws(FormatFault) {
        try ResponsesState.refuse(conversation, scanner)
    }

    /// A whole answer of this dialect in the neutral form.
    package static func readAnswer(_ body: JSONValue) throws(FormatFault) -> Answer {
        try ResponsesAnswerReader.read(body)
    }

    /// A neutral answer as a body of this dialect.
    package static func writeAnswer(
        _ answer: Answer, _ report: inout LossReport, _ scanner: JSONScanner
    ) -> [UInt8] {
        writeAnswer(answer, to: nil, &report, scanner)
    }

    /// - request: what the answer answers; its settings are repeated in it, as every client of OpenAI's expects.
    package static func writeAnswer(
        _ answer: Answer, to request: Conversation?, _ report: inout LossReport, _ scanner: JSONScanner
    ) -> [UInt8] {
        ResponsesAnswerWriter.write(answer, ResponsesEcho(request), &report, scanner)
    }

    /// Reads the body of an error answer. Without one that says anything, the status tells.
    package static func readError(status: Int, body: JSONValue?) -> ProviderError {
        ChatError.read(status: status, body: body)
    }

    /// The body of an error answer.
    package static func writeError(_ error: ProviderError, status: Int) -> [UInt8] { ChatError.write(error) }
}
