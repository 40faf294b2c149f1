// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts requests by their directives, for `every` and `times`.
final class FaultCounter: Sendable {
    private static let capacity = 10_000
    private let counts = Mutex<[String: Int]>([:])

    /// Counts one request more; gives its directives back, or none when they spare it.
    func admit(_ directives: Directives) -> Directives {
        if directives.frequency == .always { return directives }
        let count = counts.withLock { counts in
            if counts.count >= Self.capacity, counts[directives.text] == nil { counts.removeAll() }
            counts[directives.text, default: 0] += 1
            return counts[directives.text, default: 0]
        }
        return directives.hits(count) ? directives : .none
    }

    /// Counts from zero again.
    func clear() { counts.withLock { $0.removeAll() } }
}
