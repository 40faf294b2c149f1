// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// What an answer says about its tokens.
struct UsageReading: Sendable, Equatable {
    /// The counts, normalised; nil when the answer has none that can be believed.
    var usage: Usage?
    /// Whether a count was there that cannot be true: negative, not a whole number, above `Usage.ceiling`, or not in
    /// agreement with the total. An untrue prompt or completion makes the whole reading nil, so that the call is
    /// estimated; an untrue detail counts as zero.
    var flawed: Bool

    static let none = UsageReading(usage: nil, flawed: false)
    static let unbelievable = UsageReading(usage: nil, flawed: true)

    /// No token is longer than this many raw characters of JSON: the longest known are 128 white-space characters, which
    /// may be escaped.
    static let mostCharactersPerToken: Int64 = 512

    /// This reading, unless it claims fewer tokens than the delivered text can be made of.
    func checked(against deliveredCharacters: Int) -> UsageReading {
        guard let usage else { return self }
        let most = usage.completion.multipliedReportingOverflow(by: UsageReading.mostCharactersPerToken)
        if most.overflow || Int64(deliveredCharacters) <= most.partialValue { return self }
        return .unbelievable
    }
}

/// One count of a usage object.
enum TokenCount: Equatable {
    /// Absent or null.
    case missing
    case tokens(Int64)
    case unbelievable

    init(_ field: JSONField) {
        switch field.kind {
        case .absent, .null: self = .missing
        case .integer, .number:
            if let count = field.integer, (0...Usage.ceiling).contains(count) {
                self = .tokens(count)
            } else {
                self = .unbelievable
            }
        case .bool, .string, .object, .array: self = .unbelievable
        }
    }

    init(_ value: JSONValue?) {
        guard let value, !value.isNull else {
            self = .missing
            return
        }
        if let count = value.integer, (0...Usage.ceiling).contains(count) {
            self = .tokens(count)
        } else {
            self = .unbelievable
        }
    }

    /// The count, where nothing told is nothing used.
    var orZero: Int64 {
        if case .tokens(let count) = self { count } else { 0 }
    }
}
