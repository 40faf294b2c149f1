// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// Errors of the gateway, as the clients of a dialect expect them.
package enum ErrorFormat {
    /// The body of an error answer.
    package static func body(_ failure: GatewayFailure, dialect: Dialect, requestID: String) -> [UInt8] {
        switch dialect {
        case .openAI: JSONObject { $0.object("error", OpenAIError.object(failure)) }.bytes
        case .anthropic: AnthropicError.body(failure, requestID: requestID)
        }
    }

    /// The body for a provider's refusal of `status` that has no form of its own in the dialect; `message` is what the
    /// provider says of it, if anything.
    package static func body(status: Int, message: String?, dialect: Dialect, requestID: String) -> [UInt8] {
        let message = message ?? "The provider answered with status \(status) and no error its API defines."
        return switch dialect {
        case .openAI: OpenAIError.body(status: status, message: message)
        case .anthropic: AnthropicError.body(status: status, message: message, requestID: requestID)
        }
    }

    /// The event that tells of a failure in a stream that has begun, with its blank line. Nothing may follow it: a stream
    /// that failed has no event of its dialect's proper end.
    package static func streamEvent(_ failure: GatewayFailure, endpoint: Endpoint, requestID: String) -> [UInt8] {
        switch endpoint {
        case .chatCompletions, .completions, .embeddings:
            event(nil, body(failure, dialect: .openAI, requestID: requestID))
        case .responses: event("error", OpenAIError.responsesEvent(failure))
        case .messages, .countTokens: event("error", AnthropicError.body(failure, requestID: requestID))
        }
    }

    private static func event(_ name: String?, _ data: [UInt8]) -> [UInt8] {
        let start = name.map { "event: \($0)\ndata: " } ?? "data: "
        return Array(start.utf8) + data + Array("\n\n".utf8)
    }
}
