// SPDX-License-Identifier: Apache-2.0

/// A request method. Those the gateway has no use for are `other`, and answered 405.
package enum HTTPMethod: Sendable, Equatable {
    case get, head, post, put, patch, delete, options, other

    /// The method of an HTTP/2 request. Throws when `name` is not a token, of which all methods are made.
    init(name: [UInt8]) throws(HTTPFault) {
        guard !name.isEmpty, name.allSatisfy({ ByteClass.token.contains($0) }) else {
            throw HTTPFault(400, "the request has no method")
        }
        self.init(name.span, 0..<name.count)
    }

    /// The method spelt by `bytes`; methods are case-sensitive (RFC 9110 §9.1).
    init(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
        self =
            switch range.count {
            case 3 where bytes.holds("GET", at: range): .get
            case 3 where bytes.holds("PUT", at: range): .put
            case 4 where bytes.holds("POST", at: range): .post
            case 4 where bytes.holds("HEAD", at: range): .head
            case 5 where bytes.holds("PATCH", at: range): .patch
            case 6 where bytes.holds("DELETE", at: range): .delete
            case 7 where bytes.holds("OPTIONS", at: range): .options
            default: .other
            }
    }
}

extension Span<UInt8> {
    /// Whether the bytes at `range` are exactly `text`.
    func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard text.utf8CodeUnitCount == range.count else { return false }
        let wanted = text.utf8Start
        for offset in 0..<range.count where self[range.lowerBound + offset] != wanted[offset] { return false }
        return true
    }
}
