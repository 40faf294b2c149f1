// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Runs the tasks of one lane on the lane's event loop.
///
/// Tasks started with this executor as their preference never leave the loop's thread: without it, each continuation
/// resumed inside a non-isolated async function would go through the global pool and back, two thread switches a time.
/// Jobs enqueued while a channel handler of the lane runs (`enter`) wait in a queue that is drained before the handler
/// returns, so that resuming costs neither a lock nor a wake-up.
///
/// `@unchecked Sendable`: `queue`, `next`, `isInside` and `isScheduled` are touched on the event loop's thread alone;
/// `enqueue` from elsewhere goes through `loop.execute`.
final class LaneExecutor: TaskExecutor, @unchecked Sendable {
    let loop: any EventLoop
    private var queue: [UnownedJob] = []
    private var next = 0
    private var isInside = false
    private var isScheduled = false

    init(_ loop: any EventLoop) {
        self.loop = loop
        queue.reserveCapacity(64)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard loop.inEventLoop else {
            loop.execute {
                self.queue.append(job)
                self.enter {}
            }
            return
        }
        queue.append(job)
        if !isInside, !isScheduled {
            isScheduled = true
            loop.execute {
                self.isScheduled = false
                self.enter {}
            }
        }
    }

    /// Runs `body`, which may resume tasks of this lane, then those tasks. Called on the loop, by every channel handler
    /// through which a task can be waiting.
    @inline(__always)
    func enter(_ body: () -> Void) {
        if isInside {
            body()
            return
        }
        isInside = true
        body()
        drain()
        isInside = false
    }

    private func drain() {
        let executor = asUnownedTaskExecutor()
        while next < queue.count {
            let job = queue[next]
            next += 1
            job.runSynchronously(on: executor)
        }
        queue.removeAll(keepingCapacity: true)
        next = 0
    }
}
