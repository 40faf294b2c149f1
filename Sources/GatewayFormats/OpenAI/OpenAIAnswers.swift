// SPDX-License-Identifier: Apache-2.0

/// The non-streamed answers of OpenAI's endpoints.
extension AnswerShape {
    static let chatCompletion = AnswerShape(
        proof: Proof(path: "choices", kinds: [.array]),
        text: ChatText.paths(in: "choices.*.message"),
        usage: OpenAIUsage.paths(at: "usage", naming: .completions), metering: .openAI(generates: true))

    static let completion = AnswerShape(
        proof: Proof(path: "choices", kinds: [.array]), text: ["choices.*.text"],
        usage: OpenAIUsage.paths(at: "usage", naming: .completions), metering: .openAI(generates: true))

    static let embeddings = AnswerShape(
        proof: Proof(path: "data", kinds: [.array]), text: [],
        usage: OpenAIUsage.paths(at: "usage", naming: .completions), metering: .openAI(generates: false))

    static let response = AnswerShape(
        proof: Proof(path: "output", kinds: [.array]),
        text: [
            "output.*.content.*.text", "output.*.content.*.refusal", "output.*.summary.*.text", "output.*.name",
            "output.*.arguments", "output.*.input",
        ],
        usage: OpenAIUsage.paths(at: "usage", naming: .responses), metering: .openAI(generates: true))
}

/// Where chat completions have generated text: in whole messages and in the deltas of streams alike.
enum ChatText {
    static func paths(in message: String) -> [String] {
        [
            "\(message).content", "\(message).refusal",
            // Compatible servers give reasoning under either name.
            "\(message).reasoning_content", "\(message).reasoning",
            "\(message).tool_calls.*.function.name", "\(message).tool_calls.*.function.arguments",
            "\(message).tool_calls.*.custom.input",
            "\(message).function_call.name", "\(message).function_call.arguments",
        ]
    }
}
