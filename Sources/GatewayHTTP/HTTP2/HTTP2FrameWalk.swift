// SPDX-License-Identifier: Apache-2.0

/// Walks over the bytes that a client sends on an HTTP/2 connection, from frame to frame (RFC 9113 §4.1), to tell when a
/// request head is on its way. What the frames hold is not looked at.
package struct HTTP2FrameWalk: Sendable {
    private enum Place {
        /// This many bytes to the end of the connection's preface, or of a frame.
        case inside(left: Int)
        /// In a frame's own head, of which `count` bytes have come: its length in the highest 24 bits of `bits`, then its
        /// type and its flags.
        case frameHead(count: Int, bits: UInt64)
    }

    private static let prefaceSize = 24
    private static let frameHeadSize = 9
    private static let headers: UInt8 = 0x1
    private static let continuation: UInt8 = 0x9
    private static let endHeaders: UInt8 = 0x4

    private var place = Place.inside(left: prefaceSize)
    /// Whether the frame that is walked over is the last of a head.
    private var endsHead = false
    /// Whether a head has begun to come and is not whole.
    package private(set) var isInHead = false
    /// Heads that have begun to come.
    package private(set) var headCount = 0

    package init() {}

    /// Passes over bytes as they arrive, however they are cut.
    package mutating func pass(_ bytes: borrowing Span<UInt8>) {
        var index = 0
        while index < bytes.count {
            switch place {
            case .inside(let left):
                let passed = min(left, bytes.count - index)
                index += passed
                move(to: left - passed)
            case .frameHead(let count, let bits):
                place = .frameHead(count: count + 1, bits: count < 8 ? bits << 8 | UInt64(bytes[index]) : bits)
                index += 1
                if count + 1 == Self.frameHeadSize { enterFrame() }
            }
        }
    }

    private mutating func enterFrame() {
        guard case .frameHead(_, let bits) = place else { return }
        // Of the stream's number three bytes have been shifted in behind the flags.
        let (type, flags) = (UInt8(truncatingIfNeeded: bits >> 32), UInt8(truncatingIfNeeded: bits >> 24))
        let isOfHead = type == Self.headers || type == Self.continuation
        if type == Self.headers { headCount += 1 }
        isInHead = isInHead || isOfHead
        endsHead = isOfHead && flags & Self.endHeaders != 0
        move(to: Int(bits >> 40))
    }

    /// Goes on with `left` bytes of a frame to come; with none, its end is reached.
    private mutating func move(to left: Int) {
        guard left == 0 else {
            place = .inside(left: left)
            return
        }
        if endsHead { isInHead = false }
        endsHead = false
        place = .frameHead(count: 0, bits: 0)
    }
}
