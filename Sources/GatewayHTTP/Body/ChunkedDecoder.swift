// SPDX-License-Identifier: Apache-2.0

/// Undoes `Transfer-Encoding: chunked` (RFC 9112 §7.1), byte by byte where it must, in ranges where it can.
///
/// Strict: a size is 1 to 15 hexadecimal digits and nothing else; lines end in CRLF; extensions take at most 1 KiB in
/// all; trailers are dropped, and refused where they could change how the message is read. Framing may not outweigh the
/// data by much, so that a flood of one-byte chunks ends early.
package struct ChunkedDecoder: Sendable {
    private enum State {
        case size(digits: Int, value: Int)
        case extensionOf(value: Int)
        case sizeLineFeed(value: Int)
        case data(left: Int)
        case dataReturn
        case dataLineFeed
        case trailerStart
        case trailer
        case trailerLineFeed
        case finalLineFeed
        case done
    }

    /// Framing bytes forgiven before they are weighed against data.
    private static let freeOverhead = 16 << 10
    private static let extensionLimit = 1 << 10
    private static let trailerLimit = 8 << 10

    private var state = State.size(digits: 0, value: 0)
    private var overhead = 0
    private var dataCount = 0
    private var extensionCount = 0
    private var trailerCount = 0
    private var trailerLine: [UInt8] = []

    package init() {}

    mutating func next(_ bytes: borrowing Span<UInt8>, _ offset: inout Int) throws(HTTPFault) -> BodyDecoder.Event {
        while offset < bytes.count {
            if case .data(let left) = state {
                let range = offset..<min(bytes.count, offset + left)
                offset = range.upperBound
                dataCount += range.count
                state = range.count == left ? .dataReturn : .data(left: left - range.count)
                return .data(range)
            }
            if case .done = state { return .end }
            try step(bytes[offset])
            offset += 1
        }
        if case .done = state { return .end }
        return .needMore
    }

    private mutating func step(_ byte: UInt8) throws(HTTPFault) {
        overhead += 1
        guard overhead <= Self.freeOverhead + dataCount else {
            throw HTTPFault(400, "the chunked body has more framing than data; send larger chunks")
        }
        switch state {
        case .size(let digits, let value): try size(byte, digits: digits, value: value)
        case .extensionOf(let value): try chunkExtension(byte, value: value)
        case .sizeLineFeed(let value):
            try expect(byte, .lf)
            state = value == 0 ? .trailerStart : .data(left: value)
        case .dataReturn:
            try expect(byte, .cr)
            state = .dataLineFeed
        case .dataLineFeed:
            try expect(byte, .lf)
            state = .size(digits: 0, value: 0)
        case .trailerStart, .trailer: try trailer(byte)
        case .trailerLineFeed:
            try expect(byte, .lf)
            try finishTrailer()
        case .finalLineFeed:
            try expect(byte, .lf)
            state = .done
        case .data, .done: break
        }
    }

    private mutating func size(_ byte: UInt8, digits: Int, value: Int) throws(HTTPFault) {
        if let digit = byte.hexadecimalDigit {
            guard digits < 15 else { throw HTTPFault(400, "a chunk size has too many digits") }
            state = .size(digits: digits + 1, value: value << 4 | Int(digit))
        } else if digits > 0, byte == .cr {
            state = .sizeLineFeed(value: value)
        } else if digits > 0, byte == UInt8(ascii: ";") {
            state = .extensionOf(value: value)
        } else {
            throw HTTPFault(400, "a chunk size is not a hexadecimal number")
        }
    }

    private mutating func chunkExtension(_ byte: UInt8, value: Int) throws(HTTPFault) {
        extensionCount += 1
        guard extensionCount <= Self.extensionLimit else { throw HTTPFault(400, "chunk extensions are too long") }
        if byte == .cr {
            state = .sizeLineFeed(value: value)
        } else if !ByteClass.isFieldValue(byte) {
            throw HTTPFault(400, "a chunk extension has a control character")
        }
    }

    private mutating func trailer(_ byte: UInt8) throws(HTTPFault) {
        if byte == .cr {
            state = trailerLine.isEmpty ? .finalLineFeed : .trailerLineFeed
            return
        }
        trailerCount += 1
        guard trailerCount <= Self.trailerLimit else { throw HTTPFault(431, "the trailers are too large") }
        guard ByteClass.isFieldValue(byte) else { throw HTTPFault(400, "a trailer has a control character") }
        trailerLine.append(byte.lowercased)
        state = .trailer
    }

    private mutating func finishTrailer() throws(HTTPFault) {
        guard let colon = trailerLine.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            trailerLine[..<colon].allSatisfy({ ByteClass.token.contains($0) })
        else { throw HTTPFault(400, "a trailer is not a field") }
        try KnownField(trailerLine.span, 0..<colon).checkAsTrailer()
        trailerLine.removeAll(keepingCapacity: true)
        state = .trailerStart
    }

    private func expect(_ byte: UInt8, _ wanted: UInt8) throws(HTTPFault) {
        guard byte == wanted else { throw HTTPFault(400, "a chunk does not end where its size says") }
    }
}
