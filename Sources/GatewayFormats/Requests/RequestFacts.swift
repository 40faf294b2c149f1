// SPDX-License-Identifier: Apache-2.0

/// What policy needs from a request body. Everything else stays untouched bytes.
package struct RequestFacts: Equatable, Sendable {
    /// The model as the client named it.
    package var model: String
    /// Its raw token, quotes included.
    package var modelRange: Range<Int>
    /// Whether the client asked for an event stream.
    package var streams: Bool
    /// Whether the client itself asked for the usage of a stream: `stream_options.include_usage` is true.
    package var wantsStreamUsage: Bool
    /// The most output tokens of one choice that the client allows. Of several fields that say so the largest, because it
    /// is the provider's business which of them counts.
    package var maxOutputTokens: Int64?
    /// How many completions are asked for: `n` or `best_of`, times the number of prompts where there is a list of them.
    package var choices: Int64
    /// An estimate of the input tokens, at least 1: docs/metering.md says of what, and how far off it can be.
    package var estimatedPrompt: Int64
    /// Where the request for stream usage goes, should it have to be added.
    var usageOption: UsageOption

    /// What the body says about `stream_options.include_usage`.
    enum UsageOption: Equatable, Sendable {
        /// No `stream_options`; one can be inserted at `offset`, before another member of the body.
        case absent(offset: Int)
        /// `stream_options` is null.
        case null(Range<Int>)
        /// `stream_options` is an object without `include_usage`, which can be inserted at `offset`.
        case unsaid(offset: Int, objectIsEmpty: Bool)
        /// `include_usage` is false or null.
        case off(Range<Int>)
        case on
    }
}
