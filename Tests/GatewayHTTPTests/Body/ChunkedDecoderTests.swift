// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Chunked bodies")
struct ChunkedDecoderTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var wire: String
        var body: String
        var rest = ""

        var testDescription: String { Bytes.shown(wire.utf8) }
    }

    static let sound: [Sample] = [
        Sample(wire: "0\r\n\r\n", body: ""),
        Sample(wire: "5\r\nhello\r\n0\r\n\r\n", body: "hello"),
        Sample(wire: "1\r\nh\r\n4\r\nello\r\n0\r\n\r\n", body: "hello"),
        Sample(wire: "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", body: "01234567890123456789"),
        Sample(wire: "0005\r\nhello\r\n000\r\n\r\n", body: "hello"),
        Sample(wire: "5;name=value\r\nhello\r\n0;last\r\n\r\n", body: "hello"),
        Sample(wire: "5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n", body: "hello"),
        Sample(wire: "5;\r\nhello\r\n0\r\n\r\n", body: "hello"),
        Sample(wire: "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Other:\r\n\r\n", body: "hello"),
        Sample(wire: "5\r\nhello\r\n0\r\nx-request-id: 1\r\n\r\n", body: "hello"),
        Sample(wire: "5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n", body: "hello", rest: "GET / HTTP/1.1\r\n"),
        Sample(wire: "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n", body: "\r\n0\r\n\r\n"),
        Sample(wire: "000000000000005\r\nhello\r\n0\r\n\r\n", body: "hello"),
    ]

    @Test("a body is the same wherever its bytes are cut", arguments: sound)
    func splits(_ sample: Sample) throws {
        let wire = Array(sample.wire.utf8)
        let expected = BodyReading(body: Array(sample.body.utf8), isEnded: true, rest: Array(sample.rest.utf8))
        for pieces in BodyReading.halves(wire) { #expect(try BodyReading.decode(.chunked, pieces) == expected) }
        #expect(try BodyReading.decode(.chunked, wire.map { [$0] }) == expected, "byte by byte")
    }

    @Test("a body that is not whole has no end", arguments: sound)
    func prefixes(_ sample: Sample) throws {
        let wire = Array(sample.wire.utf8).dropLast(sample.rest.utf8.count)
        for count in 0..<wire.count { #expect(try !BodyReading.decode(.chunked, [Array(wire.prefix(count))]).isEnded) }
    }

    static let unsound = [
        "0x4\r\nabcd\r\n0\r\n\r\n", "4_\r\nabcd\r\n0\r\n\r\n", " 4\r\nabcd\r\n0\r\n\r\n", "4 \r\nabcd\r\n0\r\n\r\n",
        "-4\r\nabcd\r\n0\r\n\r\n", "+4\r\nabcd\r\n0\r\n\r\n", "\r\n", ";x\r\n", "g\r\n", "4\tabcd",
        "4\nabcd\r\n0\r\n\r\n",
        "4\rabcd\r\n0\r\n\r\n", "10000000000000000\r\n", "FFFFFFFFFFFFFFFFF\r\n", "0000000000000000\r\n",
        "4\r\nabcde\r\n0\r\n\r\n",
        "4\r\nabc\r\n0\r\n\r\n", "4\r\nabcd0\r\n\r\n", "4\r\nabcd\n0\r\n\r\n", "4\r\nabcd\r0\r\n\r\n", "0\r\n\n",
        "0\n\n", "0\r\nX: y\n\r\n",
        "0\r\n X: y\r\n\r\n", "0\r\nX: y\r\n z\r\n\r\n", "0\r\nnonsense\r\n\r\n", "0\r\n: y\r\n\r\n",
        "0\r\nX : y\r\n\r\n",
        "0\r\nX: a\0b\r\n\r\n", "4;a\0b\r\nabcd\r\n0\r\n\r\n", "4;a\nb\r\nabcd\r\n0\r\n\r\n",
        "0\r\nContent-Length: 4\r\n\r\n",
        "0\r\ntransfer-encoding: chunked\r\n\r\n", "0\r\nHost: evil\r\n\r\n", "0\r\nAUTHORIZATION: Bearer k\r\n\r\n",
        "0\r\nx-api-key: k\r\n\r\n", "0\r\nConnection: close\r\n\r\n", "0\r\nCookie: a\r\n\r\n",
        "0\r\nTrailer: x\r\n\r\n", "0\r\n\rX",
    ]

    @Test("framing that two readers could read in two ways is refused, wherever its bytes are cut", arguments: unsound)
    func refusals(_ wire: String) {
        for pieces in BodyReading.halves(Array(wire.utf8)) {
            #expect(throws: HTTPFault.self) { try BodyReading.decode(.chunked, pieces) }
        }
    }

    @Test("extensions may take one KiB in all")
    func extensions() throws {
        func wire(_ lengths: [Int]) -> [UInt8] {
            Array((lengths.map { "1;\(String(repeating: "x", count: $0))\r\na\r\n" }.joined() + "0\r\n\r\n").utf8)
        }
        #expect(try BodyReading.decode(.chunked, [wire([1023])]).isEnded)
        #expect(throws: HTTPFault.self) { try BodyReading.decode(.chunked, [wire([1024])]) }
        #expect(throws: HTTPFault.self) { try BodyReading.decode(.chunked, [wire([100 << 10])]) }
        #expect(throws: HTTPFault.self) { try BodyReading.decode(.chunked, [wire(Array(repeating: 100, count: 11))]) }
    }

    @Test("trailers may take eight KiB")
    func trailers() throws {
        func wire(_ count: Int) -> [UInt8] { Array("0\r\nX: \(String(repeating: "x", count: count))\r\n\r\n".utf8) }
        #expect(try BodyReading.decode(.chunked, [wire(8000)]).isEnded)
        #expect(throws: HTTPFault(431, "the trailers are too large")) { try BodyReading.decode(.chunked, [wire(8200)]) }
    }

    @Test("a flood of tiny chunks ends early, large chunks never do")
    func overhead() throws {
        let tiny = Array(repeating: Array("1\r\na\r\n".utf8), count: 1_000_000).lazy
        var decoder = BodyDecoder(.chunked)
        var taken = 0
        #expect(throws: HTTPFault.self) {
            for chunk in tiny {
                var offset = 0
                while case .data = try decoder.next(chunk.span, &offset) {}
                taken += 1
            }
        }
        #expect(taken < 10_000)
        let fair = Array(
            (String(repeating: "40\r\n\(String(repeating: "x", count: 64))\r\n", count: 20_000) + "0\r\n\r\n").utf8)
        #expect(try BodyReading.decode(.chunked, [fair]).body.count == 20_000 * 64)
    }

    @Test("random bodies in random chunks come out whole, cut anywhere")
    func random() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            var body: [UInt8] = []
            var wire: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                let data = (0..<Int.random(in: 1..<40, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                body += data
                wire += Array("\(String(data.count, radix: 16))\r\n".utf8) + data + Array("\r\n".utf8)
            }
            wire += Array("0\r\n\r\nnext".utf8)
            var pieces: [[UInt8]] = []
            var rest = wire[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(rest.count, 9), using: &random)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            let expected = BodyReading(body: body, isEnded: true, rest: Array("next".utf8))
            #expect(try BodyReading.decode(.chunked, pieces) == expected)
        }
    }

    @Test("random bytes never trap")
    func garbage() {
        var random = SeededGenerator(seed: 12)
        let alphabet = Array("0123456789abcdefABCDEF;=\r\n\r\n\r\n: xX\0".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).compactMap { _ in
                alphabet.randomElement(using: &random)
            }
            _ = try? BodyReading.decode(.chunked, [bytes])
        }
    }
}
