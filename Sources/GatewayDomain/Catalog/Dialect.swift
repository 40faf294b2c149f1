// SPDX-License-Identifier: Apache-2.0

/// A wire language that callers and providers speak.
package enum Dialect: String, Sendable, CaseIterable {
    /// OpenAI's REST API and everything compatible with it.
    case openAI = "openai"
    /// Anthropic's Messages API.
    case anthropic
}

/// What a request asks for, named after the provider API it belongs to.
package enum Endpoint: String, Sendable, CaseIterable {
    /// OpenAI `POST /v1/chat/completions`.
    case chatCompletions = "chat_completions"
    /// OpenAI `POST /v1/completions` (legacy).
    case completions
    /// OpenAI `POST /v1/embeddings`.
    case embeddings
    /// OpenAI `POST /v1/responses`.
    case responses
    /// Anthropic `POST /v1/messages`.
    case messages
    /// Anthropic `POST /v1/messages/count_tokens`; costs nothing.
    case countTokens = "count_tokens"

    /// The language that requests to this endpoint are written in.
    package var dialect: Dialect {
        switch self {
        case .chatCompletions, .completions, .embeddings, .responses: .openAI
        case .messages, .countTokens: .anthropic
        }
    }

    /// The path below a provider's base URL. OpenAI's base URLs end in `/v1`, Anthropic's do not: each vendor's own
    /// SDK convention, which operators copy from the vendor's documentation.
    package var providerPath: String {
        switch self {
        case .chatCompletions: "/chat/completions"
        case .completions: "/completions"
        case .embeddings: "/embeddings"
        case .responses: "/responses"
        case .messages: "/v1/messages"
        case .countTokens: "/v1/messages/count_tokens"
        }
    }
}
