// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Bodies of known length, and until the connection ends")
struct BodyDecoderTests {
    @Test("exactly the announced bytes are the body", arguments: [0, 1, 2, 5, 9])
    func length(_ count: Int) throws {
        let wire = Array("123456789".utf8)
        let expected = BodyReading(body: Array(wire[..<count]), isEnded: true, rest: Array(wire[count...]))
        for pieces in BodyReading.halves(wire) { #expect(try BodyReading.decode(.length(count), pieces) == expected) }
    }

    @Test("a body shorter than announced has no end, however large the announcement")
    func short() throws {
        for length in [10, 1 << 40, 999_999_999_999_999_999] {
            let reading = try BodyReading.decode(.length(length), [Array("123".utf8), Array("456".utf8)])
            #expect(reading == BodyReading(body: Array("123456".utf8)))
        }
    }

    @Test("without a body the end is there at once, and nothing is taken")
    func none() throws {
        let reading = try BodyReading.decode(.none, [Array("GET".utf8)])
        #expect(reading == BodyReading(isEnded: true, rest: Array("GET".utf8)))
    }

    @Test("until the connection ends, everything is the body and no byte ends it")
    func untilClose() throws {
        let reading = try BodyReading.decode(.untilClose, [Array("0\r\n\r\n".utf8), [], Array("x".utf8)])
        #expect(reading == BodyReading(body: Array("0\r\n\r\nx".utf8)))
        #expect(BodyDecoder(.untilClose).endsWithConnection)
        #expect(!BodyDecoder(.length(3)).endsWithConnection)
        #expect(!BodyDecoder(.chunked).endsWithConnection)
    }
}
