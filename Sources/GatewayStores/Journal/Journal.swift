// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the lanes of one process write, and what the background writer reads from: one chain of segments for each lane.
final class Journal: Sendable {
    let shelf: SegmentShelf
    private let chains = Mutex<[Chain]>([])
    private let accepting = Atomic<Bool>(true)
    private let dropped = Atomic<Int>(0)

    init(shelf: SegmentShelf) { self.shelf = shelf }

    /// A new chain, for whoever will write to it alone.
    func makeChain() -> Chain {
        chains.withLock { chains in
            let chain = Chain(number: UInt32(truncatingIfNeeded: chains.count + 1))
            chains.append(chain)
            return chain
        }
    }

    /// The chains made since the first `count`.
    func chains(after count: Int) -> [Chain] {
        chains.withLock { Array($0.dropFirst(count)) }
    }

    /// Whether some lane has started a segment that is not yet read.
    var hasStartedSegments: Bool { chains.withLock { $0.contains(where: \.hasStarted) } }

    /// Whether new calls are accepted; once false it stays so.
    var isAccepting: Bool { accepting.load(ordering: .relaxed) }

    func stopAccepting() { accepting.store(false, ordering: .relaxed) }

    /// Rows of refused calls for which there was no room.
    var droppedRefusals: Int { dropped.load(ordering: .relaxed) }

    func countDroppedRefusal() { dropped.add(1, ordering: .relaxed) }

    var openCalls: Int {
        chains.withLock { $0.reduce(0) { $0 + $1.openCalls.load(ordering: .relaxed) } }
    }
}
