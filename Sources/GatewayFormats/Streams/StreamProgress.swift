// SPDX-License-Identifier: Apache-2.0

/// What is known of a stream so far, in every dialect.
struct StreamProgress {
    /// How far the stream is.
    enum Phase {
        case open
        /// The event that ends it properly was seen.
        case complete
        /// The provider reported an error, or sent what is none of its dialect's events.
        case failed
    }

    var phase = Phase.open
    /// The tokens of the whole answer, as the provider told them.
    var reading = UsageReading.none
    /// The tokens so far, as told before there was anything to say of the whole: running totals, the latest of them.
    var partial = UsageReading.none
    var deliveredCharacters = 0
    /// Whether a reason for the end of the generation was seen.
    var sawFinish = false
    var model: String?

    /// Notes the model, if `field` is the first to tell it.
    mutating func note(model field: JSONField, in bytes: UnsafeRawBufferPointer) {
        guard model == nil, field.kind == .string else { return }
        model = JSONText.decode(field.range, in: bytes)
    }
}

/// What became of one event.
package enum StreamVerdict: Equatable, Sendable {
    case forward
    /// A chunk that holds usage alone, which the client did not ask for.
    case hide
    /// The provider's own in-band error: to be forwarded, but the stream has failed and never counts as complete.
    case providerError
    /// Nothing the dialect knows, for the reason given: must not be forwarded; the stream has failed.
    case broken(String)
    /// An event after the one that ended the stream, or after its failure: to be dropped.
    case afterEnd
}
