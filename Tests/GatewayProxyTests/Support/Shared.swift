// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A number that a provider's thread raises and a test reads.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add(_ amount: Int = 1) { count.add(amount, ordering: .sequentiallyConsistent) }
}

/// A place where a provider's thread puts something for a test.
final class Slot<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)
    var value: Value? { content.withLock { $0 } }
    func set(_ value: Value) { content.withLock { $0 = value } }
}
