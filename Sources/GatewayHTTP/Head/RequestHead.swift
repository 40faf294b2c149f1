// SPDX-License-Identifier: Apache-2.0

/// What becomes of a connection after a request.
package enum Persistence: Sendable {
    /// It may serve another.
    case keepsAlive
    /// The client wants it closed.
    case closes
    /// It is closed, and the client speaks HTTP/1.0: one answer each, since what more would do is anybody's guess.
    case http10
}

/// The head of a request, checked: whoever holds one need not ask again whether it is well formed.
package struct RequestHead: Sendable {
    package var method: HTTPMethod
    package var target: RequestTarget
    package var fields: FieldTable
    package var framing: BodyFraming
    /// Whether the client speaks HTTP/1.0, which knows no chunks.
    package var isHTTP10: Bool
    /// Whether the connection may serve another request after this one.
    package var keepsAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool

    package init(
        method: HTTPMethod, target: RequestTarget, fields: FieldTable, framing: BodyFraming,
        persistence: Persistence, expectsContinue: Bool = false
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.framing = framing
        isHTTP10 = persistence == .http10
        keepsAlive = persistence == .keepsAlive
        self.expectsContinue = expectsContinue
    }

    /// Parses `bytes`, a whole HTTP/1 head with its empty line (see `HeadFinder`), by RFC 9112, strictly: what two readers
    /// could read in two ways is refused. Throws the fault to answer with before closing.
    package init(parsing bytes: borrowing Span<UInt8>, limits: HeadLimits) throws(HTTPFault) {
        try limits.checkSize(bytes.count)
        let line = try RequestLine(bytes)
        var reader = LineReader(FieldTable(bytes: Array(copying: bytes), expecting: 16), limits: limits)
        try reader.readFields(from: line.end)
        let fields = reader.take()
        let checked = try RequestFieldRules.check(fields, line.isHTTP10 ? .http10 : .http11)
        self.init(
            method: line.method,
            target: try RequestTarget(
                fields.bytes, line.target, host: fields.first(.host).map { fields.bytes[$0] }),
            fields: fields, framing: checked.framing, persistence: checked.persistence,
            // HTTP/1.0 has no interim answers, whatever the client says it expects (RFC 9110 §10.1.1).
            expectsContinue: checked.expectsContinue && checked.framing != .none && !line.isHTTP10)
    }
}

extension Array<UInt8> {
    /// The bytes of `span`.
    init(copying span: borrowing Span<UInt8>) {
        self = span.withUnsafeBufferPointer { Array($0) }
    }
}

/// `METHOD SP target SP HTTP/1.x CRLF`.
private struct RequestLine {
    var method: HTTPMethod
    var target: Range<Int>
    var isHTTP10: Bool
    /// Where the first field line starts.
    var end: Int

    init(_ bytes: borrowing Span<UInt8>) throws(HTTPFault) {
        var index = 0
        while ByteClass.token.contains(bytes[index]) { index += 1 }
        guard index > 0, bytes[index] == .space else { throw HTTPFault(400, "the request line has no method") }
        method = HTTPMethod(bytes, 0..<index)
        let start = index + 1
        index = start
        while bytes[index] > 0x20, bytes[index] < 0x7f { index += 1 }
        guard index > start, bytes[index] == .space else {
            throw HTTPFault(400, "the request line has no valid target")
        }
        target = start..<index
        let version = (index + 1)..<(index + 9)
        guard version.upperBound + 2 <= bytes.count else { throw HTTPFault(400, "the request line has no version") }
        if bytes.holds("HTTP/1.1", at: version) {
            isHTTP10 = false
        } else if bytes.holds("HTTP/1.0", at: version) {
            isHTTP10 = true
        } else {
            throw HTTPFault(400, "the request line does not end in HTTP/1.1")
        }
        guard bytes[version.upperBound] == .cr, bytes[version.upperBound + 1] == .lf else {
            throw HTTPFault(400, "the request line does not end after its version")
        }
        end = version.upperBound + 2
    }
}
