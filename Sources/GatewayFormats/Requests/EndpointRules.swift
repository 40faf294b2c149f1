// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// What tells the body of one endpoint from that of another. Sending a body to the wrong path is the usual mistake with
/// several dialects behind one address, so the refusal names the right one.
enum EndpointRules {
    /// Whether the endpoint can answer with an event stream.
    static func streams(_ endpoint: Endpoint) -> Bool {
        switch endpoint {
        case .chatCompletions, .completions, .responses, .messages: true
        case .embeddings, .countTokens: false
        }
    }

    static func check(_ fields: JSONFields, endpoint: Endpoint) throws(GatewayFailure) {
        switch endpoint {
        case .chatCompletions:
            try require(.messages, in: fields, or: chatHint(fields))
            try refuseAnthropic(fields)
        case .messages, .countTokens:
            try require(.messages, in: fields, or: chatHint(fields))
            try refuseOpenAI(fields, endpoint: endpoint)
        case .responses: try refuseMessages(fields, insteadOf: .input)
        case .completions: try refuseMessages(fields, insteadOf: .prompt)
        case .embeddings:
            try refuseMessages(fields, insteadOf: .input)
            guard fields[.input].kind != .absent, fields[.input].kind != .null else {
                throw RequestReader.refusal(.input, "is missing; send the text to embed")
            }
        }
    }

    private static func require(
        _ path: RequestPath, in fields: JSONFields, or hint: String
    ) throws(GatewayFailure) {
        switch fields[path].kind {
        case .array: return
        case .absent: throw RequestReader.refusal(path, "is missing\(hint)")
        default: throw RequestReader.refusal(path, "must be an array, not \(fields[path].kind.noun)")
        }
    }

    private static func chatHint(_ fields: JSONFields) -> String {
        if fields[.input].kind != .absent {
            return "; a body with `input` belongs to /v1/responses or /v1/embeddings"
        }
        if fields[.prompt].kind != .absent { return "; a body with `prompt` belongs to /v1/completions" }
        return "; send the conversation as an array"
    }

    private static func refuseMessages(_ fields: JSONFields, insteadOf path: RequestPath) throws(GatewayFailure) {
        guard fields[.messages].kind != .absent, fields[path].kind == .absent else { return }
        throw RequestReader.refusal(
            path, "is missing; a body with `messages` belongs to /v1/chat/completions or /v1/messages")
    }

    /// Refuses what no OpenAI chat body has.
    private static func refuseAnthropic(_ fields: JSONFields) throws(GatewayFailure) {
        for path in [RequestPath.system, .anthropicVersion, .inputSchema] where fields[path].kind != .absent {
            throw RequestReader.refusal(
                path, "is part of Anthropic's Messages API; send this body to /v1/messages, or write it for chat")
        }
    }

    /// Refuses what no Anthropic Messages body has, and a missing `max_tokens`, which Anthropic requires.
    private static func refuseOpenAI(_ fields: JSONFields, endpoint: Endpoint) throws(GatewayFailure) {
        for path in [RequestPath.toolFunction, .streamOptions, .maxCompletionTokens]
        where fields[path].kind != .absent {
            throw RequestReader.refusal(
                path, "is part of OpenAI's chat API; send this body to /v1/chat/completions, or write it for Messages")
        }
        guard endpoint == .messages, fields[.maxTokens].kind == .absent else { return }
        throw RequestReader.refusal(
            .maxTokens,
            "is missing, which Anthropic's Messages API requires; an OpenAI body belongs to /v1/chat/completions")
    }
}
