// SPDX-License-Identifier: Apache-2.0

extension Media {
    /// What `url` leads to: the data itself, if it is a data URI in base64.
    package init(_ kind: Kind, url: JSONString) {
        guard let (mediaType, data) = url.dataURI else {
            self.init(kind, .url(url))
            return
        }
        self.init(kind, .data(data), mediaType: mediaType.isEmpty ? nil : mediaType)
    }

    /// A data URI of `data`.
    package static func dataURI(_ data: JSONString, mediaType: JSONString) -> JSONString {
        JSONString(joining: ["data:", mediaType, ";base64,", data])
    }
}

extension JSONString {
    /// Longest head of a data URI that is looked at: nobody's media type is longer.
    private static let longestDataURIHead = 256

    /// The media type and the base64 text of a data URI; nil for anything else.
    fileprivate var dataURI: (mediaType: JSONString, data: JSONString)? {
        guard reads(prefix: "data:") else { return nil }
        let rest = escaped.dropFirst(5)
        guard let comma = rest.prefix(Self.longestDataURIHead).firstIndex(of: UInt8(ascii: ",")) else { return nil }
        let head = rest[..<comma]
        let mark = ";base64"
        guard head.suffix(mark.utf8.count).elementsEqual(mark.utf8) else { return nil }
        return (JSONString(escaped: head.dropLast(mark.utf8.count)), JSONString(escaped: rest[(comma + 1)...]))
    }

    /// Whether the raw text begins with `prefix`, which is plain ASCII. No one escapes the letters of a scheme.
    package func reads(prefix: StaticString) -> Bool {
        escaped.starts(with: UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
    }
}
