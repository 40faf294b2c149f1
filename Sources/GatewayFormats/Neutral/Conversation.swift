// SPDX-License-Identifier: Apache-2.0

/// A request to a model in no dialect's terms: what every translation must keep. A reader makes one from a client's body, a
/// writer makes a provider's body of it.
///
/// Strings and numbers stay as they were written (`JSONString`, `JSONFragment`), so translating a conversation copies its
/// text once and decodes none of it. What a dialect has that is not named here is carried in `extras`.
package struct Conversation: Sendable, Equatable {
    /// The model, as the next reader is to see it.
    package var model: JSONString
    /// What stands before the conversation: system and developer text, in order.
    package var instructions: [Instruction]
    package var turns: [Turn]
    package var tools: [Tool]
    package var toolChoice: ToolChoice?
    /// Whether the model may call several tools at once; nil leaves it to the provider.
    package var allowsParallelCalls: Bool?
    /// The most tokens to generate, reasoning included where the dialect counts so.
    package var maxOutputTokens: Int64?
    package var sampling: Sampling
    /// The form the answer must have; nil is text.
    package var output: OutputForm?
    package var reasoning: ReasoningSetting?
    /// Whether the answer is to be streamed.
    package var streams: Bool
    /// The caller's own customer, as an opaque identifier.
    package var endUser: JSONString?
    /// Labels of the caller's: an object of strings.
    package var metadata: JSONFragment?
    package var serviceTier: JSONString?
    /// A mark that asks to cache everything so far, in dialects that have one for the whole request.
    package var cacheMark: CacheMark?
    package var extras: Extras

    package init(model: JSONString, turns: [Turn] = [], extras: Extras) {
        self.model = model
        self.turns = turns
        self.extras = extras
        instructions = []
        tools = []
        sampling = Sampling()
        streams = false
    }
}

/// Text that tells the model how to behave.
package struct Instruction: Sendable, Equatable {
    /// Who speaks.
    package enum Role: Sendable, Equatable {
        case system
        /// OpenAI's word for it at newer models.
        case developer
    }

    package var role: Role
    /// Nearly always text.
    package var parts: [Part]
    package var extras: Extras

    package init(_ role: Role, _ parts: [Part], extras: Extras) {
        self.role = role
        self.parts = parts
        self.extras = extras
    }
}

/// One message of the conversation.
package struct Turn: Sendable, Equatable {
    /// Who speaks.
    package enum Role: Sendable, Equatable {
        case user
        case assistant
        /// The results of tool calls, and nothing else. Dialects that put results into user messages merge these with the
        /// user's turn that follows; their readers take them apart again.
        case tool
        /// Instructions in the middle of a conversation.
        case instruction(Instruction.Role)
    }

    package var role: Role
    /// In the order the dialect gives them: reasoning before the text and calls that it led to.
    package var parts: [Part]
    /// Tells participants of one role apart.
    package var name: JSONString?
    package var extras: Extras

    package init(_ role: Role, _ parts: [Part], name: JSONString? = nil, extras: Extras) {
        self.role = role
        self.parts = parts
        self.name = name
        self.extras = extras
    }
}

/// How the next token is chosen. Numbers are kept as they were written.
package struct Sampling: Sendable, Equatable {
    package var temperature: JSONFragment?
    package var topP: JSONFragment?
    package var topK: JSONFragment?
    package var seed: JSONFragment?
    package var presencePenalty: JSONFragment?
    package var frequencyPenalty: JSONFragment?
    /// Texts before which generation ends.
    package var stop: [JSONString] = []
    /// How many answers to give; nil is one.
    package var choices: Int64?
    /// Whether the probabilities of the chosen tokens are wanted, and of how many alternatives.
    package var logprobs: Bool?
    package var topLogprobs: Int64?
    /// An object from token to bias.
    package var logitBias: JSONFragment?

    package init() {}
}

/// The form an answer must have.
package enum OutputForm: Sendable, Equatable {
    case text
    /// Any JSON object.
    case jsonObject
    case schema(OutputSchema)
}

/// A JSON Schema that an answer must fulfil.
package struct OutputSchema: Sendable, Equatable {
    package var name: JSONString?
    package var description: JSONString?
    package var schema: JSONFragment
    package var strict: Bool?

    package init(name: JSONString? = nil, description: JSONString? = nil, schema: JSONFragment, strict: Bool? = nil) {
        self.name = name
        self.description = description
        self.schema = schema
        self.strict = strict
    }
}

/// How much the model thinks before it answers. Dialects say it with an effort, a budget, or a switch.
package struct ReasoningSetting: Sendable, Equatable {
    /// From `none` to `max` (providers.md §1.5).
    package enum Effort: String, Sendable, CaseIterable, Comparable {
        case none, minimal, low, medium, high, xhigh, max

        package static func < (left: Effort, right: Effort) -> Bool {
            guard let left = allCases.firstIndex(of: left), let right = allCases.firstIndex(of: right) else {
                return false
            }
            return left < right
        }
    }

    package var effort: Effort?
    /// Tokens to think with at most.
    package var budget: Int64?
    /// Whether the model itself decides how much to think (Anthropic's `adaptive`, Gemini's budget of -1).
    package var isAdaptive: Bool
    /// Whether what it thought is to be shown: nil leaves it to the provider. The text names the form, such as `auto` or
    /// `detailed`, in dialects that have several.
    package var shown: JSONString?

    package init(effort: Effort? = nil, budget: Int64? = nil, isAdaptive: Bool = false, shown: JSONString? = nil) {
        self.effort = effort
        self.budget = budget
        self.isAdaptive = isAdaptive
        self.shown = shown
    }
}
