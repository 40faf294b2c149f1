// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Any bytes as a head")
struct HeadPropertyTests {
    @Test("random bytes never trap, and what is accepted is stable", arguments: 1...8 as ClosedRange<UInt64>)
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let alphabet = Array("GETPOS /v1.%2f?:HTTP/1.1\r\n\r\nHost-Length: chunked,;\0\t".utf8)
        for _ in 0..<2_000 {
            var bytes = (0..<Int.random(in: 0..<120, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                    : UInt8.random(in: 0...255, using: &random)
            }
            bytes += Array("\r\n\r\n".utf8)
            check(bytes)
        }
    }

    @Test("mutated heads never trap, and what is accepted is stable", arguments: 1...8 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1000)
        let corpus = (HeadCase.served + HeadCase.distrusted).map(\.bytes).filter { $0.count < 4096 }
        for _ in 0..<4_000 {
            var bytes = corpus[Int.random(in: 0..<corpus.count, using: &random)]
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, corpus, &random) }
            check(bytes + Array("\r\n\r\n".utf8))
        }
    }

    private static func mutate(_ bytes: inout [UInt8], _ corpus: [[UInt8]], _ random: inout SeededGenerator) {
        let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where !bytes.isEmpty: bytes.remove(at: place)
        case 2: bytes.insert(UInt8.random(in: 0...127, using: &random), at: place)
        case 3 where !bytes.isEmpty: bytes.removeSubrange(place..<min(bytes.count, place + 8))
        default:
            let other = corpus[Int.random(in: 0..<corpus.count, using: &random)]
            bytes.insert(contentsOf: other.prefix(Int.random(in: 0...other.count, using: &random)), at: place)
        }
    }

    /// Parses the head that `bytes` start with, if they start with one, and what it says when it is written down again.
    private func check(_ bytes: [UInt8]) {
        var finder = HeadFinder()
        guard let end = try? finder.end(in: bytes.span) else { return }
        let whole = Array(bytes[..<end])
        _ = AnswerHead.parse(whole)
        guard case .success(let head) = RequestHead.parse(whole) else { return }
        let written = Self.write(head, whole)
        guard case .success(let again) = RequestHead.parse(written) else {
            Issue.record("accepted, then refused when written down again: \(Bytes.shown(whole))")
            return
        }
        #expect(HeadCase.Accepted(again) == HeadCase.Accepted(head), "\(Bytes.shown(whole))")
        #expect(again.fields.pairs == head.fields.pairs, "\(Bytes.shown(whole))")
    }

    /// The head in its one canonical form. The method is taken from the bytes, since others than ours are all alike.
    private static func write(_ head: RequestHead, _ bytes: [UInt8]) -> [UInt8] {
        var written = Array(bytes.prefix { $0 != UInt8(ascii: " ") }) + Array(" ".utf8) + head.target.path
        if let query = head.target.query { written += Array("?".utf8) + query }
        written += Array(" HTTP/1.\(head.isHTTP10 ? 0 : 1)\r\n".utf8)
        for entry in head.fields.entries {
            written +=
                head.fields.bytes[entry.name] + Array(": ".utf8) + head.fields.bytes[entry.value] + Array("\r\n".utf8)
        }
        return written + Array("\r\n".utf8)
    }
}
