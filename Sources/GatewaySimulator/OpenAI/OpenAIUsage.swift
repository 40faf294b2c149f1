// SPDX-License-Identifier: Apache-2.0

extension Exchange {
    /// What `replies` to `prompt` cost where the provider caches by itself.
    func openAICost(_ prompt: Prompt, _ replies: [Reply]) -> TokenCounts {
        let seen = memory.prompts.automatic(prompt.segments, scope: scope)
        return TokenCounts(
            prompt: prompt.tokens,
            completion: replies.reduce(0) { $0 + $1.tokens },
            cached: min(directives.cached ?? seen, prompt.tokens),
            reasoning: replies.reduce(0) { $0 + $1.reasoningTokens })
    }
}

extension TokenCounts {
    /// `usage` of chat completions, legacy completions and embeddings.
    var openAIUsage: JSON {
        [
            "prompt_tokens": .integer(prompt),
            "completion_tokens": .integer(completion),
            "total_tokens": .integer(prompt + completion),
            "prompt_tokens_details": ["cached_tokens": .integer(cached), "audio_tokens": 0],
            "completion_tokens_details": [
                "reasoning_tokens": .integer(reasoning),
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            ],
        ]
    }

    /// `usage` of responses.
    var responsesUsage: JSON {
        [
            "input_tokens": .integer(prompt),
            "input_tokens_details": ["cached_tokens": .integer(cached), "cache_write_tokens": .integer(cacheWrite)],
            "output_tokens": .integer(completion),
            "output_tokens_details": ["reasoning_tokens": .integer(reasoning)],
            "total_tokens": .integer(prompt + completion),
        ]
    }
}

/// Which models reason before they answer, and how much.
enum ReasoningModels {
    /// o1, o3, o4-mini, gpt-5 and later generations, with or without a vendor before the name.
    static func includes(_ model: String) -> Bool {
        let name = model.split(separator: "/").last ?? Substring(model)
        if name.hasPrefix("gpt-"), let generation = name.dropFirst(4).first?.wholeNumberValue { return generation >= 5 }
        return name.hasPrefix("o") && name.dropFirst().first?.isNumber == true
    }

    static let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    static func tokens(effort: String?) -> Int {
        switch effort {
        case "none": 0
        case "minimal": 16
        case "low": 32
        case "high": 128
        case "xhigh", "max": 256
        default: 64
        }
    }
}
