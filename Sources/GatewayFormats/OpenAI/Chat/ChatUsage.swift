// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes the usage object of chat completions and completions. `OpenAIUsage` reads it.
enum ChatUsage {
    static func write(_ usage: Usage, _ json: inout JSONWriter) {
        json.object("usage") { json in
            json.member("prompt_tokens", usage.prompt)
            json.member("completion_tokens", usage.completion)
            json.member("total_tokens", usage.prompt + usage.completion)
            json.object("prompt_tokens_details") { json in
                json.member("cached_tokens", usage.cached)
                json.member("cache_write_tokens", usage.cacheWrite)
            }
            json.object("completion_tokens_details") { $0.member("reasoning_tokens", usage.reasoning) }
        }
    }
}
