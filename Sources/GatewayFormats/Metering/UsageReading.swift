// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// What an answer says about its tokens.
package enum UsageReading: Sendable, Equatable {
    /// Nothing.
    case none
    /// Counts that can be true, in one convention for all providers.
    case told(Usage)
    /// Counts of which some cannot be true: negative, not a whole number, above `Usage.ceiling`, a part larger than what
    /// it is part of, or not in agreement with the total. What could be used of them, cut down to what can be true.
    case corrected(Usage)
    /// Counts that cannot be true, and of which nothing can be used.
    case unbelievable

    /// No token is longer than this many raw characters of JSON: the longest known are 128 white-space characters, which
    /// may be escaped.
    static let mostCharactersPerToken: Int64 = 512

    /// The counts, if any can be used.
    package var usage: Usage? {
        switch self {
        case .told(let usage), .corrected(let usage): usage
        case .none, .unbelievable: nil
        }
    }

    /// This reading, unless it claims fewer tokens than the delivered text can be made of.
    func checked(against deliveredCharacters: Int) -> UsageReading {
        guard let usage else { return self }
        let most = usage.completion.multipliedReportingOverflow(by: UsageReading.mostCharactersPerToken)
        if most.overflow || Int64(deliveredCharacters) <= most.partialValue { return self }
        return .unbelievable
    }

    /// What a call is billed that has ended with this reading: what was told where it can be used, else `estimate`.
    package func metered(orElse estimate: @autoclosure () -> Usage) -> MeteredUsage {
        switch self {
        case .none: MeteredUsage(usage: estimate(), source: .estimated)
        case .told(let usage): MeteredUsage(usage: usage, source: .provider)
        case .corrected(let usage): MeteredUsage(usage: usage, source: .corrected)
        case .unbelievable: MeteredUsage(usage: estimate(), source: .corrected)
        }
    }
}

/// The tokens that a call is billed, and who counted them.
package struct MeteredUsage: Equatable, Sendable {
    package var usage: Usage
    package var source: UsageSource

    package init(usage: Usage, source: UsageSource) {
        self.usage = usage
        self.source = source
    }

    /// Nothing was used.
    package static let nothing = MeteredUsage(usage: .zero, source: .none)
}
