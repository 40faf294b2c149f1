// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Any fields as a head of HTTP/2")
struct HTTP2PropertyTests {
    private static let corpus = (HeadCase.served + HeadCase.distrusted)
        .compactMap { $0.overHTTP2(hostAs: ":authority") }
        .filter { $0.pairs.allSatisfy { $1.utf8.count < 200 } && $0.pairs.count < 20 }

    @Test("what is accepted, HTTP/1 accepts as the same", arguments: 1...8 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<4_000 {
            var fields = try #require(Self.corpus.randomElement(using: &random))
            for _ in 0..<Int.random(in: 0...2, using: &random) { Self.mutate(&fields, &random) }
            guard case .success(let head) = fields.read() else { continue }
            accepted += 1
            let written = Self.write(head, method: fields.pairs.first { $0.name == ":method" }?.value ?? "")
            guard case .success(let again) = RequestHead.parse(written) else {
                Issue.record("HTTP/1 refuses \(Bytes.shown(written))")
                return
            }
            #expect(
                again.target == head.target && again.method == head.method && again.fields.pairs == head.fields.pairs)
            if case .length(let length) = head.framing, length > 0 { #expect(again.framing == head.framing) }
        }
        #expect(accepted > 200)
    }

    private static func mutate(_ fields: inout HeadCase.Fields, _ random: inout SeededGenerator) {
        let place = Int.random(in: 0..<fields.pairs.count, using: &random)
        let other = corpus.randomElement(using: &random)?.pairs.randomElement(using: &random) ?? ("x", "y")
        switch Int.random(in: 0..<6, using: &random) {
        case 0: fields.pairs.remove(at: place)
        case 1: fields.pairs.insert(other, at: place)
        case 2: fields.pairs[place].value = other.value
        case 3: fields.pairs.swapAt(place, Int.random(in: 0..<fields.pairs.count, using: &random))
        case 4: fields.endsStream.toggle()
        default:
            var scalars = Array(fields.pairs[place].value.unicodeScalars)
            let scalar = UnicodeScalar(UInt8.random(in: 0...255, using: &random))
            scalars.insert(scalar, at: Int.random(in: 0...scalars.count, using: &random))
            fields.pairs[place].value = String(String.UnicodeScalarView(scalars))
        }
        if fields.pairs.isEmpty { fields.pairs = [other] }
    }

    /// The head as HTTP/1 would say it.
    private static func write(_ head: RequestHead, method: String) -> [UInt8] {
        var written = Array("\(method) ".utf8) + head.target.path
        if let query = head.target.query { written += Array("?".utf8) + query }
        written += Array(" HTTP/1.1\r\n".utf8)
        for pair in head.fields.pairs { written += Array("\(pair)\r\n".utf8) }
        return written + Array("\r\n".utf8)
    }
}
