// SPDX-License-Identifier: Apache-2.0

/// What a request asks for, whatever dialect it came in: all that the composer needs.
struct Prompt: Sendable {
    /// A function that the model may call.
    struct Tool: Sendable {
        var name: String
        /// The JSON schema of its arguments.
        var parameters: JSON
    }

    enum ToolChoice: Sendable, Equatable {
        case automatic, forbidden, required
        case named(String)
    }

    enum Form: Sendable {
        case text
        case jsonObject
        case schema(JSON)
    }

    enum Reasoning: Sendable, Equatable {
        case none
        /// Counted, not shown, as OpenAI does it.
        case hidden(tokens: Int)
        /// Part of the answer, of at most so many tokens, as Anthropic does it.
        case shown(atMost: Int)
    }

    /// In order: tools, system text, then the conversation. Whole segments are what the prompt cache knows.
    var segments: [Segment] = []
    var lastUserText = ""
    /// Set when the conversation ends with the result of a tool.
    var toolResult: String?
    var tools: [Tool] = []
    var toolChoice = ToolChoice.automatic
    var allowsParallelCalls = true
    var form = Form.text
    var reasoning = Reasoning.none
    var maximumTokens: Int?
    var stops: [String] = []
    var choices = 1

    /// By the counting rule; a prompt counts as one token at least.
    var tokens: Int { max(1, Tokens.count(bytes: segments.reduce(0) { $0 + $1.bytes })) }
}

/// A part of the prompt that is cached as a whole: a message, the system text, the tools.
struct Segment: Sendable, Equatable {
    enum CacheMark: Sendable, Equatable {
        case minutes, hour
    }

    var bytes = 0
    var fingerprint = Fingerprint(seed: 0).value
    /// Set where the client marked the prompt as worth caching up to here.
    var mark: CacheMark?

    /// Adds text that counts.
    mutating func add(_ text: String) {
        bytes += text.utf8.count
        fingerprint = Fingerprint.of(text, seed: fingerprint)
    }

    /// Adds a picture, file or recording: it counts the same whatever its size.
    mutating func addAttachment(_ value: JSON) {
        bytes += Tokens.perAttachment * Tokens.bytesEach
        fingerprint = Fingerprint.of(value.encoded, seed: fingerprint)
    }
}
