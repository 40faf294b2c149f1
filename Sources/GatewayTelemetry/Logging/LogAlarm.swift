// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Wakes the log writer, seldom: once when lines begin to wait, and again only when it should not wait for more.
///
/// `announce` costs a system call at most once in each round of the writer: a round begins with `beginRound`, before the
/// queues are emptied, so that a line appended after its queue was emptied is announced again.
final class LogAlarm: Sendable {
    private let isAnnounced = Atomic<Bool>(false)
    private let work = DispatchSemaphore(value: 0)
    private let urgency = DispatchSemaphore(value: 0)

    /// There are lines.
    func announce() {
        if !isAnnounced.exchange(true, ordering: .acquiringAndReleasing) { work.signal() }
    }

    /// There is much, or somebody waits for it.
    func hurry() {
        announce()
        urgency.signal()
    }

    /// Waits until there are lines, then until `milliseconds` have passed for more to come, unless it is urgent.
    func waitForRound(gathering milliseconds: Int) {
        work.wait()
        _ = urgency.wait(timeout: .now() + .milliseconds(milliseconds))
        // What was urgent until now is served by this round.
        while urgency.wait(timeout: .now()) == .success {}
        isAnnounced.store(false, ordering: .sequentiallyConsistent)
    }
}
