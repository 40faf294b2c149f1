// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Synchronization

/// A clock that moves only when a test moves it.
final class ManualClock: LaneClock {
    private let nanoseconds = Atomic<UInt64>(1_000_000_000)
    /// 2026-11-21T00:00:00Z.
    static let start = Timestamp(microseconds: 1_795_219_200_000_000)

    var now: UInt64 { nanoseconds.load(ordering: .relaxed) }

    var wallClock: Timestamp {
        Timestamp(microseconds: Self.start.microseconds + Int64((now - 1_000_000_000) / 1000))
    }

    func advance(milliseconds: UInt64) {
        nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed)
    }
}
