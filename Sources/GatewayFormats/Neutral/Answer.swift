// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// A model's whole answer in no dialect's terms.
package struct Answer: Sendable, Equatable {
    package var id: JSONString
    package var model: JSONString
    /// Seconds since 1970; nil where the dialect does not say.
    package var created: Int64?
    /// One, unless several were asked for.
    package var choices: [Choice]
    package var usage: Usage?
    package var serviceTier: JSONString?
    package var extras: Extras

    /// One of the answers that were asked for.
    package struct Choice: Sendable, Equatable {
        /// Counted from 0.
        package var index: Int
        package var parts: [Part]
        package var stop: Stop
        package var logprobs: JSONFragment?
        package var extras: Extras

        package init(index: Int = 0, _ parts: [Part], _ stop: Stop, logprobs: JSONFragment? = nil, extras: Extras) {
            self.index = index
            self.parts = parts
            self.stop = stop
            self.logprobs = logprobs
            self.extras = extras
        }
    }

    package init(
        id: JSONString, model: JSONString, created: Int64? = nil, choices: [Choice], usage: Usage?,
        serviceTier: JSONString? = nil, extras: Extras
    ) {
        self.id = id
        self.model = model
        self.created = created
        self.choices = choices
        self.usage = usage
        self.serviceTier = serviceTier
        self.extras = extras
    }
}

/// Why a model stopped.
package struct Stop: Sendable, Equatable {
    /// What made it stop.
    package enum Reason: String, Sendable, CaseIterable {
        /// It had said what it had to say.
        case finished
        /// It came to one of the stop strings.
        case stopString
        /// A limit cut it short, even when calls had begun.
        case length
        /// It waits for the results of calls.
        case toolCalls
        case contentFilter
        /// It is to be asked to go on with the same turn (Anthropic's `pause_turn`).
        case paused
        /// It failed without saying anything usable.
        case failed
    }

    package var reason: Reason
    /// The provider's own word.
    package var native: JSONString?
    /// The stop string that was met, where the provider says which.
    package var matched: JSONString?
    /// What else its dialect says about it, such as the category of a refusal.
    package var extras: Extras?

    package init(_ reason: Reason, native: JSONString? = nil, matched: JSONString? = nil, extras: Extras? = nil) {
        self.reason = reason
        self.native = native
        self.matched = matched
        self.extras = extras
    }
}
