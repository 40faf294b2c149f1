// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that only grows: one lane adds to it, scrapes read it. Relaxed, because no reader concludes anything from one
/// number about another.
final class Counter: Sendable {
    private let sum = Atomic<UInt64>(0)

    var value: UInt64 { sum.load(ordering: .relaxed) }

    func add(_ amount: UInt64 = 1) {
        sum.wrappingAdd(amount, ordering: .relaxed)
    }

    /// Adds a count that is never negative by its type's own rule.
    func add(_ amount: Int64) {
        if amount > 0 { add(UInt64(amount)) }
    }
}
