// SPDX-License-Identifier: Apache-2.0

/// `countTokens`: of contents alone, or of a whole request.
package enum GeminiTokenCount {
    /// Whose the endpoint is: they take a whole request in different ways.
    package enum Service: Sendable {
        /// In `generateContentRequest`, which names the model again.
        case geminiAPI
        /// As the body itself.
        case vertexAI
    }

    /// Reads what is to be counted, in either way. The model is in the path.
    package static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        guard let request = body["generateContentRequest"] ?? body["generate_content_request"], !request.isNull else {
            return try GeminiRequestReader.read(body)
        }
        return try FormatFault.within("generateContentRequest") { () throws(FormatFault) in
            try GeminiRequestReader.read(request)
        }
    }

    /// Writes what is to be counted.
    package static func write(
        _ conversation: Conversation, for service: Service, _ rules: TargetRules, _ report: inout LossReport,
        _ scanner: JSONScanner
    ) throws(FormatFault) -> [UInt8] {
        var writer = GeminiRequestWriter(conversation, rules, report, scanner)
        defer { report = writer.report }
        switch service {
        case .vertexAI: return try writer.written()
        case .geminiAPI:
            let model = JSONString(joining: ["models/", GeminiFormat.modelName(conversation.model)])
            let request = try writer.written(naming: model)
            return JSONWriter.object(capacity: request.count + 32) { json in
                json.member("generateContentRequest", JSONFragment(request[...]))
            }
        }
    }

    /// Reads the number of tokens.
    package static func readAnswer(_ body: JSONValue) throws(FormatFault) -> Int64 {
        var object = try GeminiObject(body)
        // What is zero is left out.
        let count = try object.integer("totalTokens", "total_tokens") ?? 0
        guard count >= 0 else { throw FormatFault("totalTokens", "must not be negative") }
        return count
    }

    /// Writes the number of tokens for a client.
    package static func writeAnswer(_ tokens: Int64) -> [UInt8] {
        JSONWriter.object(capacity: 32) { $0.member("totalTokens", tokens) }
    }
}
