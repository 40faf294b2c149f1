// SPDX-License-Identifier: Apache-2.0

/// Google's `generateContent` and `streamGenerateContent`, of the Gemini API and of Vertex AI.
///
/// The model and whether to stream are told by the path, not by the body: a conversation that was read has an empty model
/// and does not stream, until its caller says. Names may come in camelCase or snake_case, and are written in camelCase.
///
/// Reading and writing a request gives the same one back, but for these forms of the same meaning: neighbouring contents of
/// one role are one; the role of `systemInstruction` and what is null are left out; functions stand in one object of `tools`
/// and each other tool in its own; a signature on an empty part stands on the text before it; the only member `output` of a
/// tool's response that is an object is the response; calls have `args`; binary data is in the standard alphabet of base64;
/// `parametersJsonSchema` and `responseJsonSchema` become `parameters` and `responseSchema` where those can say all of it.
package enum GeminiFormat: ConversationFormat {
    package static let format = Format.gemini

    /// Reads a request: in which forms, see above.
    package static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        try GeminiRequestReader.read(body)
    }

    /// Writes a request. Faults when a result belongs to no call.
    package static func write(
        _ conversation: Conversation, _ rules: TargetRules, _ report: inout LossReport, _ scanner: JSONScanner
    ) throws(FormatFault) -> [UInt8] {
        var writer = GeminiRequestWriter(conversation, rules, report, scanner)
        let body = try writer.written()
        report = writer.report
        return body
    }

    /// Reads an answer. Faults when it has no candidates and no reason for that.
    package static func readAnswer(_ body: JSONValue) throws(FormatFault) -> Answer {
        try GeminiAnswerReader.read(body)
    }

    /// Writes an answer for clients.
    package static func writeAnswer(
        _ answer: Answer, _ report: inout LossReport, _ scanner: JSONScanner
    ) -> [UInt8] {
        GeminiAnswerWriter.write(answer, &report, scanner)
    }

    /// Reads this dialect's streams.
    package typealias StreamReader = GeminiStreamReader
    /// Writes this dialect's streams.
    package typealias StreamWriter = GeminiStreamWriter

    /// The model's name without what Google's resource names put before it: `models/gemini-3-pro` is `gemini-3-pro`.
    static func modelName(_ resource: JSONString) -> JSONString {
        guard let slash = resource.escaped.lastIndex(of: UInt8(ascii: "/")), slash + 1 < resource.escaped.endIndex
        else {
            return resource
        }
        return JSONString(escaped: resource.escaped[(slash + 1)...])
    }
}
