// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Everything that was served, in order: what tests of billing compare a ledger with.
///
/// Bounded: the oldest entries go first, and of the bodies it keeps the newest.
final class Journal: Sendable {
    private struct State {
        var entries: [JournalEntry] = []
        /// Sequence number of the first entry kept.
        var first = 1
        var next = 1
        var bodyBytes = 0
        /// Bodies of entries before this sequence number have been dropped.
        var firstWithBody = 1
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let bodyCapacity: Int

    /// Keeps at most `capacity` entries and `bodyCapacity` bytes of bodies.
    init(capacity: Int, bodyCapacity: Int) {
        self.capacity = max(1, capacity)
        self.bodyCapacity = bodyCapacity
    }

    /// Writes down a request; gives its sequence number.
    func open(_ opening: JournalEntry.Opening) -> Int {
        state.withLock { state in
            let sequence = state.next
            state.next += 1
            state.entries.append(JournalEntry(sequence: sequence, opening: opening))
            state.bodyBytes += opening.body?.utf8.count ?? 0
            shrink(&state)
            return sequence
        }
    }

    /// Adds what the body says.
    func note(_ sequence: Int, _ reading: JournalEntry.Reading) {
        update(sequence) { $0.reading = reading }
    }

    /// Adds how it ended.
    func close(_ sequence: Int, _ closing: JournalEntry.Closing) {
        update(sequence) { $0.closing = closing }
    }

    /// The entries after `sequence`, in order.
    func entries(after sequence: Int) -> [JournalEntry] {
        state.withLock { state in
            Array(state.entries.dropFirst(max(0, sequence - state.first + 1)))
        }
    }

    /// Forgets the entries; the numbers go on.
    func clear() {
        state.withLock { state in
            state.entries.removeAll()
            state.first = state.next
            state.firstWithBody = state.next
            state.bodyBytes = 0
        }
    }

    private func update(_ sequence: Int, _ change: (inout JournalEntry) -> Void) {
        state.withLock { state in
            let index = sequence - state.first
            if state.entries.indices.contains(index) { change(&state.entries[index]) }
        }
    }

    /// Drops a quarter of the entries at a time, so that dropping costs little for each request.
    private func shrink(_ state: inout State) {
        while state.bodyBytes > bodyCapacity, state.firstWithBody < state.next {
            let index = state.firstWithBody - state.first
            state.bodyBytes -= state.entries[index].opening.body?.utf8.count ?? 0
            state.entries[index].opening.body = nil
            state.firstWithBody += 1
        }
        guard state.entries.count > capacity else { return }
        let dropped = max(1, capacity / 4)
        for entry in state.entries.prefix(dropped) { state.bodyBytes -= entry.opening.body?.utf8.count ?? 0 }
        state.entries.removeFirst(dropped)
        state.first += dropped
        state.firstWithBody = max(state.firstWithBody, state.first)
    }
}
