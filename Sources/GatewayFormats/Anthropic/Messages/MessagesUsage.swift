// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The `usage` objects of answers and streams, whose `input_tokens` leave the cache out. In a stream they are running
/// totals, told twice: what is told again replaces what was told before.
struct MessagesUsage {
    private var input = TokenCount.missing
    private var output = TokenCount.missing
    private var cacheRead = TokenCount.missing
    private var cacheWrite = TokenCount.missing
    private var cacheWriteHour = TokenCount.missing
    private var thinking = TokenCount.missing

    mutating func merge(_ usage: JSONValue) {
        Self.replace(&input, by: usage["input_tokens"])
        Self.replace(&output, by: usage["output_tokens"])
        Self.replace(&cacheRead, by: usage["cache_read_input_tokens"])
        Self.replace(&cacheWrite, by: usage["cache_creation_input_tokens"])
        Self.replace(&cacheWriteHour, by: usage["cache_creation"]?["ephemeral_1h_input_tokens"])
        Self.replace(&thinking, by: usage["output_tokens_details"]?["thinking_tokens"])
    }

    /// Takes the members that `merge` reads.
    static func take(from members: inout ObjectReader) {
        for name: StaticString in [
            "input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation",
            "output_tokens_details",
        ] { _ = members.value(name) }
    }

    private static func replace(_ count: inout TokenCount, by value: JSONValue?) {
        let told = TokenCount(value)
        if told != .missing { count = told }
    }

    /// The counts in the gateway's convention; nil unless input and output are told and can be true.
    var usage: Usage? {
        guard case .tokens(let input) = input, case .tokens(let output) = output else { return nil }
        // Three counts of at most 10¹² each: the sum cannot overflow.
        return Usage(
            prompt: input + cacheRead.orZero + cacheWrite.orZero, completion: output, cached: cacheRead.orZero,
            cacheWrite: cacheWrite.orZero, cacheWriteHour: cacheWriteHour.orZero, reasoning: thinking.orZero)
    }

    /// Writes the members of a `usage` object. The API's clients insist on counts, so nothing known is nothing used.
    static func write(_ usage: Usage?, _ json: inout JSONWriter) {
        let usage = usage ?? .zero
        json.member("input_tokens", usage.prompt - usage.cached - usage.cacheWrite)
        json.member("cache_creation_input_tokens", usage.cacheWrite)
        json.member("cache_read_input_tokens", usage.cached)
        if usage.cacheWriteHour > 0 {
            json.object("cache_creation") {
                $0.member("ephemeral_5m_input_tokens", usage.cacheWrite - usage.cacheWriteHour)
                $0.member("ephemeral_1h_input_tokens", usage.cacheWriteHour)
            }
        }
        json.member("output_tokens", usage.completion)
        if usage.reasoning > 0 {
            json.object("output_tokens_details") { $0.member("thinking_tokens", usage.reasoning) }
        }
    }
}
