// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The segments of one lane, in the order it writes them, on their way from the lane to the background writer.
final class Chain: Sendable {
    let number: UInt32
    /// Open reservations of the lane, for reports.
    let openCalls = Atomic<Int>(0)
    private let started = Mutex<[Segment]>([])

    init(number: UInt32) { self.number = number }

    /// Called by the lane when it starts on `segment`: once in a thousand calls or so.
    func append(_ segment: Segment) {
        started.withLock { $0.append(segment) }
    }

    /// Whether there are segments that `takeStarted` has not given yet: the lane is filling the journal quickly.
    var hasStarted: Bool { started.withLock { !$0.isEmpty } }

    /// The segments started since the last call.
    func takeStarted() -> [Segment] {
        started.withLock { segments in
            defer { segments = [] }
            return segments
        }
    }
}
