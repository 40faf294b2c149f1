// SPDX-License-Identifier: Apache-2.0

/// A stream's writer that waits until its reader has taken some of what it was sent.
struct ReaderWait {
    private var writer: UnsafeContinuation<Bool, Never>?
    private var deadline: UInt64 = .max

    /// Holds the writer, at most until `deadline`, on the lane's clock.
    mutating func hold(_ writer: UnsafeContinuation<Bool, Never>, until deadline: UInt64) {
        self.writer = writer
        self.deadline = deadline
    }

    /// Lets the writer go on, if one waits: `isHere` says whether the reader has room again or has left.
    mutating func end(isHere: Bool) {
        guard let waiting = writer else { return }
        writer = nil
        deadline = .max
        waiting.resume(returning: isHere)
    }

    /// Whether the reader has taken nothing for too long. To wait longer would hold the provider's answer for nobody.
    func isOver(at now: UInt64) -> Bool { now >= deadline }
}
