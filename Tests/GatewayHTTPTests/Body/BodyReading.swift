// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP

/// A body as it comes out of a decoder.
struct BodyReading: Equatable {
    var body: [UInt8] = []
    var isEnded = false
    /// What followed the body.
    var rest: [UInt8] = []

    /// Decodes bytes that come in pieces.
    static func decode(_ framing: BodyFraming, _ pieces: [[UInt8]]) throws(HTTPFault) -> BodyReading {
        var decoder = BodyDecoder(framing)
        var reading = BodyReading()
        for piece in pieces {
            if reading.isEnded {
                reading.rest += piece
                continue
            }
            var offset = 0
            var event = try decoder.next(piece.span, &offset)
            while case .data(let range) = event {
                reading.body += piece[range]
                event = try decoder.next(piece.span, &offset)
            }
            if event == .end {
                reading.isEnded = true
                reading.rest += piece[offset...]
            }
        }
        return reading
    }

    /// The same bytes in two pieces, at every place.
    static func halves(_ bytes: [UInt8]) -> [[[UInt8]]] {
        (0...bytes.count).map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
    }
}
