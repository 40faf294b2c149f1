// SPDX-License-Identifier: Apache-2.0

/// How the end of a message body is known (RFC 9112 §6).
package enum BodyFraming: Sendable, Equatable {
    /// There is no body.
    case none
    /// `Content-Length`.
    case length(Int)
    /// `Transfer-Encoding: chunked`.
    case chunked
    /// What carries the body ends with it: the connection of an HTTP/1.0 server, the stream of an HTTP/2 request that
    /// has no `content-length`.
    case untilClose
}

/// Takes the body out of the bytes of a connection.
package struct BodyDecoder: Sendable {
    /// What comes next.
    package enum Event: Equatable, Sendable {
        /// Body bytes at this place of the input.
        case data(Range<Int>)
        /// The input is used up; the body goes on.
        case needMore
        /// The body is whole; what follows in the input belongs to the next message.
        case end
    }

    private enum State {
        case length(Int)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    private var state: State

    package init(_ framing: BodyFraming) {
        state =
            switch framing {
            case .none: .length(0)
            case .length(let count): .length(count)
            case .chunked: .chunked(ChunkedDecoder())
            case .untilClose: .untilClose
            }
    }

    /// Whether the peer may end the body by closing the connection.
    package var endsWithConnection: Bool {
        if case .untilClose = state { return true }
        return false
    }

    /// The next event of `bytes` from `offset`, which moves past what the event covers.
    package mutating func next(_ bytes: borrowing Span<UInt8>, _ offset: inout Int) throws(HTTPFault) -> Event {
        switch state {
        case .length(let left):
            if left == 0 { return .end }
            let range = offset..<min(bytes.count, offset + left)
            if range.isEmpty { return .needMore }
            state = .length(left - range.count)
            offset = range.upperBound
            return .data(range)
        case .chunked(var decoder):
            let event = try decoder.next(bytes, &offset)
            state = .chunked(decoder)
            return event
        case .untilClose:
            let range = offset..<bytes.count
            offset = range.upperBound
            return range.isEmpty ? .needMore : .data(range)
        }
    }
}
