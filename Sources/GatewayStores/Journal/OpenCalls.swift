// SPDX-License-Identifier: Apache-2.0

/// A call whose reservation is open: where its opening stands in the journal.
struct OpenCall {
    var place: RecordPlace
    /// The opening's record in mapped memory.
    var record: UnsafeMutableRawPointer
    /// Bytes of the record's payload.
    var length: Int
}

/// The open calls of one lane. A ticket is good for one call: once that is closed, the ticket finds nothing.
struct OpenCalls {
    private struct Slot {
        var generation: UInt32
        var call: OpenCall?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private(set) var count = 0
    /// Payload bytes of the open calls.
    private(set) var bytes = 0

    mutating func insert(_ call: OpenCall) -> UInt64 {
        let index: Int
        if let reused = free.popLast() {
            index = reused
        } else {
            index = slots.count
            slots.append(Slot(generation: 0, call: nil))
        }
        slots[index].generation &+= 1
        slots[index].call = call
        count += 1
        bytes += call.length
        return UInt64(slots[index].generation) << 32 | UInt64(index)
    }

    subscript(ticket: UInt64) -> OpenCall? {
        let index = Int(ticket & 0xffff_ffff)
        guard index < slots.count, slots[index].generation == UInt32(ticket >> 32) else { return nil }
        return slots[index].call
    }

    mutating func remove(_ ticket: UInt64) -> OpenCall? {
        guard let call = self[ticket] else { return nil }
        let index = Int(ticket & 0xffff_ffff)
        slots[index].call = nil
        free.append(index)
        count -= 1
        bytes -= call.length
        return call
    }

    /// Lets `move` change where the calls that opened before segment `sequence` stand, until it returns nil.
    mutating func moveCalls(before sequence: UInt32, _ move: (OpenCall) -> OpenCall?) {
        for index in slots.indices {
            guard let call = slots[index].call, call.place.sequence < sequence else { continue }
            guard let moved = move(call) else { return }
            slots[index].call = moved
        }
    }
}
