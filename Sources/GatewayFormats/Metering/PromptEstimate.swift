// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The input tokens of a request, before a provider has counted them. docs/metering.md says what is counted, by which of
/// the vendors' published rules, and how far off it can be.
enum PromptEstimate {
    /// What a turn costs beside its text: OpenAI publishes three and its role.
    private static let perMessage: Int64 = 4
    /// What begins the answer.
    private static let perConversation: Int64 = 3
    /// The instructions that Anthropic adds where there are tools: 159 to 530 tokens, by model and choice of tool.
    private static let toolInstructions: Int64 = 530
    /// The most that Anthropic adds for a tool of its own, of which the request has but the name.
    private static let builtInTool: Int64 = 735

    /// The estimate for the request `body` that `fields` were read from; at least 1.
    static func tokens(
        of fields: JSONFields, in body: UnsafeRawBufferPointer, model: String, endpoint: Endpoint
    ) -> Int64 {
        let (prompt, dialect) = (fields.prompt, endpoint.dialect)
        var tokens = text(prompt.quarters, dialect) + prompt.tokens + sealed(prompt.sealed)
        let messages = prompt.messages + (endpoint == .responses && fields[.input].kind == .string ? 1 : 0)
        if messages > 0 { tokens += messages * perMessage + perConversation }
        if prompt.mediaCount > 0 { tokens += media(prompt, in: body, MediaRule(dialect: dialect, model: model)) }
        if dialect == .anthropic { tokens += tools(fields) }
        return max(tokens, 1)
    }

    private static func media(_ prompt: JSONPrompt, in body: UnsafeRawBufferPointer, _ rule: MediaRule) -> Int64 {
        let listed = prompt.media.map { rule.tokens(of: $0, in: body) }
        return listed.reduce(0, +) + Int64(prompt.mediaCount - listed.count) * rule.mostOfPicture
    }

    /// OpenAI publishes four characters a token for English. Anthropic publishes three and a half, and that since Claude
    /// Opus 4.7 a text has up to 1.35 times the tokens: together one and a half times as many.
    private static func text(_ quarters: Int64, _ dialect: Dialect) -> Int64 {
        switch dialect {
        case .openAI: (quarters + 3) / 4
        case .anthropic: (quarters * 3 + 7) / 8
        }
    }

    /// What is sealed is base64 of at most three quarters as many characters of text.
    static func sealed(_ bytes: Int64) -> Int64 { (bytes * 3 + 15) / 16 }

    private static func tools(_ fields: JSONFields) -> Int64 {
        let tools = Int64(fields[.tool].matches)
        guard tools > 0 else { return 0 }
        return toolInstructions + max(tools - Int64(fields[.inputSchema].matches), 0) * builtInTool
    }
}
