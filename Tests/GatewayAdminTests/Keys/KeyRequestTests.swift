// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite("Requests about keys")
struct KeyRequestTests {
    @Test(
        "a wrong body is refused and told what is wrong",
        arguments: [
            (#"{"name":"a","ownr":"b"}"#, "unknown_field", "Did you mean \"owner\"?"),
            (#"{"name":"a","key":"sk-sluice-mine"}"#, "unknown_field", "no field \"key\""),
            (#"{"name":"a","id":"key_x","origin":"file"}"#, "unknown_field", "no field \"id\""),
            (#"{}"#, "invalid_field", "\"name\" is required"),
            (#"{"name":null}"#, "invalid_field", "\"name\" is required"),
            (#"{"name":7}"#, "invalid_field", "\"name\" must be a string, not a number"),
            (#"{"name":["a"]}"#, "invalid_field", "must be a string, not an array"),
            (#"{"name":""}"#, "invalid_field", "1 to 128 bytes"),
            (#"{"name":"a\u0000b"}"#, "invalid_field", "control characters"),
            (#"{"name":"a\u001b[31mb"}"#, "invalid_field", "control characters"),
            (#"{"name":"a\u0085b"}"#, "invalid_field", "control characters"),
            (#"{"name":"a","name":"b"}"#, "invalid_json", "\"name\" stands twice"),
            (#"{"name":" a"}"#, "invalid_field", "\"name\" must not begin or end with a blank"),
            (#"{"name":"a\u3000"}"#, "invalid_field", "\"name\" must not begin or end with a blank"),
            (#"{"name":"a","owner":"b "}"#, "invalid_field", "\"owner\" must not begin or end with a blank"),
            (#"{"name":"a","models":[" b"]}"#, "invalid_field", "\"models\" must not begin or end with a blank"),
            (#"{"name":"a","models":["a*b*c*d*e*f*g*h*i*j"]}"#, "invalid_field", "at most 8 \"*\""),
            (#"{"name":"a","models":"*"}"#, "invalid_field", "\"models\" must be an array of strings, not a string"),
            (#"{"name":"a","models":[1]}"#, "invalid_field", "an array of strings; it holds a number"),
            (#"{"name":"a","models":[]}"#, "invalid_field", "1 to 256"),
            (#"{"name":"a","models":[""]}"#, "invalid_field", "1 to 256 bytes"),
            (#"{"name":"a","models":null}"#, "invalid_field", "not null"),
            (#"{"name":"a","disabled":true}"#, "unknown_field", "no field \"disabled\""),
            (#"{"name":"a","expires_at":"tomorrow"}"#, "invalid_field", "RFC 3339"),
            (#"{"name":"a","expires_at":"2020-01-01T00:00:00Z"}"#, "invalid_field", "in the future"),
            (#"{"name":"a","expires_at":"2027-02-30T00:00:00Z"}"#, "invalid_field", "RFC 3339"),
            (#"{"name":"a","expires_at":1800000000}"#, "invalid_field", "must be a string"),
            (#"{"name":"a","expires_in":"0d"}"#, "invalid_field", "a whole number above zero"),
            (#"{"name":"a","expires_in":"-1d"}"#, "invalid_field", "a whole number above zero"),
            (#"{"name":"a","expires_in":"1mo"}"#, "invalid_field", "a whole number above zero"),
            (#"{"name":"a","expires_in":"1.5d"}"#, "invalid_field", "a whole number above zero"),
            (#"{"name":"a","expires_in":"99999999w"}"#, "invalid_field", "a whole number above zero"),
            (#"{"name":"a","expires_in":"1d","expires_at":"2027-01-01T00:00:00Z"}"#, "invalid_field", "not both"),
            (#"{"name":"a""#, "invalid_json", "line 1, column 12"),
            (#"["name"]"#, "invalid_json", "must be a JSON object, not an array"),
            (#"{"name":"a"} x"#, "invalid_json", "something follows"),
            (#"{"name":"\ud800"}"#, "invalid_json", "surrogate"),
            (#"{"name":"a",}"#, "invalid_json", "member name"),
            ("", "invalid_json", "empty"),
        ])
    func refused(body: String, code: String, detail: String) async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.create(body)
            #expect(answer.status == 400)
            #expect(answer["code"] == code)
            #expect(answer["detail"]?.contains(detail) == true, "\(answer["detail"] ?? "")")
            #expect(try await admin.get("/v1/keys").list("keys").count == 1, "nothing was made")
        }
    }

    @Test("bytes that are not UTF-8 are refused")
    func notUTF8() {
        #expect(throws: JSONFault.self) { try JSONValue(parsing: [0x22, 0xff, 0x22]) }
        #expect(throws: JSONFault.self) { try JSONValue(parsing: [0x22, 0xed, 0xa0, 0x80, 0x22]) }
    }

    @Test("deep nesting is refused, not followed")
    func nesting() {
        let deep = Array(repeating: UInt8(ascii: "["), count: 60_000)
        #expect(throws: JSONFault(reason: "nested too deeply", line: 1, column: 33)) { try JSONValue(parsing: deep) }
    }

    @Test(
        "a body that is not declared as JSON is refused",
        arguments: ["text/plain", "application/x-www-form-urlencoded"])
    func mediaType(_ type: String) async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.send(
                .post, "/v1/keys", #"{"name":"a"}"#, headers: [.contentType: type])
            #expect(answer.status == 415)
            let declared = try await admin.send(
                .post, "/v1/keys", #"{"name":"a"}"#, headers: [.contentType: "Application/JSON; charset=utf-8"])
            #expect(declared.status == 201)
        }
    }

    @Test("a body above 64 KiB is refused, one just below is read")
    func bodyLimit() async throws {
        try await World().application().test(.live) { client in
            let admin = Caller(client: client, token: World.adminKey)
            let frame = #"{"name":"a"}"#
            let below = frame + String(repeating: " ", count: 65_536 - frame.utf8.count)
            let (refused, made) = (try await admin.create(below + " "), try await admin.create(below))
            #expect([refused.status, made.status] == [413, 201])
        }
    }

    @Test("a name may have 128 bytes, not characters")
    func nameLength() async throws {
        try await World().withAdmin { admin in
            for (count, status) in [(64, 201), (65, 400)] {
                let answer = try await admin.create(#"{"name":"\#(String(repeating: "é", count: count))"}"#)
                #expect(answer.status == status)
            }
        }
    }

    @Test("actions take no fields, and a change must change something")
    func emptyRequests() async throws {
        try await World().withAdmin { admin in
            let id = try #require(try await admin.create()["id"])
            #expect(try await admin.send(.post, "/v1/keys/\(id)/rotate", #"{"force":true}"#)["code"] == "unknown_field")
            #expect(try await admin.send(.patch, "/v1/keys/\(id)", "{}").status == 400)
            #expect(try await admin.send(.patch, "/v1/keys/\(id)", #"{"name":null}"#).status == 400)
            #expect(try await admin.send(.patch, "/v1/keys/\(id)", #"{"disabled":null}"#).status == 400)
            #expect(try await admin.send(.patch, "/v1/keys/\(id)", #"{"disabled":"true"}"#).status == 400)
            #expect(try await admin.send(.patch, "/v1/keys/\(id)", #"{"prefix":"sk-sluice-zzzz"}"#).status == 400)
        }
    }

    static let anyTexts = [
        "=cmd|' /C calc'!A0", "+1+1", "-1", "@SUM(1)", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
        "'; DROP TABLE keys; --", "%", "_", "%%%%%%%%", "../../../../etc/passwd", "a/b", "a?b=c&d", "a#b", "$(touch x)",
        "`id`", "${jndi:ldap://x}", "{{7*7}}", "null", "undefined", "true", "0", "NaN", "1e309", "\\", "\"", "'",
        "田中さん",
        "مرحبا", "\u{202e}evil", "\u{200b}", "Ω≈ç√∫", "👩‍👩‍👧‍👦", "ﷺ", "ẞ", "İ", "in the middle",
        "key_file",
        "sk-sluice-looks-like-a-key", "🏳0🌈️", "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟",
    ]

    @Test("any text is a name, kept and found byte for byte", arguments: anyTexts)
    func naughtyNames(_ name: String) async throws {
        try await World().withAdmin { admin in
            let body = String(
                decoding: JSONValue.object([.init("name", .string(name)), .init("owner", .string(name))]).encoded,
                as: UTF8.self)
            let made = try await admin.create(body)
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made["id"])
            let shown = try #require(try await admin.get("/v1/keys/\(id)")["name"])
            // Equal up to the normal form, in which the API keeps names.
            #expect(shown == name)
            let query = name.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            let found = try await admin.get("/v1/keys?name=\(query)&owner=\(query)")
            #expect(found.list("keys").compactMap { $0["id"]?.text } == [id])
            #expect(try await admin.send(.delete, "/v1/keys/\(id)").status == 204)
        }
    }

    @Test("the list is paged without gaps or repeats, in the order of names, also while keys go")
    func paging() async throws {
        try await World().withAdmin { admin in
            for index in 10..<35 { #expect(try await admin.create(#"{"name":"n\#(index)"}"#).status == 201) }
            var names: [String] = []
            var cursor: String?
            repeat {
                let page = try await admin.get("/v1/keys?limit=4" + (cursor.map { "&after=\($0)" } ?? ""))
                names += page.list("keys").compactMap { $0["name"]?.text }
                cursor = page["next"]
                // The key the cursor stands on goes away; the next page still goes on after it.
                if names.last == "n14", let last = page.list("keys").last?["id"]?.text {
                    _ = try await admin.send(.delete, "/v1/keys/\(last)")
                }
            } while cursor != nil
            #expect(names == ["from file"] + (10..<35).map { "n\($0)" })
        }
    }

    @Test("the list is filtered by owner and state")
    func filters() async throws {
        try await World().withAdmin { admin in
            _ = try await admin.create(#"{"name":"a","owner":"x"}"#)
            let id = try #require(try await admin.create(#"{"name":"b","owner":"x"}"#)["id"])
            _ = try await admin.send(.post, "/v1/keys/\(id)/disable")
            func names(_ query: String) async throws -> [String?] {
                try await admin.get("/v1/keys?\(query)").list("keys").map { $0["name"]?.text }
            }
            #expect(try await names("owner=x") == ["a", "b"])
            #expect(try await names("owner=x&disabled=true") == ["b"])
            #expect(try await names("disabled=false") == ["a", "from file"])
            #expect(try await names("owner=y").isEmpty)
        }
    }

    @Test(
        "a wrong query is refused and told what is wrong",
        arguments: [
            ("limit=0", "1 to 1000"), ("limit=1001", "1 to 1000"), ("limit=x", "whole number"),
            ("after=zz", "\"next\""),
            ("after=abc", "\"next\""), ("disabled=yes", "true, false"), ("nme=a", "Did you mean \"name\"?"),
            ("name=", "1 to 256"),
            ("name=%ff", "percent-encoded"), ("name=%4", "percent-encoded"), ("name=a&name=b", "stands twice"),
        ])
    func wrongQuery(query: String, detail: String) async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.get("/v1/keys?\(query)")
            #expect(answer.status == 400)
            #expect(answer["detail"]?.contains(detail) == true, "\(answer["detail"] ?? "")")
        }
    }
}
