// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An advisory lock on a whole file that one open file at a time holds, across processes; the kernel lets go of it when
/// the process dies.
final class FileLock: Sendable {
    let path: String
    private let file: Descriptor

    /// Opens the lock's file, and makes it if need be.
    init(path: String) throws(SystemError) {
        self.path = path
        file = try Descriptor(opening: path, O_RDWR | O_CREAT)
    }

    /// Takes the lock if nobody has it.
    func tryAcquire() -> Bool {
        flock(file.number, LOCK_EX | LOCK_NB) == 0
    }

    func release() {
        flock(file.number, LOCK_UN)
    }

    /// Does `body` while holding the lock; waits for it at most `patience`.
    ///
    /// Two threads of one process are not kept apart by it: callers already take turns.
    func withLock<R>(patience: Duration = .seconds(10), _ body: () throws -> R) throws -> R {
        let deadline = ContinuousClock.now.advanced(by: patience)
        while !tryAcquire() {
            guard ContinuousClock.now < deadline else {
                throw StoreError(
                    .busy,
                    "another process has held the lock \(path) for \(patience.components.seconds) s. "
                        + "If it is stopped or hung, end it; it is released when that process ends.")
            }
            usleep(500)
        }
        defer { release() }
        return try body()
    }
}
