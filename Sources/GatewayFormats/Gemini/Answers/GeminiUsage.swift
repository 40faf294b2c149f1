// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// `usageMetadata`. What Google counts apart is part of our counts: the results of its own tools of the prompt, thoughts of
/// the completion. What was read from the cache is part of the prompt in both.
enum GeminiUsage {
    /// The counts. What else is said goes to `extras`, as `usageMetadata.…`.
    static func read(_ value: JSONValue, keeping extras: inout Extras) throws(FormatFault) -> Usage {
        var object = try GeminiObject(value)
        func count(_ name: StaticString, _ snake: StaticString) throws(FormatFault) -> Int64 {
            min(max(try object.integer(name, snake) ?? 0, 0), Usage.ceiling)
        }
        let prompt =
            try count("promptTokenCount", "prompt_token_count")
            + count("toolUsePromptTokenCount", "tool_use_prompt_token_count")
        let thoughts = try count("thoughtsTokenCount", "thoughts_token_count")
        let candidates = try count("candidatesTokenCount", "candidates_token_count")
        let total = try count("totalTokenCount", "total_token_count")
        let cached = try count("cachedContentTokenCount", "cached_content_token_count")
        object.keepRest(in: &extras, under: "usageMetadata.")
        // Where the parts do not make up the total, it is thoughts that are missing among them.
        let completion = max(candidates + thoughts, total - prompt)
        return Usage(prompt: prompt, completion: completion, cached: cached, reasoning: completion - candidates)
    }

    static func write(_ usage: Usage, _ extras: Extras, _ json: inout JSONWriter) {
        json.object("usageMetadata") { json in
            json.member("promptTokenCount", usage.prompt)
            if usage.cached > 0 { json.member("cachedContentTokenCount", usage.cached) }
            json.member("candidatesTokenCount", usage.completion - usage.reasoning)
            if usage.reasoning > 0 { json.member("thoughtsTokenCount", usage.reasoning) }
            json.member("totalTokenCount", usage.prompt + usage.completion)
            json.writeOwn(extras, inside: "usageMetadata")
        }
    }
}
