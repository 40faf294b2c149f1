// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// The thread that writes the log. The only one to touch the descriptor, and the only one that may block on it.
final class LogWriter {
    /// What the thread and its sink both see.
    final class Shared: Sendable {
        let queues = Mutex<[LogQueue]>([])
        /// Signalled when all that was queued before has been written.
        let waiting = Mutex<[DispatchSemaphore]>([])
        let isClosed = Atomic<Bool>(false)
        /// Lines that the descriptor did not take.
        let lost = Atomic<UInt64>(0)
    }

    /// How long lines are gathered before they are written.
    private static let interval = 100
    /// Memory kept for the next round; more than that, grown while the descriptor was blocked, is given back.
    private static let keptCapacity = 256 << 10

    private let descriptor: Int32
    private let alarm: LogAlarm
    private let shared: Shared
    private var batch: [UInt8] = []
    /// Whether the last line came out without its end, because the descriptor failed in the middle of it.
    private var isMidLine = false

    init(descriptor: Int32, alarm: LogAlarm, shared: Shared) {
        self.descriptor = descriptor
        self.alarm = alarm
        self.shared = shared
    }

    /// Hands the writer over to a thread, which lives until the sink is closed.
    consuming func start() {
        // Safe: `start` consumes the only reference, so from here on the thread alone uses the writer.
        nonisolated(unsafe) let writer = self
        let thread = Thread { writer.run() }
        thread.name = "sluice-log"
        thread.start()
    }

    private func run() {
        ignoreBrokenPipes()
        while true {
            alarm.waitForRound(gathering: LogWriter.interval)
            let isLast = shared.isClosed.load(ordering: .sequentiallyConsistent)
            let waiting = shared.waiting.withLock { all in
                defer { all = [] }
                return all
            }
            for queue in shared.queues.withLock({ $0 }) { drain(queue) }
            for semaphore in waiting { semaphore.signal() }
            if isLast { return }
        }
    }

    /// A reader of our standard output that ends must not end us. The signal goes to the thread that writes, so blocking
    /// it here is enough.
    private func ignoreBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private func drain(_ queue: LogQueue) {
        if batch.capacity > LogWriter.keptCapacity { batch = [] }
        batch.removeAll(keepingCapacity: true)
        queue.take(into: &batch)
        guard !batch.isEmpty else { return }
        if isMidLine, put([UInt8(ascii: "\n")]) == 1 { isMidLine = false }
        let written = isMidLine ? 0 : put(batch)
        guard written < batch.count else { return }
        let lines = batch[written...].count { $0 == UInt8(ascii: "\n") }
        shared.lost.wrappingAdd(UInt64(lines), ordering: .relaxed)
        if written > 0 { isMidLine = batch[written - 1] != UInt8(ascii: "\n") }
    }

    /// How many bytes the descriptor took before it failed; all of them, as a rule.
    private func put(_ bytes: [UInt8]) -> Int {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
            } else if count < 0, errno == EAGAIN || errno == EWOULDBLOCK {
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wanted, 1, -1)
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        return written
    }
}
