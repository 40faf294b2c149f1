// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Tells changes that another process made to the keys from our own.
final class KeyChanges: Sendable {
    private let seen: Mutex<Int64>
    private let notify: @Sendable () -> Void

    init(seen generation: Int64, notify: @escaping @Sendable () -> Void) {
        seen = Mutex(generation)
        self.notify = notify
    }

    /// A change of ours took the count from `before` to `before + 1`.
    func madeChange(after before: Int64) {
        observe(before)
        seen.withLock { $0 = max($0, before + 1) }
    }

    /// The count is `generation` now: if it is more than we know of, somebody else changed a key.
    func observe(_ generation: Int64) {
        let isNews = seen.withLock { seen in
            defer { seen = max(seen, generation) }
            return generation > seen
        }
        if isNews { notify() }
    }
}
