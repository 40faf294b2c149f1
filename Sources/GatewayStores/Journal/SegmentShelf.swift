// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc
import Synchronization

/// Keeps segments ready for the lanes, within a bound on what the journal may take of the disk.
///
/// Segments are made on a queue of their own: neither a lane nor the writer to the database waits for a disk here. Only
/// when the shelf is found empty does a lane make one itself, and after a failure not even that until the queue has
/// succeeded again.
final class SegmentShelf: Sendable {
    private struct State {
        var ready: [Segment] = []
        var target: Int
        var nextName = 1
        var isStopped = false
        var failure: StoreError?
    }

    let segmentSize: Int
    private let directory: String
    private let limit: Int
    private let state: Mutex<State>
    private let onDisk = Atomic<Int>(0)
    private let queue = DispatchQueue(label: "sluice.journal.shelf")

    init(directory: String, segmentSize: Int, limit: Int, target: Int) {
        self.directory = directory
        self.segmentSize = segmentSize
        self.limit = limit
        state = Mutex(State(target: target))
    }

    /// Bytes of all segments that have not been discarded.
    var bytes: Int { onDisk.load(ordering: .relaxed) }

    /// Why no segment can be made at present.
    var failure: StoreError? { state.withLock { $0.failure } }

    /// A blank segment; nil when none can be had.
    func take() -> Segment? {
        let (segment, mayMake) = state.withLock { ($0.ready.popLast(), $0.failure == nil && !$0.isStopped) }
        if mayMake { queue.async { self.refill() } }
        return segment ?? (mayMake ? make() : nil)
    }

    /// Takes back a segment that was not started, to stand ready again or to be removed.
    func giveBack(_ segment: Segment) {
        queue.async { [self] in
            let isKept = state.withLock { state in
                guard state.ready.count < state.target else { return false }
                state.ready.append(segment)
                return true
            }
            if !isKept { discard(segment) }
        }
    }

    /// Makes segments until as many stand ready as should. Called on the shelf's queue, or before the lanes start.
    func refill() {
        while state.withLock({ !$0.isStopped && $0.ready.count < $0.target }) {
            guard let segment = make() else { return }
            state.withLock { $0.ready.append(segment) }
        }
        state.withLock { $0.failure = nil }
    }

    /// Tries again, in the background, if the last attempt failed.
    func retry() {
        if failure != nil { queue.async { self.refill() } }
    }

    /// Makes no more segments; when it returns, none is being made.
    func stop() {
        state.withLock { $0.isStopped = true }
        queue.sync {}
    }

    /// Removes the file of a segment that nothing needs any more.
    func discard(_ segment: Segment) {
        unlink(segment.path)
        forget(segment)
    }

    /// Stops counting a segment whose file is kept for somebody to look at.
    func forget(_ segment: Segment) {
        onDisk.subtract(segment.size, ordering: .relaxed)
    }

    private func make() -> Segment? {
        let path =
            directory + "/"
            + state.withLock { state in
                defer { state.nextName += 1 }
                return "\(state.nextName).segment"
            }
        do throws(StoreError) {
            let segment = try claim(path)
            state.withLock { $0.failure = nil }
            return segment
        } catch {
            onDisk.subtract(segmentSize, ordering: .relaxed)
            state.withLock { $0.failure = error }
            return nil
        }
    }

    private func claim(_ path: String) throws(StoreError) -> Segment {
        let (_, total) = onDisk.add(segmentSize, ordering: .relaxed)
        guard total <= limit else {
            throw StoreError(
                .diskFull,
                "the journal \(directory) has reached its limit of \(limit) bytes, because the database has not taken rows "
                    + "for some time, or because too many calls are open. Calls are refused until it shrinks.")
        }
        do throws(SystemError) {
            return try Segment(makingAt: path, size: segmentSize)
        } catch {
            throw error.storeError(doing: "enlarge the journal")
        }
    }
}
