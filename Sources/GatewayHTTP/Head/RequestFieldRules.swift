// SPDX-License-Identifier: Apache-2.0

/// What the fields of a request head say about the message itself, and which combinations are refused because two
/// readers could disagree about them.
enum RequestFieldRules {
    struct Checked {
        var framing: BodyFraming
        var persistence: Persistence
        var expectsContinue: Bool
    }

    static func check(_ fields: FieldTable, _ version: HTTPVersion) throws(HTTPFault) -> Checked {
        if version == .http2 { try checkConnectionFree(fields) }
        try checkHost(fields, version)
        let framing = try framing(fields, version)
        let persistence = try persistence(fields, version)
        return Checked(framing: framing, persistence: persistence, expectsContinue: try expectation(fields))
    }

    /// HTTP/2 has no fields that speak of the connection, and `te` says nothing but that trailers may come
    /// (RFC 9113 §8.2.2).
    private static func checkConnectionFree(_ fields: FieldTable) throws(HTTPFault) {
        for entry in fields.entries {
            switch entry.known {
            case .connection, .transferEncoding, .upgrade, .keepAlive, .proxyConnection:
                throw HTTPFault(400, "a header field speaks of the connection, which HTTP/2 has no fields for")
            case .te where !fields.value(at: entry.value, is: "trailers"):
                throw HTTPFault(400, "TE says something other than trailers")
            default: continue
            }
        }
    }

    private static func framing(_ fields: FieldTable, _ version: HTTPVersion) throws(HTTPFault) -> BodyFraming {
        let lengths = fields.count(.contentLength)
        switch fields.count(.transferEncoding) {
        case 0: break
        case 1:
            guard lengths == 0 else {
                throw HTTPFault(400, "the request has both Content-Length and Transfer-Encoding")
            }
            guard version != .http10 else { throw HTTPFault(400, "HTTP/1.0 has no Transfer-Encoding") }
            return try transferEncoding(fields)
        default: throw HTTPFault(400, "the request has more than one Transfer-Encoding")
        }
        guard lengths <= 1 else { throw HTTPFault(400, "the request has more than one Content-Length") }
        guard let value = fields.first(.contentLength) else { return .none }
        let length = try contentLength(fields.bytes[value])
        return length == 0 ? .none : .length(length)
    }

    private static func transferEncoding(_ fields: FieldTable) throws(HTTPFault) -> BodyFraming {
        guard let value = fields.first(.transferEncoding) else { return .none }
        if fields.value(at: value, is: "chunked") { return .chunked }
        let members = fields.members(at: value)
        if let last = members.last, members.count > 1, fields.value(at: last, is: "chunked") {
            throw HTTPFault(501, "the only transfer coding taken is chunked")
        }
        throw HTTPFault(400, "Transfer-Encoding is not chunked")
    }

    /// A decimal number of at most 18 digits: more than any limit, and never an overflow.
    static func contentLength(_ value: ArraySlice<UInt8>) throws(HTTPFault) -> Int {
        guard !value.isEmpty, value.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            throw HTTPFault(400, "Content-Length is not a number")
        }
        guard value.count <= 18 else { throw HTTPFault(413, "Content-Length is larger than any limit") }
        return value.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private static func checkHost(_ fields: FieldTable, _ version: HTTPVersion) throws(HTTPFault) {
        switch fields.count(.host) {
        case 0 where version == .http10: return
        case 1: break
        default: throw HTTPFault(400, "a request names exactly one host")
        }
        guard let value = fields.first(.host), isHost(fields.bytes[value]) else {
            throw HTTPFault(400, "the Host or :authority field is not a host name and port")
        }
    }

    /// `uri-host [ ":" port ]` (RFC 9110 §7.2).
    static func isHost(_ value: ArraySlice<UInt8>) -> Bool {
        guard let first = value.first else { return false }
        var rest: ArraySlice<UInt8>
        if first == UInt8(ascii: "[") {
            guard let close = value.firstIndex(of: UInt8(ascii: "]")), close > value.startIndex + 2,
                value[(value.startIndex + 1)..<close].allSatisfy({ ByteClass.ipv6.contains($0) })
            else { return false }
            rest = value[(close + 1)...]
        } else {
            let end = value.firstIndex(of: UInt8(ascii: ":")) ?? value.endIndex
            guard end > value.startIndex, value[..<end].allSatisfy({ ByteClass.host.contains($0) }) else {
                return false
            }
            rest = value[end...]
        }
        if rest.isEmpty { return true }
        guard rest.popFirst() == UInt8(ascii: ":") else { return false }
        guard rest.count <= 5, rest.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
            return false
        }
        return rest.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } <= 65535
    }

    private static func persistence(_ fields: FieldTable, _ version: HTTPVersion) throws(HTTPFault) -> Persistence {
        var persistence = version == .http10 ? Persistence.http10 : .keepsAlive
        for entry in fields.entries where entry.known == .connection {
            for member in fields.members(at: entry.value) {
                if fields.value(at: member, is: "close") {
                    if version != .http10 { persistence = .closes }
                } else if fields.value(at: member, is: "keep-alive") {
                    continue
                } else if namesEndToEndField(fields, member) {
                    throw HTTPFault(400, "Connection names a field that is not hop-by-hop")
                }
            }
        }
        return persistence
    }

    /// Whether Connection asks an intermediary to drop a field that decides framing, routing or identity.
    private static func namesEndToEndField(_ fields: FieldTable, _ member: Range<Int>) -> Bool {
        let name = fields.bytes[member].map(\.lowercased)
        switch KnownField(name.span, 0..<name.count) {
        case .other, .upgrade, .te, .trailer, .keepAlive, .proxyConnection: return false
        default: return true
        }
    }

    private static func expectation(_ fields: FieldTable) throws(HTTPFault) -> Bool {
        guard let value = fields.first(.expect) else { return false }
        guard fields.count(.expect) == 1, fields.value(at: value, is: "100-continue") else {
            throw HTTPFault(417, "the only expectation met is 100-continue")
        }
        return true
    }
}
