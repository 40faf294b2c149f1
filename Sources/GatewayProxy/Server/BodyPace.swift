// SPDX-License-Identifier: Apache-2.0

/// How fast a request body comes. Some more of it must come within the idle time, and over longer than that at least 100
/// bytes a second: below, a body is a way to hold a connection, not an upload.
struct BodyPace {
    /// Bytes a second.
    private static let least: UInt64 = 100

    /// Milliseconds.
    private let idle: Int
    private let startedAt: UInt64
    private var lastAt: UInt64
    private var received: UInt64 = 0

    /// A body that may come from `now` on, in nanoseconds on the lane's clock. `idle` is in milliseconds.
    init(idle: Int, from now: UInt64) {
        self.idle = idle
        startedAt = now
        lastAt = now
    }

    /// Some of the body has come. Nothing at all does not count as some.
    mutating func note(_ count: Int, at now: UInt64) {
        guard count > 0 else { return }
        lastAt = now
        received += UInt64(count)
    }

    func isTooSlow(at now: UInt64) -> Bool {
        if now >= lastAt.adding(milliseconds: idle) { return true }
        let seconds = (now &- startedAt) / 1_000_000_000
        return seconds > UInt64(idle / 1000) && received < Self.least * seconds
    }
}
