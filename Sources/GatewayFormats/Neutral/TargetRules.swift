// SPDX-License-Identifier: Apache-2.0

/// What a provider, or one model of it, takes and does not take. Data: templates and the configuration say it; writers obey.
package struct TargetRules: Sendable, Equatable {
    /// The field of an OpenAI-like chat request that limits the output.
    package enum OutputLimitField: String, Sendable, CaseIterable {
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
    }

    /// How the model is told how much to think.
    package enum ReasoningForm: String, Sendable, CaseIterable {
        /// Not at all: it would refuse.
        case none
        /// By effort (OpenAI's `reasoning_effort`, Gemini 3's levels).
        case effort
        /// By a number of tokens (Anthropic's and Gemini 2.5's budgets).
        case budget
        /// It decides itself, guided by an effort (newer Claude models).
        case adaptive
    }

    /// What a tool call's identifier may look like.
    package enum CallIDForm: String, Sendable, CaseIterable {
        case any
        /// Nine letters or digits (Mistral).
        case nineAlphanumeric = "nine_alphanumeric"
        /// Letters, digits, `_` and `-`, at most 64 (Anthropic, Bedrock).
        case word
    }

    /// How a chat request asks to cache what comes before a part.
    package enum CacheMarkForm: String, Sendable, CaseIterable {
        /// Not at all: the provider caches by itself, or never.
        case none
        /// Anthropic's `cache_control`, which gateways and some providers take in chat requests.
        case control = "cache_control"
        /// OpenAI's `prompt_cache_breakpoint`.
        case breakpoint = "prompt_cache_breakpoint"
    }

    /// The field of an OpenAI-like chat message that holds plain reasoning.
    package enum ReasoningField: String, Sendable, CaseIterable {
        case reasoningContent = "reasoning_content"
        case reasoning
    }

    package var outputLimitField: OutputLimitField = .maxCompletionTokens
    /// Sent where the dialect requires a limit and the client gave none.
    package var defaultOutputLimit: Int64 = 4096
    package var reasoning: ReasoningForm = .effort
    /// The efforts the model knows, where it is not all that its dialect has; empty for those.
    package var efforts: Set<ReasoningSetting.Effort> = []
    package var callIDs: CallIDForm = .any
    /// Whether the `developer` role is known.
    package var takesDeveloperRole = true
    /// Whether a JSON Schema for the answer is; else it is emulated or dropped as the dialect can.
    package var takesOutputSchema = true
    /// Whether instructions may stand in the middle of the conversation.
    package var takesLateInstructions = true
    /// Whether pictures may be given as a URL to fetch.
    package var takesMediaURLs = true
    /// Whether plain reasoning of earlier turns is wanted back (DeepSeek with tools).
    package var wantsReasoningBack = false
    package var reasoningField: ReasoningField = .reasoningContent
    /// Whose seals are taken back in a dialect that is not their issuer's: by a provider that hands them on to it.
    package var handsSealsTo: Set<Seal.Issuer> = []
    package var cacheMarks: CacheMarkForm = .none
    /// Whether text may come in several parts; else it is joined by line feeds.
    package var takesTextParts = true
    /// Fields of the provider's dialect that it refuses, by name: `temperature`, `parallel_tool_calls`.
    package var refusedFields: Set<String> = []
    /// What the provider calls top-level fields of its dialect instead: `seed` is `random_seed` at Mistral.
    package var renamedFields: [String: String] = [:]

    package init() {}

    /// The effort to ask for instead of `wanted`, of a dialect that has `all`: the next higher one the model knows, else its
    /// highest.
    package func effort(
        for wanted: ReasoningSetting.Effort, of all: Set<ReasoningSetting.Effort>
    ) -> ReasoningSetting.Effort {
        let known = efforts.isEmpty ? all : efforts.intersection(all)
        return known.filter { $0 >= wanted }.min() ?? known.max() ?? wanted
    }
}
