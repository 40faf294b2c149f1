// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

// The byte that stands for each case in a journal. A code is never reused or changed: a journal may be read by a newer
// version of the gateway than wrote it.

/// An enumeration that journals write as one byte.
protocol JournalCoded {
    static var allJournalled: [Self] { get }
    var journalCode: UInt8 { get }
}

extension JournalCoded {
    /// The case that `code` stands for.
    static func journalled(_ code: UInt8) throws(MalformedPayload) -> Self {
        guard let match = allJournalled.first(where: { $0.journalCode == code }) else { throw MalformedPayload() }
        return match
    }
}

extension Endpoint: JournalCoded {
    static let allJournalled = allCases

    var journalCode: UInt8 {
        switch self {
        case .chatCompletions: 1
        case .completions: 2
        case .embeddings: 3
        case .responses: 4
        case .messages: 5
        case .countTokens: 6
        }
    }
}

extension Ending: JournalCoded {
    static let allJournalled = allCases

    var journalCode: UInt8 {
        switch self {
        case .complete: 1
        case .refused: 2
        case .providerError: 3
        case .providerFailed: 4
        case .timedOut: 5
        case .clientGone: 6
        case .shutDown: 7
        case .interrupted: 8
        }
    }
}

extension UsageSource: JournalCoded {
    static let allJournalled: [UsageSource] = [.none, .provider, .estimated, .corrected]

    var journalCode: UInt8 {
        switch self {
        case .none: 1
        case .provider: 2
        case .estimated: 3
        case .corrected: 4
        }
    }
}
