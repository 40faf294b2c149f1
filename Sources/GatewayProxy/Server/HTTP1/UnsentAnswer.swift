// SPDX-License-Identifier: Apache-2.0

/// What is left of answers that were handed to a connection whole. The client may take as long as it likes for them while
/// it takes anything at all within the idle time.
struct UnsentAnswer {
    /// What the client did since the last look.
    enum Progress {
        /// There was nothing for it to take.
        case none
        /// It is taking its answer; look again.
        case taking
        /// It has taken the last of it.
        case finished
        /// It has taken nothing for the whole idle time.
        case stalled
    }

    private var left = 0
    private var takenAt: UInt64 = 0

    /// Notes that `left` bytes are still to be sent, `now` on the lane's clock; `idle` is in milliseconds.
    mutating func look(left: Int, at now: UInt64, idle: Int) -> Progress {
        let before = self.left
        self.left = left
        if left == 0 { return before == 0 ? .none : .finished }
        if before == 0 || left < before { takenAt = now }
        return now >= takenAt.adding(milliseconds: idle) ? .stalled : .taking
    }
}
