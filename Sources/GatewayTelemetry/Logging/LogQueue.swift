// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lines on their way from one lane to the log writer. Bounded: what does not fit is dropped and counted, so that a full
/// disk or a reader that stopped reading never holds up a request.
final class LogQueue: Sendable {
    /// Bytes at which the writer is called at once rather than within its interval.
    private static let batch = 64 << 10

    private let pending = Mutex<[UInt8]>([])
    private let limit: Int
    private let alarm: LogAlarm
    private let dropped = Atomic<UInt64>(0)

    init(limit: Int, alarm: LogAlarm) {
        self.limit = limit
        self.alarm = alarm
    }

    /// Lines that found no room.
    var droppedLines: UInt64 { dropped.load(ordering: .relaxed) }

    /// Adds a line, its end included.
    func append(_ line: UnsafeBufferPointer<UInt8>) {
        let (before, after) = pending.withLock { bytes in
            let before = bytes.count
            if before + line.count <= limit { bytes.append(contentsOf: line) }
            return (before, bytes.count)
        }
        if after == before {
            dropped.wrappingAdd(1, ordering: .relaxed)
        } else if before == 0 {
            alarm.announce()
        } else if before < LogQueue.batch, after >= LogQueue.batch {
            alarm.hurry()
        }
    }

    /// Moves all lines into `bytes`, which is empty; its memory takes the next ones.
    func take(into bytes: inout [UInt8]) {
        pending.withLock { swap(&$0, &bytes) }
    }
}
