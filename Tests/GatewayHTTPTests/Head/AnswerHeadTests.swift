// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Answer heads")
struct AnswerHeadTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var text: String
        var status: Int
        var framing: BodyFraming
        var keepsAlive: Bool

        var testDescription: String { Bytes.shown(text.utf8) }
    }

    static let sound: [Sample] = [
        Sample(text: "HTTP/1.1 200 OK\nContent-Length: 5", status: 200, framing: .length(5), keepsAlive: true),
        Sample(text: "HTTP/1.1 200 OK\nContent-Length: 0", status: 200, framing: .none, keepsAlive: true),
        Sample(text: "HTTP/1.1 200\nContent-Length: 5", status: 200, framing: .length(5), keepsAlive: true),
        Sample(text: "HTTP/1.1 200 \nContent-Length: 5", status: 200, framing: .length(5), keepsAlive: true),
        Sample(text: "HTTP/1.1 200 Très bien\nContent-Length: 5", status: 200, framing: .length(5), keepsAlive: true),
        Sample(text: "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", status: 200, framing: .chunked, keepsAlive: true),
        Sample(text: "HTTP/1.1 200 OK\nTransfer-Encoding: Chunked", status: 200, framing: .chunked, keepsAlive: true),
        Sample(text: "HTTP/1.1 200 OK", status: 200, framing: .untilClose, keepsAlive: false),
        Sample(text: "HTTP/1.1 200 OK\nConnection: keep-alive", status: 200, framing: .untilClose, keepsAlive: false),
        Sample(
            text: "HTTP/1.1 200 OK\nContent-Length: 5\nConnection: close", status: 200, framing: .length(5),
            keepsAlive: false),
        Sample(
            text: "HTTP/1.1 200 OK\nContent-Length: 5\nConnection: x, CLOSE", status: 200, framing: .length(5),
            keepsAlive: false),
        Sample(
            text: "HTTP/1.0 200 OK\nContent-Length: 5\nConnection: keep-alive", status: 200, framing: .length(5),
            keepsAlive: false),
        Sample(text: "HTTP/1.0 200 OK", status: 200, framing: .untilClose, keepsAlive: false),
        Sample(text: "HTTP/1.1 204 No Content", status: 204, framing: .none, keepsAlive: true),
        Sample(text: "HTTP/1.1 204 No Content\nContent-Length: 5", status: 204, framing: .none, keepsAlive: true),
        Sample(text: "HTTP/1.1 304 Not Modified\nContent-Length: 5", status: 304, framing: .none, keepsAlive: true),
        Sample(text: "HTTP/1.1 100 Continue", status: 100, framing: .none, keepsAlive: true),
        Sample(text: "HTTP/1.1 103 Early Hints\nLink: x", status: 103, framing: .none, keepsAlive: true),
        Sample(text: "HTTP/1.1 101 Switching Protocols", status: 101, framing: .none, keepsAlive: false),
        Sample(text: "HTTP/1.1 500 \nContent-Length: 1", status: 500, framing: .length(1), keepsAlive: true),
        Sample(text: "HTTP/1.1 599 Odd\nContent-Length: 1", status: 599, framing: .length(1), keepsAlive: true),
        Sample(
            text: "HTTP/1.1 302 Found\nLocation: http://evil/\nContent-Length: 0", status: 302, framing: .none,
            keepsAlive: true),
    ]

    @Test("a sound answer is read as what it says", arguments: sound)
    func accepts(_ sample: Sample) throws {
        let head = try AnswerHead.parse(Bytes.lines(sample.text + "\n\n")).get()
        #expect(head.status == sample.status)
        #expect(head.framing == sample.framing)
        #expect(head.keepsAlive == sample.keepsAlive)
        #expect(head.isInterim == (sample.status < 200))
    }

    @Test(
        "an answer that cannot be framed for certain is refused",
        arguments: [
            "HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked",
            "HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 5", "HTTP/1.1 200 OK\nContent-Length: 5, 5",
            "HTTP/1.1 200 OK\nContent-Length: -5", "HTTP/1.1 200 OK\nContent-Length:",
            "HTTP/1.1 200 OK\nContent-Length: 99999999999999999999",
            "HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked",
            "HTTP/1.1 200 OK\nTransfer-Encoding: identity", "HTTP/1.1 200 OK\nTransfer-Encoding:",
            "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked",
            "HTTP/1.1 204 No Content\nContent-Length: 5\nTransfer-Encoding: chunked",
            "HTTP/1.1 99 Low", "HTTP/1.1 600 High", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 abc OK",
            "HTTP/1.1 -20 OK",
            "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", "HTTP/2 200 OK", "HTTP/1.2 200 OK", "http/1.1 200 OK", "ICY 200 OK",
            "200 OK", "", "x", "HTTP/1.1 200OK", "HTTP/1.1 200 OK\nX: a\n b", "HTTP/1.1 200 OK\nX : a",
            "HTTP/1.1 200 OK\nnonsense",
        ])
    func refuses(_ text: String) {
        #expect(throws: HTTPFault.self) { try AnswerHead.parse(Bytes.lines(text + "\n\n")).get() }
    }

    @Test(
        "control characters in the status line or a value are refused",
        arguments: [
            "HTTP/1.1 200 O\0K\r\n\r\n", "HTTP/1.1 200 OK\rX: y\r\n\r\n", "HTTP/1.1 200 OK\nX: y\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
        ])
    func controlCharacters(_ text: String) {
        #expect(throws: HTTPFault.self) { try AnswerHead.parse(Array(text.utf8)).get() }
    }

    @Test("fields beyond the limits are refused")
    func limits() {
        let many = "HTTP/1.1 200 OK\n" + (1...101).map { "X-\($0): v\n" }.joined() + "\n"
        #expect(throws: HTTPFault.self) { try AnswerHead.parse(Bytes.lines(many)).get() }
        let long = "HTTP/1.1 200 OK\nX: " + String(repeating: "a", count: 80 << 10) + "\n\n"
        #expect(throws: HTTPFault.self) { try AnswerHead.parse(Bytes.lines(long)).get() }
    }
}
