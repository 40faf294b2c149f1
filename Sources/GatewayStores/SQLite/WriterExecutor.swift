// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Runs an actor's jobs on a queue of its own, because they wait for disks: neither a lane nor the shared pool may.
final class WriterExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "sluice.ledger")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
