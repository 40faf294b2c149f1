// SPDX-License-Identifier: Apache-2.0

/// The non-streamed answers of Anthropic's endpoints.
extension AnswerShape {
    static let message = AnswerShape(
        proof: Proof(path: "content", kinds: [.array]),
        text: ["content.*.text", "content.*.thinking", "content.*.name", "content.*.input"],
        usage: AnthropicUsage.paths(at: "usage"), metering: .anthropic)

    /// Counting tokens costs nothing, so its usage is zero.
    static let tokenCount = AnswerShape(
        proof: Proof(path: "input_tokens", kinds: [.integer]), text: [], usage: [], metering: .free)
}
