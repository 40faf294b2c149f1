// SPDX-License-Identifier: Apache-2.0

/// Header fields that the gateway itself reads, recognised once when a head is parsed so that finding one is a
/// comparison of one byte.
package enum KnownField: UInt8, Sendable, CaseIterable {
    case other
    case host
    case connection
    case contentLength
    case transferEncoding
    case contentType
    case contentEncoding
    case expect
    case upgrade
    case authorization
    case xAPIKey
    case apiKey
    case xGoogAPIKey
    case xRequestID
    case traceparent
    case accept
    case retryAfter
    case keepAlive
    case te
    case trailer
    case proxyConnection
    case proxyAuthorization
    case cookie

    /// The field's name in lower case; empty for `other`.
    var name: StaticString {
        switch self {
        case .other: ""
        case .host: "host"
        case .connection: "connection"
        case .contentLength: "content-length"
        case .transferEncoding: "transfer-encoding"
        case .contentType: "content-type"
        case .contentEncoding: "content-encoding"
        case .expect: "expect"
        case .upgrade: "upgrade"
        case .authorization: "authorization"
        case .xAPIKey: "x-api-key"
        case .apiKey: "api-key"
        case .xGoogAPIKey: "x-goog-api-key"
        case .xRequestID: "x-request-id"
        case .traceparent: "traceparent"
        case .accept: "accept"
        case .retryAfter: "retry-after"
        case .keepAlive: "keep-alive"
        case .te: "te"
        case .trailer: "trailer"
        case .proxyConnection: "proxy-connection"
        case .proxyAuthorization: "proxy-authorization"
        case .cookie: "cookie"
        }
    }

    /// A trailer may not say what only a header may: how the message is framed, where it goes, who sends it.
    func checkAsTrailer() throws(HTTPFault) {
        switch self {
        case .other, .xRequestID, .traceparent: return
        default: throw HTTPFault(400, "a trailer names a field that only a header may set")
        }
    }

    /// The field whose lower-case name stands at `range`.
    init(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
        let candidates: (KnownField, KnownField, KnownField, KnownField)
        switch range.count {
        case 2: candidates = (.te, .other, .other, .other)
        case 4: candidates = (.host, .other, .other, .other)
        case 6: candidates = (.accept, .expect, .cookie, .other)
        case 7: candidates = (.apiKey, .upgrade, .trailer, .other)
        case 9: candidates = (.xAPIKey, .other, .other, .other)
        case 10: candidates = (.connection, .keepAlive, .other, .other)
        case 11: candidates = (.traceparent, .retryAfter, .other, .other)
        case 12: candidates = (.contentType, .xRequestID, .other, .other)
        case 13: candidates = (.authorization, .other, .other, .other)
        case 14: candidates = (.contentLength, .xGoogAPIKey, .other, .other)
        case 16: candidates = (.contentEncoding, .proxyConnection, .other, .other)
        case 17: candidates = (.transferEncoding, .other, .other, .other)
        case 19: candidates = (.proxyAuthorization, .other, .other, .other)
        default:
            self = .other
            return
        }
        if candidates.0.isNamed(bytes, range) {
            self = candidates.0
        } else if candidates.1.isNamed(bytes, range) {
            self = candidates.1
        } else if candidates.2.isNamed(bytes, range) {
            self = candidates.2
        } else {
            self = .other
        }
    }

    private func isNamed(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        self != .other && bytes.holds(name, at: range)
    }
}
