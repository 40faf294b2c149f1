// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Stored responses, so that `previous_response_id` continues a conversation.
final class ResponseMemory: Sendable {
    /// What a later request needs of an earlier one.
    struct Turn: Sendable {
        var segments: [Segment]
        /// Calls that wait for their results.
        var pendingCalls: Set<String>
    }

    private static let capacity = 10_000
    private let turns = Mutex<[String: Turn]>([:])

    func store(_ turn: Turn, as id: String) {
        turns.withLock { turns in
            if turns.count >= Self.capacity, turns[id] == nil { turns.removeAll() }
            turns[id] = turn
        }
    }

    func turn(_ id: String) -> Turn? { turns.withLock { $0[id] } }

    /// Forgets everything.
    func clear() { turns.withLock { $0.removeAll() } }
}
