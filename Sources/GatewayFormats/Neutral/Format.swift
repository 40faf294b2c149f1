// SPDX-License-Identifier: Apache-2.0

/// The formats that conversations with models are written in.
package enum Format: String, Sendable, CaseIterable {
    /// OpenAI `POST /v1/chat/completions`, and everything compatible with it.
    case openAIChat = "openai_chat"
    /// OpenAI `POST /v1/responses`.
    case openAIResponses = "openai_responses"
    /// Anthropic `POST /v1/messages`.
    case anthropicMessages = "anthropic_messages"
    /// Google `generateContent` and `streamGenerateContent`.
    case gemini
    /// AWS Bedrock `Converse` and `ConverseStream`.
    case bedrockConverse = "bedrock_converse"
}
