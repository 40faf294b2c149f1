// SPDX-License-Identifier: Apache-2.0

/// The path and query of a request, with the path in one normal form that routing, authorisation and logs share.
///
/// The rule: escapes of unreserved characters are undone, once; a path that then still has an escaped slash, backslash or
/// percent-encoded control, an empty segment before its end, or a `.` or `..` segment is refused. So no two spellings of
/// a path can mean different things to different readers.
package struct RequestTarget: Sendable, Equatable {
    /// The normal form, starting with `/`.
    package var path: [UInt8]
    /// What follows the `?`, as sent; nil without one.
    package var query: [UInt8]?

    /// Reads the target at `range` of a request line (RFC 9112 §3.2). The absolute form is taken when it names `host`,
    /// the value of the `Host` field.
    init(_ bytes: [UInt8], _ range: Range<Int>, host: ArraySlice<UInt8>?) throws(HTTPFault) {
        var start = range.lowerBound
        if bytes[start] != UInt8(ascii: "/") {
            start = try Self.skipAuthority(bytes, range, host: host)
        }
        var pathEnd = start
        while pathEnd < range.upperBound, ByteClass.path.contains(bytes[pathEnd]) { pathEnd += 1 }
        if pathEnd < range.upperBound {
            guard bytes[pathEnd] == UInt8(ascii: "?") else {
                throw HTTPFault(400, "the request target has a character that paths may not have")
            }
            let query = bytes[(pathEnd + 1)..<range.upperBound]
            guard query.allSatisfy({ ByteClass.query.contains($0) }) else {
                throw HTTPFault(400, "the request target has a character that queries may not have")
            }
            self.query = Array(query)
        }
        path = try Self.normalised(bytes[start..<pathEnd])
    }

    /// The schemes that a request may name.
    static let schemes = ["http", "https"]

    /// A target from HTTP/2's `:path`.
    package init(path target: [UInt8]) throws(HTTPFault) {
        guard target.first == UInt8(ascii: "/") else { throw HTTPFault(400, "the path does not start with a slash") }
        try self.init(target, 0..<target.count, host: nil)
    }

    private static func skipAuthority(
        _ bytes: [UInt8], _ range: Range<Int>, host: ArraySlice<UInt8>?
    ) throws(HTTPFault) -> Int {
        for scheme in schemes where bytes[range].starts(with: "\(scheme)://".utf8) {
            let start = range.lowerBound + scheme.utf8.count + 3
            let end = bytes[start..<range.upperBound].firstIndex(of: UInt8(ascii: "/")) ?? range.upperBound
            guard let host, bytes[start..<end].map(\.lowercased) == host.map(\.lowercased), end < range.upperBound
            else {
                throw HTTPFault(400, "the request target names another host than the Host field")
            }
            return end
        }
        throw HTTPFault(400, "the request target does not start with a slash")
    }

    private static func normalised(_ raw: ArraySlice<UInt8>) throws(HTTPFault) -> [UInt8] {
        let path = raw.contains(UInt8(ascii: "%")) ? try unescaped(raw) : Array(raw)
        var start = 1
        for index in 1..<(path.count + 1) where index == path.count || path[index] == UInt8(ascii: "/") {
            let segment = path[start..<index]
            if segment.isEmpty, index < path.count { throw HTTPFault(400, "the path has an empty segment") }
            if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
                throw HTTPFault(400, "the path has a dot segment")
            }
            start = index + 1
        }
        return path
    }

    private static func unescaped(_ raw: ArraySlice<UInt8>) throws(HTTPFault) -> [UInt8] {
        var path: [UInt8] = []
        var index = raw.startIndex
        while index < raw.endIndex {
            guard raw[index] == UInt8(ascii: "%") else {
                path.append(raw[index])
                index += 1
                continue
            }
            guard index + 2 < raw.endIndex, let high = raw[index + 1].hexadecimalDigit,
                let low = raw[index + 2].hexadecimalDigit
            else { throw HTTPFault(400, "the path has a percent sign that starts no escape") }
            let byte = high << 4 | low
            if ByteClass.unreserved.contains(byte) {
                path.append(byte)
            } else if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte == 0x7f {
                throw HTTPFault(400, "the path has an escaped slash, backslash or control character")
            } else {
                path.append(contentsOf: raw[index..<(index + 3)])
            }
            index += 3
        }
        return path
    }
}
