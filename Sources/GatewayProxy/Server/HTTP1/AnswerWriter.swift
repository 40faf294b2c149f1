// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import NIOCore

/// Puts one answer into HTTP/1 wire form.
struct AnswerWriter {
    /// Whether the connection serves another request after this answer.
    var keepsAlive: Bool
    /// Whether the answer was broken off, so that the connection must end without its terminal chunk.
    var isBroken = false
    private let isHead: Bool
    /// HTTP/1.0 knows no chunks: the connection's end is the body's end.
    private let isHTTP10: Bool
    /// A head that leaves with the first piece of its body.
    private var pending: ByteBuffer?

    /// Pieces up to this size are copied behind their framing; larger ones are written beside it.
    private static let copyLimit = 16 << 10

    init(isHead: Bool = false, isHTTP10: Bool = false, keepsAlive: Bool = true) {
        self.isHead = isHead
        self.isHTTP10 = isHTTP10
        self.keepsAlive = keepsAlive
    }

    /// A whole answer.
    mutating func whole(_ head: ResponseHead, _ body: ByteBuffer) -> [ByteBuffer] {
        let copies = body.readableBytes <= Self.copyLimit
        var buffer = ByteBuffer()
        buffer.reserveCapacity(head.fields.count + 160 + (copies ? body.readableBytes : 0))
        start(head, &buffer)
        buffer.writeStaticString("content-length: ")
        buffer.writeDecimal(body.readableBytes)
        buffer.writeStaticString("\r\n\r\n")
        if isHead { return [buffer] }
        if copies {
            buffer.writeImmutableBuffer(body)
            return [buffer]
        }
        return [buffer, body]
    }

    /// The head of an answer whose length is not known.
    mutating func begin(_ head: ResponseHead) {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(head.fields.count + 1024)
        start(head, &buffer)
        buffer.writeStaticString(isHTTP10 ? "\r\n" : "transfer-encoding: chunked\r\n\r\n")
        pending = buffer
    }

    mutating func takePending() -> ByteBuffer? {
        defer { pending = nil }
        return pending
    }

    /// A piece of the body as a chunk.
    mutating func piece(_ bytes: ByteBuffer) -> [ByteBuffer] {
        chunk(bytes, isLast: false)
    }

    /// The last piece, if there is one, and the end of the body.
    mutating func last(_ bytes: ByteBuffer) -> [ByteBuffer] {
        chunk(bytes, isLast: true)
    }

    private mutating func chunk(_ bytes: ByteBuffer, isLast: Bool) -> [ByteBuffer] {
        if isHTTP10 { return [takePending(), bytes].compactMap(\.self) }
        let copies = bytes.readableBytes <= Self.copyLimit
        var buffer = takePending() ?? ByteBuffer()
        buffer.reserveCapacity(minimumWritableBytes: 32 + (copies ? bytes.readableBytes : 0))
        if bytes.readableBytes > 0 {
            buffer.writeHexadecimal(bytes.readableBytes)
            buffer.writeStaticString("\r\n")
        }
        let tail: StaticString =
            switch (bytes.readableBytes > 0, isLast) {
            case (true, true): "\r\n0\r\n\r\n"
            case (true, false): "\r\n"
            case (false, true): "0\r\n\r\n"
            case (false, false): ""
            }
        if copies {
            buffer.writeImmutableBuffer(bytes)
            buffer.writeStaticString(tail)
            return [buffer]
        }
        return [buffer, bytes, ByteBuffer(staticString: tail)]
    }

    private func start(_ head: ResponseHead, _ buffer: inout ByteBuffer) {
        if let line = StatusLine.line(head.status) {
            buffer.writeStaticString(line)
        } else {
            buffer.writeStaticString("HTTP/1.1 ")
            buffer.writeDecimal(head.status)
            buffer.writeStaticString(" \r\n")
        }
        buffer.writeBytes(head.fields)
        if !keepsAlive { buffer.writeStaticString("connection: close\r\n") }
    }
}

/// Status lines, ready made.
enum StatusLine {
    /// The line of a usual status; another is written as a number without a reason.
    static func line(_ status: Int) -> StaticString? {
        switch status {
        case 200: "HTTP/1.1 200 OK\r\n"
        case 201: "HTTP/1.1 201 Created\r\n"
        case 202: "HTTP/1.1 202 Accepted\r\n"
        case 204: "HTTP/1.1 204 No Content\r\n"
        case 400: "HTTP/1.1 400 Bad Request\r\n"
        case 401: "HTTP/1.1 401 Unauthorized\r\n"
        case 402: "HTTP/1.1 402 Payment Required\r\n"
        case 403: "HTTP/1.1 403 Forbidden\r\n"
        case 404: "HTTP/1.1 404 Not Found\r\n"
        case 405: "HTTP/1.1 405 Method Not Allowed\r\n"
        case 408: "HTTP/1.1 408 Request Timeout\r\n"
        case 409: "HTTP/1.1 409 Conflict\r\n"
        case 413: "HTTP/1.1 413 Content Too Large\r\n"
        case 415: "HTTP/1.1 415 Unsupported Media Type\r\n"
        case 417: "HTTP/1.1 417 Expectation Failed\r\n"
        case 422: "HTTP/1.1 422 Unprocessable Content\r\n"
        case 429: "HTTP/1.1 429 Too Many Requests\r\n"
        case 431: "HTTP/1.1 431 Request Header Fields Too Large\r\n"
        case 500: "HTTP/1.1 500 Internal Server Error\r\n"
        case 501: "HTTP/1.1 501 Not Implemented\r\n"
        case 502: "HTTP/1.1 502 Bad Gateway\r\n"
        case 503: "HTTP/1.1 503 Service Unavailable\r\n"
        case 504: "HTTP/1.1 504 Gateway Timeout\r\n"
        case 529: "HTTP/1.1 529 Overloaded\r\n"
        default: nil
        }
    }
}

extension ByteBuffer {
    mutating func writeDecimal(_ value: Int) {
        for digit in DecimalDigits(value) { writeInteger(digit) }
    }

    mutating func writeHexadecimal(_ value: Int) {
        var shift = (Int.bitWidth - value.leadingZeroBitCount + 3) / 4 * 4 - 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value >> shift & 0xf)
            writeInteger(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }
}
