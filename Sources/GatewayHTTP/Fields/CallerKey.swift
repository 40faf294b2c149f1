// SPDX-License-Identifier: Apache-2.0

/// The key a caller presents, in whichever of the fields that provider SDKs use.
package enum CallerKey: Equatable, Sendable {
    /// None of the fields holds anything.
    case missing
    /// Two fields hold different keys, so that nobody can say who is calling.
    case ambiguous
    /// `Authorization` holds something other than a bearer token.
    case unsupportedScheme
    /// Where in the table's bytes the key lies.
    case presented(Range<Int>)

    /// The longest key looked at; a longer one is nobody's.
    package static let longest = 512

    /// Reads `Authorization: Bearer`, `x-api-key`, `api-key` and `x-goog-api-key`; all that are given must agree.
    package init(in fields: FieldTable) {
        var found: Range<Int>?
        for entry in fields.entries {
            var range = entry.value
            switch entry.known {
            case .authorization:
                guard !range.isEmpty else { continue }
                guard fields.value(at: range, startsWith: "bearer "), let token = Self.token(fields, range) else {
                    self = .unsupportedScheme
                    return
                }
                range = token
            case .xAPIKey, .apiKey, .xGoogAPIKey: break
            default: continue
            }
            if range.isEmpty { continue }
            if let found, fields.bytes[found] != fields.bytes[range] {
                self = .ambiguous
                return
            }
            found = range
        }
        self = found.map(CallerKey.presented) ?? .missing
    }

    private static func token(_ fields: FieldTable, _ range: Range<Int>) -> Range<Int>? {
        var start = range.lowerBound + 7
        while start < range.upperBound, fields.bytes[start] == .space { start += 1 }
        return start < range.upperBound ? start..<range.upperBound : nil
    }
}
