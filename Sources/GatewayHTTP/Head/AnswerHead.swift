// SPDX-License-Identifier: Apache-2.0

/// The head of a provider's answer, checked as strictly as a request's.
package struct AnswerHead: Sendable {
    package var status: Int
    package var fields: FieldTable
    package var framing: BodyFraming
    /// Whether the connection may carry another request once the body is read.
    package var keepsAlive: Bool

    /// An interim answer (1xx): the real one follows on the same connection.
    package var isInterim: Bool { status < 200 }

    /// Parses `bytes`, a whole HTTP/1 head with its empty line. Throws when the answer is not one a client can trust to
    /// frame; the connection must then be dropped.
    package init(parsing bytes: borrowing Span<UInt8>, limits: HeadLimits) throws(HTTPFault) {
        guard bytes.count <= limits.bytes else { throw HTTPFault(502, "the answer's head is too large") }
        guard bytes.count >= 14, bytes.holds("HTTP/1.", at: 0..<7),
            bytes[7] == UInt8(ascii: "1") || bytes[7] == UInt8(ascii: "0"), bytes[8] == .space,
            let status = Self.status(bytes), bytes[12] == .space || bytes[12] == .cr
        else { throw HTTPFault(502, "the answer does not start with an HTTP/1.1 status line") }
        var index = 12
        while ByteClass.isFieldValue(bytes[index]) { index += 1 }
        guard bytes[index] == .cr, bytes[index + 1] == .lf else {
            throw HTTPFault(502, "the answer's status line has a control character")
        }
        var reader = LineReader(FieldTable(bytes: Array(copying: bytes), expecting: 16), limits: limits)
        try reader.readFields(from: index + 2)
        fields = reader.take()
        self.status = status
        let isHTTP10 = bytes[7] == UInt8(ascii: "0")
        framing = try Self.framing(fields, status: status)
        keepsAlive = !isHTTP10 && framing != .untilClose && status != 101 && !Self.closes(fields)
    }

    private static func status(_ bytes: borrowing Span<UInt8>) -> Int? {
        var status = 0
        for index in 9..<12 {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            status = status * 10 + Int(digit)
        }
        return (100...599).contains(status) ? status : nil
    }

    private static func framing(_ fields: FieldTable, status: Int) throws(HTTPFault) -> BodyFraming {
        let lengths = fields.count(.contentLength)
        let encodings = fields.count(.transferEncoding)
        guard lengths + encodings <= 1 else { throw HTTPFault(502, "the answer is framed in two ways") }
        if status < 200 || status == 204 || status == 304 { return .none }
        if let value = fields.first(.transferEncoding) {
            guard fields.value(at: value, is: "chunked") else {
                throw HTTPFault(502, "the answer has a transfer coding other than chunked")
            }
            return .chunked
        }
        guard let value = fields.first(.contentLength) else { return .untilClose }
        let length = try RequestFieldRules.contentLength(fields.bytes[value])
        return length == 0 ? .none : .length(length)
    }

    private static func closes(_ fields: FieldTable) -> Bool {
        for entry in fields.entries where entry.known == .connection {
            for member in fields.members(at: entry.value) where fields.value(at: member, is: "close") { return true }
        }
        return false
    }
}
