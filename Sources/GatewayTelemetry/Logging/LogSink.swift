// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where log lines go: a file descriptor, written by a thread of its own. It gathers lines for 100 ms or 64 KiB, whichever
/// comes first.
package final class LogSink: Sendable {
    private let alarm = LogAlarm()
    private let queueLimit: Int
    private let shared: LogWriter.Shared
    /// Takes the lines of ordinary diagnostics.
    let diagnostics: LogQueue

    /// Writes to `descriptor`, which stays the caller's. `queueLimit` bounds the bytes that wait while the descriptor does
    /// not take them; as much again may be on its way.
    package init(descriptor: Int32 = STDOUT_FILENO, queueLimit: Int = 8 << 20) {
        self.queueLimit = queueLimit
        shared = LogWriter.Shared()
        diagnostics = LogQueue(limit: 256 << 10, alarm: alarm)
        shared.queues.withLock { $0.append(diagnostics) }
        LogWriter(descriptor: descriptor, alarm: alarm, shared: shared).start()
    }

    /// Lines that were not written: there was no room for them, or the descriptor refused them.
    package var droppedLines: UInt64 {
        let queues = shared.queues.withLock { $0 }
        return queues.reduce(shared.lost.load(ordering: .relaxed)) { $0 + $1.droppedLines }
    }

    /// Waits until all lines there are now have been written, but no longer than `milliseconds`. Tells whether they have.
    /// Blocks its thread: for the end of the process, not for a lane.
    @discardableResult
    package func flush(milliseconds: Int = 2_000) -> Bool {
        let done = DispatchSemaphore(value: 0)
        shared.waiting.withLock { $0.append(done) }
        alarm.hurry()
        return done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }

    /// Flushes, and ends the writer: lines that come later are never written.
    @discardableResult
    package func close(milliseconds: Int = 2_000) -> Bool {
        shared.isClosed.store(true, ordering: .sequentiallyConsistent)
        return flush(milliseconds: milliseconds)
    }

    /// A queue for one of `count` lanes, with its share of the room.
    func makeQueue(sharedBy count: Int) -> LogQueue {
        let queue = LogQueue(limit: queueLimit / max(count, 1), alarm: alarm)
        shared.queues.withLock { $0.append(queue) }
        return queue
    }
}
