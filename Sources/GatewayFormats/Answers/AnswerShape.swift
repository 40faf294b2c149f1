// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Where the answers of one endpoint have what is metered.
struct AnswerShape: Sendable {
    /// Whose usage object it is.
    enum Metering: Sendable {
        case openAI(generates: Bool)
        case anthropic
        /// The call costs nothing.
        case free
    }

    /// What shows that an answer is of this endpoint.
    struct Proof: Sendable {
        var path: String
        var kinds: Set<JSONKind>
    }

    static let proofIndex = 0
    static let modelIndex = 1
    private static let firstText = 2

    let json: JSONShape
    let proof: Proof
    /// The paths of generated text.
    let textIndices: Range<Int>
    private let metering: Metering

    init(proof: Proof, text: [String], usage: [String], metering: Metering) {
        self.proof = proof
        self.metering = metering
        textIndices = AnswerShape.firstText..<AnswerShape.firstText + text.count
        json = JSONShape([proof.path, "model"] + text + usage)
    }

    func usage(in fields: JSONFields) -> UsageReading {
        switch metering {
        case .openAI(let generates):
            return OpenAIUsage.read(fields, from: textIndices.upperBound, generates: generates)
        case .anthropic:
            var usage = AnthropicUsage()
            usage.merge(fields, from: textIndices.upperBound)
            return usage.reading
        case .free: return .told(.zero)
        }
    }

    static func of(_ endpoint: Endpoint) -> AnswerShape {
        switch endpoint {
        case .chatCompletions: chatCompletion
        case .completions: completion
        case .embeddings: embeddings
        case .responses: response
        case .messages: message
        case .countTokens: tokenCount
        }
    }
}
