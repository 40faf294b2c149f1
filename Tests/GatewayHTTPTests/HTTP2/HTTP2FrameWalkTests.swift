// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Frames of HTTP/2")
struct HTTP2FrameWalkTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static func frame(_ type: UInt8, _ flags: UInt8, _ count: Int) -> [UInt8] {
        [0, UInt8(count >> 8), UInt8(count & 0xff), type, flags, 0, 0, 0, 1] + [UInt8](repeating: 0xff, count: count)
    }

    private static let settings = frame(0x4, 0, 12)
    private static let wholeHead = frame(0x1, 0x5, 300)
    private static let startOfHead = frame(0x1, 0x1, 300)
    private static let middleOfHead = frame(0x9, 0, 10)
    private static let endOfHead = frame(0x9, 0x4, 0)
    private static let data = frame(0x0, 0x1, 700)

    @Test("a head is on its way from its first frame to the end of its last")
    func heads() {
        let steps: [(bytes: [UInt8], isInHead: Bool, count: Int)] = [
            (Self.preface, false, 0), (Self.settings, false, 0), (Self.wholeHead, false, 1), (Self.data, false, 1),
            (Array(Self.wholeHead.prefix(9)), true, 2), (Array(Self.wholeHead.dropFirst(9)), false, 2),
            (Self.startOfHead, true, 3), (Self.middleOfHead, true, 3), (Array(Self.endOfHead.dropLast()), true, 3),
            (Array(Self.endOfHead.suffix(1)), false, 3), (Self.frame(0x1, 0x4, 0), false, 4),
        ]
        var walk = HTTP2FrameWalk()
        for step in steps {
            walk.pass(step.bytes.span)
            #expect(walk.isInHead == step.isInHead && walk.headCount == step.count)
        }
    }

    @Test("it does not matter how the bytes are cut", arguments: 1...20 as ClosedRange<UInt64>)
    func cuts(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let frames = [Self.settings, Self.wholeHead, Self.startOfHead + Self.middleOfHead + Self.endOfHead, Self.data]
        var bytes = Self.preface + (0..<30).flatMap { _ in frames.randomElement(using: &random) ?? [] }
        bytes += Self.startOfHead + Self.middleOfHead
        var whole = HTTP2FrameWalk()
        whole.pass(bytes.span)
        var cut = HTTP2FrameWalk()
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(Int.random(in: 1...400, using: &random)))
            cut.pass(piece.span)
            rest = rest.dropFirst(piece.count)
        }
        #expect(whole.isInHead && cut.isInHead && whole.headCount == cut.headCount && whole.headCount > 0)
    }
}
