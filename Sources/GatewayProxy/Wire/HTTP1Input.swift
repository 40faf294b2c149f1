// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import GatewayPipeline
import NIOCore

/// The bytes that come over an HTTP/1 connection, taken apart into heads and bodies. What comes ahead of its turn waits
/// here.
struct HTTP1Input {
    /// What comes next of a body.
    enum BodyPart {
        case piece(ByteBuffer)
        /// All that has come is taken; the body goes on.
        case needMore
        case end
    }

    private var bytes = ByteBuffer()
    private var finder = HeadFinder()
    private var decoder = BodyDecoder(.none)

    /// Bytes that wait to be taken.
    var count: Int { bytes.readableBytes }

    /// Whether a part of a head was looked at, and the rest is waited for.
    var isInHead: Bool { finder.hasStarted }

    mutating func append(_ arrived: ByteBuffer) {
        bytes.append(arrived: arrived)
    }

    /// Drops what waits.
    mutating func clear() {
        bytes.clear()
    }

    /// Gives the buffer back when it is used up: idle connections hold none.
    mutating func releaseIfEmpty() {
        if bytes.readableBytes == 0 { bytes = ByteBuffer() }
    }

    /// The bytes of the next head, its empty line included; nil while it is not whole. Throws when it can never be one, or
    /// is longer than `limit`.
    mutating func takeHead(limit: Int) throws(HTTPFault) -> ByteBuffer? {
        guard bytes.readableBytes > 0 else { return nil }
        let arrived = bytes
        guard let end = try finder.end(in: arrived.readableBytesUInt8Span) else {
            if bytes.readableBytes > limit { throw HTTPFault(431, "the head is too large") }
            return nil
        }
        finder = HeadFinder()
        return bytes.readSlice(length: end)
    }

    /// What follows the head is a body framed like this.
    mutating func beginBody(_ framing: BodyFraming) {
        decoder = BodyDecoder(framing)
    }

    /// Whether the end of the connection is the end of the body.
    var endsWithConnection: Bool { decoder.endsWithConnection }

    mutating func takeBody() throws(HTTPFault) -> BodyPart {
        var offset = 0
        let arrived = bytes
        let event = try decoder.next(arrived.readableBytesUInt8Span, &offset)
        bytes.moveReaderIndex(forwardBy: offset)
        switch event {
        case .data(let range):
            let start = arrived.readerIndex + range.lowerBound
            return .piece(arrived.getSlice(at: start, length: range.count) ?? ByteBuffer())
        case .needMore: return .needMore
        case .end: return .end
        }
    }
}
