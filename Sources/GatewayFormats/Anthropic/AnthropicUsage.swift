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

    /// Takes over what the paths whose first has index `first` tell; whether they tell the output.
    @discardableResult
    mutating func merge(_ fields: JSONFields, from first: Int) -> Bool {
        guard fields[first].isTold else { return false }
        isTold = true
        input = TokenCount(fields[first + 1]).or(input)
        cacheRead = TokenCount(fields[first + 3]).or(cacheRead)
        cacheCreation = TokenCount(fields[first + 4]).or(cacheCreation)
        cacheHour = TokenCount(fields[first + 5]).or(cacheHour)
        thinking = TokenCount(fields[first + 6]).or(thinking)
        let told = TokenCount(fields[first + 2])
        output = told.or(output)
        return told != .missing
    }

    /// The counts as an answer that has ended tells them: input and output must be among them.
    var reading: UsageReading {
        guard isTold else { return .none }
        guard case .tokens(let output) = output, let usage = usage(output: output) else { return .unbelievable }
        let isWhole =
            ![cacheRead, cacheCreation, cacheHour, thinking].contains(.unbelievable)
            && cacheHour.orZero <= cacheCreation.orZero && thinking.orZero <= output
        return isWhole ? .told(usage) : .corrected(usage)
    }

    /// The counts as far as a stream that has not ended has told them; none when the input is not among them.
    var partial: UsageReading { usage(output: output.orZero).map(UsageReading.told) ?? .none }

    private func usage(output: Int64) -> Usage? {
        guard case .tokens(let input) = input else { return nil }
        return Usage(
            // Three counts of at most 10¹² each: the sum cannot overflow.
            prompt: input + cacheRead.orZero + cacheCreation.orZero, completion: output, cached: cacheRead.orZero,
            cacheWrite: cacheCreation.orZero, cacheWriteHour: cacheHour.orZero, reasoning: thinking.orZero)
    }
}
