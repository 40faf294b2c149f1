// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Finding the end of a head")
struct HeadFinderTests {
    static let heads = [
        "GET / HTTP/1.1\n\n", "GET / HTTP/1.1\nHost: gw\n\n", "POST /v1/x HTTP/1.1\nHost: gw\nContent-Length: 4\n\n",
        "\n\n", "A\n\n", "AB\nC\n\n", "HTTP/1.1 200 OK\nX: y\n\n",
    ].map(Bytes.lines)

    @Test(
        "the end is the same however the bytes come, whatever follows", arguments: heads,
        ["", "body", "\r\n\r\n", "\n\n"])
    func splits(_ head: [UInt8], _ rest: String) throws {
        let bytes = head + Array(rest.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                #expect(try end(of: bytes, in: [first, second, bytes.count]) == head.count, "\(first), \(second)")
            }
        }
        #expect(try end(of: bytes, in: Array(0...bytes.count)) == head.count, "byte by byte")
    }

    @Test("what is not whole has no end", arguments: heads)
    func prefixes(_ head: [UInt8]) throws {
        for count in 0..<head.count { #expect(try end(of: Array(head[..<count]), in: Array(0...count)) == nil) }
    }

    @Test(
        "a line that ends in a bare line feed is refused as soon as it has come",
        arguments: [
            "\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: gw\n\n", "GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\n\n",
        ])
    func bareLineFeeds(_ text: String) {
        let bytes = Array(text.utf8)
        for first in 0...bytes.count {
            #expect(throws: HTTPFault.self, "\(first)") { try end(of: bytes, in: [first, bytes.count]) }
        }
    }

    @Test("carriage returns alone end nothing")
    func bareCarriageReturns() throws {
        #expect(try end(of: Array("GET / HTTP/1.1\r\r\r\r".utf8), in: [4, 18]) == nil)
        #expect(try end(of: Array("\r\r\n\r\nx".utf8), in: [6]) == 5)
    }

    /// What is found when the buffer grows to each of `counts` in turn.
    private func end(of bytes: [UInt8], in counts: [Int]) throws -> Int? {
        var finder = HeadFinder()
        for count in counts {
            let arrived = Array(bytes[..<count])
            if let end = try finder.end(in: arrived.span) { return end }
        }
        return nil
    }
}
