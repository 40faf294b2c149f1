// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Header fields")
struct FieldTableTests {
    private func table(_ fields: String) throws -> FieldTable {
        try RequestHead.parse(Bytes.lines("GET / HTTP/1.1\nHost: gw\n\(fields)\n\n")).get().fields
    }

    @Test("names come out in lower case, values trimmed and otherwise untouched, in order")
    func pairs() throws {
        let table = try table("X-One:  A b\t\nx-two:\nX-ONE: C")
        #expect(table.pairs == ["host: gw", "x-one: A b", "x-two: ", "x-one: C"])
    }

    @Test(
        "the members of a list, without white space and empty ones",
        arguments: [
            ("a", ["a"]), ("a,b", ["a", "b"]), (" a , b\t,c ", ["a", "b", "c"]), (",,a,,", ["a"]), ("", []),
            (" , \t,", []),
            ("a b,c", ["a b", "c"]), ("\"a,b\"", ["\"a", "b\""]),
        ])
    func members(_ value: String, _ members: [String]) throws {
        let table = try table("X-List: \(value)")
        let range = try #require(table.entries.last).value
        #expect(table.members(at: range).map { table.text($0) } == members)
    }

    @Test(
        "every field that the gateway reads is recognised, in any case",
        arguments: [
            ("host", KnownField.host), ("connection", .connection), ("content-length", .contentLength),
            ("transfer-encoding", .transferEncoding), ("content-type", .contentType),
            ("content-encoding", .contentEncoding),
            ("expect", .expect), ("upgrade", .upgrade), ("authorization", .authorization), ("x-api-key", .xAPIKey),
            ("api-key", .apiKey), ("x-goog-api-key", .xGoogAPIKey), ("x-request-id", .xRequestID),
            ("traceparent", .traceparent), ("accept", .accept), ("retry-after", .retryAfter),
            ("keep-alive", .keepAlive),
            ("te", .te), ("trailer", .trailer), ("proxy-connection", .proxyConnection),
            ("proxy-authorization", .proxyAuthorization), ("cookie", .cookie),
        ])
    func known(_ name: String, _ field: KnownField) throws {
        var table = FieldTable()
        try table.add(name: name.utf8, value: "v".utf8)
        #expect(table.entries.map(\.known) == [field])
        #expect(table.first(field) == table.entries[0].value)
        #expect(table.count(field) == 1)
        guard field != .host, field != .contentLength, field != .transferEncoding, field != .expect else { return }
        let parsed = try self.table("\(name.uppercased()): v")
        #expect(parsed.entries.map(\.known) == [.host, field])
    }

    @Test("every known field is in the list above, and none of the others is mistaken for one")
    func others() throws {
        #expect(KnownField.allCases.count == 23)
        for name in ["hos", "hostx", "accepts", "xapi-key", "x-api-kex", "x", "te2", "set-cookie", "content-lengthy"] {
            var table = FieldTable()
            try table.add(name: name.utf8, value: "v".utf8)
            #expect(table.entries.map(\.known) == [.other], "\(name)")
        }
    }

    @Test(
        "HTTP/2 fields that would forge a line in HTTP/1 are refused",
        arguments: [
            ("x-a", "b\r\nx-c: d"), ("x-a", "b\nc"), ("x-a", "b\0"), ("x-a", "\u{7f}"), ("x-a\r\n", "b"), ("x a", "b"),
            ("x:a", "b"),
            ("", "b"), ("X-A", "b"), ("é", "b"), (":path", "/x"),
        ])
    func forgeries(_ name: String, _ value: String) {
        var table = FieldTable()
        #expect(throws: HTTPFault.self) { try table.add(name: name.utf8, value: value.utf8) }
        #expect(table.entries.isEmpty)
    }

    @Test("values compare without regard to case, whole or by their start")
    func comparisons() throws {
        let table = try table("X-A: Text/Event-Stream; x")
        let value = try #require(table.entries.last).value
        #expect(table.value(at: value, startsWith: "text/event-stream"))
        #expect(table.value(at: value, is: "text/event-stream; x"))
        #expect(!table.value(at: value, is: "text/event-stream"))
        #expect(!table.value(at: value, startsWith: "text/event-stream; xy"))
        #expect(!table.value(at: value, startsWith: "event"))
    }
}
