// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("The key a caller presents")
struct CallerKeyTests {
    enum Outcome: Sendable, Equatable {
        case key(String)
        case missing, ambiguous, unsupportedScheme
    }

    static let samples: [(fields: String, outcome: Outcome)] = [
        ("Accept: */*", .missing),
        ("Authorization: Bearer k1", .key("k1")),
        ("authorization: bearer k1", .key("k1")),
        ("Authorization: BEARER k1", .key("k1")),
        ("Authorization: Bearer   k1", .key("k1")),
        ("x-api-key: k1", .key("k1")),
        ("api-key: k1", .key("k1")),
        ("X-Goog-Api-Key: k1", .key("k1")),
        ("Authorization: Bearer k1\nx-api-key: k1", .key("k1")),
        ("Authorization: Bearer k1\nx-api-key: k1\napi-key: k1\nx-goog-api-key: k1", .key("k1")),
        ("x-api-key: \nAuthorization: Bearer k1", .key("k1")),
        ("Authorization:\nx-api-key: k1", .key("k1")),
        ("Authorization: Bearer k1\nx-api-key: k2", .ambiguous),
        ("Authorization: Bearer k1\nAuthorization: Bearer k2", .ambiguous),
        ("Authorization: Bearer k1\nAuthorization: Bearer k1", .key("k1")),
        ("x-api-key: k1\nx-api-key: k2", .ambiguous),
        ("api-key: k1\nx-goog-api-key: k1x", .ambiguous),
        ("x-api-key: K1\napi-key: k1", .ambiguous),
        ("Authorization: Basic dTpw", .unsupportedScheme),
        ("Authorization: Basic dTpw\nx-api-key: k1", .unsupportedScheme),
        ("Authorization: k1", .unsupportedScheme),
        ("Authorization: Bearer", .unsupportedScheme),
        ("Authorization: Bearer ", .unsupportedScheme),
        ("Authorization: Bearerk1", .unsupportedScheme),
        ("Authorization: Bearer\tk1", .unsupportedScheme),
        ("Authorization: Bearer k1 k2", .key("k1 k2")),
        ("x-api-key:", .missing),
        ("Proxy-Authorization: Bearer k1\nCookie: key=k1\nx-key: k1", .missing),
    ]

    @Test("every field that SDKs use is read, and all must agree", arguments: samples)
    func reads(fields: String, outcome: Outcome) throws {
        let head = try RequestHead.parse(Bytes.lines("GET / HTTP/1.1\nHost: gw\n\(fields)\n\n")).get()
        #expect(Self.outcome(head.fields) == outcome)
    }

    @Test("HTTP/2's fields are read alike", arguments: samples)
    func readsHTTP2(fields: String, outcome: Outcome) throws {
        var table = FieldTable()
        for line in fields.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts[1].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            try table.add(name: parts[0].lowercased().utf8, value: Array(String(value).utf8))
        }
        #expect(Self.outcome(table) == outcome)
    }

    private static func outcome(_ fields: FieldTable) -> Outcome {
        switch CallerKey(in: fields) {
        case .missing: .missing
        case .ambiguous: .ambiguous
        case .unsupportedScheme: .unsupportedScheme
        case .presented(let range): .key(fields.text(range))
        }
    }
}
