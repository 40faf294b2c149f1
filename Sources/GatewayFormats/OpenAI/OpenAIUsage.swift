// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The `usage` object of OpenAI's endpoints. Its prompt includes cached tokens and its completion reasoning, as ours do.
///
/// Compatible servers differ: some leave reasoning out of the completion and have it in the total alone or in neither, some
/// give the total and only one of its parts. So a total above the sum of its parts is taken as true, and the rest as
/// completion; reasoning above the completion is not part of it. A total below the sum is ignored: the parts are what
/// providers bill. Tokens read from the cache stand in the details, or beside them under the names of DeepSeek and Mistral.
struct OpenAIUsage {
    /// How the object calls its counts.
    enum Naming {
        /// `prompt_tokens` and `completion_tokens`.
        case completions
        /// `input_tokens` and `output_tokens`.
        case responses
    }

    /// The paths to read, the object at `usage` first.
    static func paths(at usage: String, naming: Naming) -> [String] {
        let (input, output) = naming == .responses ? ("input", "output") : ("prompt", "completion")
        return [
            usage, "\(usage).\(input)_tokens", "\(usage).\(output)_tokens", "\(usage).total_tokens",
            "\(usage).\(input)_tokens_details.cached_tokens", "\(usage).\(input)_tokens_details.cache_write_tokens",
            "\(usage).\(output)_tokens_details.reasoning_tokens", "\(usage).prompt_cache_hit_tokens",
            "\(usage).num_cached_tokens",
        ]
    }

    /// Reads the paths whose first has index `first`. `generates` is false for endpoints whose answers are not tokens.
    static func read(_ fields: JSONFields, from first: Int, generates: Bool = true) -> UsageReading {
        switch fields[first].kind {
        case .absent, .null: .none
        case .object: OpenAIUsage(fields, from: first).reading(generates: generates)
        case .bool, .integer, .number, .string, .array: .unbelievable
        }
    }

    /// The same of an object in a tree; nil where it says nothing that can be believed.
    static func read(_ usage: JSONValue?, naming: Naming) -> Usage? {
        guard let usage, usage.kind == .object else { return nil }
        return OpenAIUsage(usage, naming).reading(generates: true).usage
    }

    private let prompt, completion, total, cached, cacheWrite, reasoning: TokenCount

    private init(_ fields: JSONFields, from first: Int) {
        prompt = TokenCount(fields[first + 1])
        completion = TokenCount(fields[first + 2])
        total = TokenCount(fields[first + 3])
        cached = TokenCount(fields[first + 4]).or(TokenCount(fields[first + 7])).or(TokenCount(fields[first + 8]))
        cacheWrite = TokenCount(fields[first + 5])
        reasoning = TokenCount(fields[first + 6])
    }

    private init(_ usage: JSONValue, _ naming: Naming) {
        let isResponses = naming == .responses
        let input = usage[isResponses ? "input_tokens_details" : "prompt_tokens_details"]
        let output = usage[isResponses ? "output_tokens_details" : "completion_tokens_details"]
        prompt = TokenCount(usage[isResponses ? "input_tokens" : "prompt_tokens"])
        completion = TokenCount(usage[isResponses ? "output_tokens" : "completion_tokens"])
        total = TokenCount(usage["total_tokens"])
        // DeepSeek and Mistral have names of their own, the first besides OpenAI's.
        cached = TokenCount(
            input?["cached_tokens"] ?? usage["prompt_cache_hit_tokens"] ?? usage["num_cached_tokens"])
        cacheWrite = TokenCount(input?["cache_write_tokens"])
        reasoning = TokenCount(output?["reasoning_tokens"])
    }

    private func reading(generates: Bool) -> UsageReading {
        guard let parts = parts(generates: generates) else { return .unbelievable }
        var isWhole = ![total, cached, cacheWrite, reasoning].contains(.unbelievable)
        var completion = parts.completion
        if case .tokens(let total) = total {
            let missing = total - parts.prompt - completion
            if missing != 0 { isWhole = isWhole && missing == reasoning.orZero }
            completion += max(missing, 0)
        }
        if reasoning.orZero > completion {
            isWhole = false
            completion += reasoning.orZero
        }
        isWhole = isWhole && cached.orZero + cacheWrite.orZero <= parts.prompt
        let usage = Usage(
            prompt: parts.prompt, completion: completion, cached: cached.orZero, cacheWrite: cacheWrite.orZero,
            reasoning: reasoning.orZero)
        return isWhole ? .told(usage) : .corrected(usage)
    }

    /// Prompt and completion, one of them from the total if need be; nil when they cannot be known.
    private func parts(generates: Bool) -> (prompt: Int64, completion: Int64)? {
        switch (prompt, completion, total) {
        case (.tokens(let prompt), .tokens(let completion), _): (prompt, completion)
        case (.tokens(let prompt), .missing, .tokens(let total)): (prompt, max(total - prompt, 0))
        case (.missing, .tokens(let completion), .tokens(let total)): (max(total - completion, 0), completion)
        case (.tokens(let prompt), .missing, _) where !generates: (prompt, 0)
        case (.missing, .missing, .tokens(let total)) where !generates: (total, 0)
        default: nil
        }
    }
}
