// SPDX-License-Identifier: Apache-2.0

/// Tokens of one call, in one convention for all providers: the prompt includes what was read from and written to the
/// provider's cache; the completion includes reasoning.
///
/// Counts come from outside, so they are clamped to 0…10¹² when made: nothing downstream can overflow or go negative.
package struct Usage: Sendable, Hashable {
    /// All input tokens.
    package var prompt: Int64
    /// All output tokens.
    package var completion: Int64
    /// Input tokens read from the provider's cache.
    package var cached: Int64
    /// Input tokens written to the provider's cache.
    package var cacheWrite: Int64
    /// Of `cacheWrite`, those written to live for an hour.
    package var cacheWriteHour: Int64
    /// Output tokens spent on reasoning.
    package var reasoning: Int64

    /// The largest count believed.
    package static let ceiling: Int64 = 1_000_000_000_000

    package static let zero = Usage()

    package init(
        prompt: Int64 = 0, completion: Int64 = 0, cached: Int64 = 0, cacheWrite: Int64 = 0, cacheWriteHour: Int64 = 0,
        reasoning: Int64 = 0
    ) {
        func clamp(_ count: Int64, _ most: Int64 = Usage.ceiling) -> Int64 { min(max(count, 0), most) }
        self.prompt = clamp(prompt)
        self.completion = clamp(completion)
        self.cached = clamp(cached, self.prompt)
        self.cacheWrite = clamp(cacheWrite, self.prompt - self.cached)
        self.cacheWriteHour = clamp(cacheWriteHour, self.cacheWrite)
        self.reasoning = clamp(reasoning, self.completion)
    }
}

/// Where the counts of a settlement come from.
package enum UsageSource: String, Sendable {
    /// The provider's own answer.
    case provider
    /// Our estimate, because the provider gave none or the answer broke off before it came.
    case estimated
    /// The provider's own answer had counts that cannot be true. They were cut down to what can be, or estimated.
    case corrected
    /// Nothing was used: the call was refused or failed before a provider could have worked on it.
    case none

    /// Whether the counts are not simply what the provider said.
    package var isApproximate: Bool { self == .estimated || self == .corrected }
}
