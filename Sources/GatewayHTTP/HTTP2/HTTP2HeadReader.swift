// SPDX-License-Identifier: Apache-2.0

/// Reads the head of an HTTP/2 request, field by field as they are decoded (RFC 9113 §8.3), into what an HTTP/1 head
/// would have been: the same rules then hold for both, by the same code.
package struct HTTP2HeadReader: ~Copyable {
    private let limits: HeadLimits
    private var method: HTTPMethod?
    private var target: RequestTarget?
    private var scheme: String?
    private var authority: [UInt8]?
    private var fields = FieldTable()
    private var size = 0

    package init(limits: HeadLimits) {
        self.limits = limits
    }

    /// Takes the next field. Throws the fault to answer the request with.
    package mutating func add(name: String, value: String) throws(HTTPFault) {
        // Counted as HTTP/1 writes a field, with its colon, space and line end.
        size += name.utf8.count + value.utf8.count + 4
        try limits.checkSize(size)
        if name.utf8.first == UInt8(ascii: ":") {
            try addPseudo(name, value)
        } else {
            try addField(name, value)
        }
    }

    private mutating func addPseudo(_ name: String, _ value: String) throws(HTTPFault) {
        guard fields.entries.isEmpty else { throw HTTPFault(400, "a pseudo-header field comes after other fields") }
        switch name {
        case ":method" where method == nil: method = try HTTPMethod(name: Array(value.utf8))
        case ":path" where target == nil: target = try RequestTarget(path: Array(value.utf8))
        case ":authority" where authority == nil: authority = Array(value.utf8)
        case ":scheme" where scheme == nil:
            guard RequestTarget.schemes.contains(value) else { throw HTTPFault(400, "the scheme is not http or https") }
            scheme = value
        default: throw HTTPFault(400, "a pseudo-header field is unknown or stands twice")
        }
    }

    private mutating func addField(_ name: String, _ value: String) throws(HTTPFault) {
        try limits.checkRoom(after: fields.entries.count + (authority == nil ? 0 : 1))
        guard !Self.isWhite(value.utf8.first), !Self.isWhite(value.utf8.last) else {
            throw HTTPFault(400, "a header field value starts or ends with white space")
        }
        try fields.add(name: name.utf8, value: value.utf8)
    }

    private static func isWhite(_ byte: UInt8?) -> Bool { byte == .space || byte == .tab }

    /// The whole head. `endsStream` says that no body follows it. Throws the fault to answer the request with.
    package consuming func head(endsStream: Bool) throws(HTTPFault) -> RequestHead {
        guard let method, let target, scheme != nil else {
            throw HTTPFault(400, "the request has no :method, :scheme or :path")
        }
        try mergeAuthority()
        let checked = try RequestFieldRules.check(fields, .http2)
        return RequestHead(
            method: method, target: target, fields: fields,
            framing: try framing(checked.framing, endsStream: endsStream), persistence: checked.persistence,
            expectsContinue: checked.expectsContinue && !endsStream)
    }

    /// `:authority` is what HTTP/1 says in `Host`, and becomes it. A request that has both must have them agree.
    private mutating func mergeAuthority() throws(HTTPFault) {
        guard let authority else { return }
        guard let host = fields.first(.host) else {
            try fields.add(name: "host".utf8, value: authority)
            return
        }
        guard fields.bytes[host].map(\.lowercased) == authority.map(\.lowercased) else {
            throw HTTPFault(400, "the request names two different hosts")
        }
    }

    private func framing(_ told: BodyFraming, endsStream: Bool) throws(HTTPFault) -> BodyFraming {
        switch (told, endsStream) {
        case (.length, true): throw HTTPFault(400, "Content-Length announces a body, and none follows")
        case (_, true): return .none
        case (.length, false): return told
        // No length, or a length of 0, which the stream's end will confirm.
        default: return fields.count(.contentLength) == 0 ? .untilClose : .length(0)
        }
    }
}
