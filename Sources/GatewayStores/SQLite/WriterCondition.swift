// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the background writer has run into and not got over yet, for whoever asks.
final class WriterCondition: Sendable {
    /// What the writer does; each fails and recovers by itself.
    enum Duty: Int, CaseIterable {
        case ingest, syncJournal, watchKeys, recoverJournals
    }

    private struct State {
        var failures: [Duty: String] = [:]
        var damagedSegments = 0
    }

    private let state = Mutex(State())

    var lastError: String? {
        state.withLock { state in Duty.allCases.compactMap { state.failures[$0] }.first }
    }

    var damagedSegments: Int { state.withLock { $0.damagedSegments } }

    /// Remembers a failure, and says whether it is the first since the duty was last done.
    func fail(_ duty: Duty, _ message: String) -> Bool {
        state.withLock { $0.failures.updateValue(message, forKey: duty) == nil }
    }

    /// Says whether the duty had failed before.
    func succeed(_ duty: Duty) -> Bool {
        state.withLock { $0.failures.removeValue(forKey: duty) != nil }
    }

    func countDamagedSegment() { state.withLock { $0.damagedSegments += 1 } }
}
