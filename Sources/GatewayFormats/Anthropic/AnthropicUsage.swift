// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The `usage` objects of Anthropic's Messages API. `input_tokens` leaves the cache out, which our prompt includes;
/// `output_tokens` includes thinking.
///
/// A stream tells usage twice, in `message_start` and `message_delta`. The counts are running totals: each field that is
/// told again replaces what was told before, and nothing is added up.
struct AnthropicUsage {
    /// The paths to read, the object at `usage` first.
    static func paths(at usage: String) -> [String] {
        [
            usage, "\(usage).input_tokens", "\(usage).output_tokens", "\(usage).cache_read_input_tokens",
            "\(usage).cache_creation_input_tokens", "\(usage).cache_creation.ephemeral_1h_input_tokens",
            "\(usage).output_tokens_details.thinking_tokens",
        ]
    }

    private var input = TokenCount.missing
    private var output = TokenCount.missing
    private var cacheRead = TokenCount.missing
    private var cacheCreation = TokenCount.missing
    private var cacheHour = TokenCount.missing
    private var thinking = TokenCount.missing
    private var isTold = false

    /// Takes over what the paths whose first has index `first` tell; whether they tell anything.
    @discardableResult
    mutating func merge(_ fields: JSONFields, from first: Int) -> Bool {
        guard fields[first].kind != .absent, fields[first].kind != .null else { return false }
        isTold = true
        Self.replace(&input, by: fields[first + 1])
        Self.replace(&output, by: fields[first + 2])
        Self.replace(&cacheRead, by: fields[first + 3])
        Self.replace(&cacheCreation, by: fields[first + 4])
        Self.replace(&cacheHour, by: fields[first + 5])
        Self.replace(&thinking, by: fields[first + 6])
        return true
    }

    private static func replace(_ count: inout TokenCount, by field: JSONField) {
        let told = TokenCount(field)
        if told != .missing { count = told }
    }

    /// The normalised counts: nil unless both input and output were told.
    var reading: UsageReading {
        guard isTold else { return .none }
        guard let prompt, case .tokens(let output) = output else { return .unbelievable }
        let usage = Usage(
            prompt: prompt, completion: output, cached: cacheRead.orZero, cacheWrite: cacheCreation.orZero,
            cacheWriteHour: cacheHour.orZero, reasoning: thinking.orZero)
        return UsageReading(
            usage: usage, flawed: [cacheRead, cacheCreation, cacheHour, thinking].contains(.unbelievable))
    }

    /// All input tokens, if they were told.
    var prompt: Int64? {
        guard case .tokens(let input) = input else { return nil }
        // Three counts of at most 10¹² each: the sum cannot overflow.
        return input + cacheRead.orZero + cacheCreation.orZero
    }

    /// The usage of a stream that broke off: the input as told, and `completion` for what came out; nil when the input is
    /// not known.
    func interrupted(completion: Int64) -> Usage? {
        prompt.map {
            Usage(
                prompt: $0, completion: completion, cached: cacheRead.orZero, cacheWrite: cacheCreation.orZero,
                cacheWriteHour: cacheHour.orZero)
        }
    }
}
