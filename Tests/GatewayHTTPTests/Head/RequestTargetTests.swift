// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Paths")
struct RequestTargetTests {
    /// Spellings around one protected path, and their one normal form; nil where the spelling is refused.
    static let mutations: [(spelling: String, normal: String?)] = [
        // The path itself, and what only looks like it: matching is exact.
        ("/v1/models", "/v1/models"), ("/v1/models/", "/v1/models/"), ("/V1/models", "/V1/models"),
        ("/v1/Models", "/v1/Models"), ("/v1/MODELS", "/v1/MODELS"), ("/v1/models.", "/v1/models."),
        ("/v1/models.json", "/v1/models.json"), ("/v1/models;a=b", "/v1/models;a=b"),
        ("/v1;a=b/models", "/v1;a=b/models"),
        ("/v1/models,x", "/v1/models,x"), ("/v1/models=", "/v1/models="), ("/v1/models*", "/v1/models*"),
        ("/v1/models@x", "/v1/models@x"), ("/v1/models:x", "/v1/models:x"), ("/v1/models!", "/v1/models!"),
        ("/v1/models~", "/v1/models~"), ("/v1/models+", "/v1/models+"), ("/...", "/..."),
        ("/v1/.../models", "/v1/.../models"),
        ("/v1/.models", "/v1/.models"), ("/v1/..models", "/v1/..models"), ("/v1/models..", "/v1/models.."),
        // Empty segments.
        ("//v1/models", nil), ("/v1//models", nil), ("///v1/models", nil), ("/v1/models//", nil), ("//", nil),
        ("//admin", nil), ("/v1///models", nil),
        // Dot segments, plain and escaped.
        ("/v1/./models", nil), ("/./v1/models", nil), ("/a/../v1/models", nil), ("/v1/models/..", nil),
        ("/v1/models/.", nil), ("/..", nil), ("/.", nil), ("/../", nil), ("/v1/%2e/models", nil),
        ("/%2e%2e/admin", nil),
        ("/%2E%2E/admin", nil), ("/v1/.%2e/models", nil), ("/v1/%2e./models", nil), ("/v1/models/%2e%2e", nil),
        // Escaped separators and controls.
        ("/v1%2fmodels", nil), ("/v1%2Fmodels", nil), ("/v1%5cmodels", nil), ("/v1%5Cmodels", nil),
        ("/v1/models%2f", nil),
        ("/%2fv1/models", nil), ("/v1/models%00", nil), ("/v1/%00models", nil), ("/v1/models%0a", nil),
        ("/v1/models%0d%0aX-A:%20b", nil), ("/v1/models%09", nil), ("/v1/models%1f", nil), ("/v1/models%7f", nil),
        // Escapes of unreserved characters are undone, once.
        ("/v1/%6dodels", "/v1/models"), ("/v1/%6Dodels", "/v1/models"), ("/%76%31/%6d%6f%64%65%6c%73", "/v1/models"),
        ("/v1/model%73", "/v1/models"), ("/v1%2dx", "/v1-x"), ("/v1/a%2eb", "/v1/a.b"), ("/v1/%7euser", "/v1/~user"),
        ("/v1/%4d", "/v1/M"),
        // Escapes of anything else stay: their meaning is the last reader's.
        ("/v1/%252e%252e/models", "/v1/%252e%252e/models"), ("/v1%252fmodels", "/v1%252fmodels"),
        ("/v1/%25", "/v1/%25"), ("/v1/a%20b", "/v1/a%20b"), ("/v1/a%3bb", "/v1/a%3bb"), ("/v1/a%3Fb", "/v1/a%3Fb"),
        ("/v1/a%23b", "/v1/a%23b"), ("/v1/%c3%a9", "/v1/%c3%a9"), ("/v1/%ff", "/v1/%ff"), ("/v1/%c0%af", "/v1/%c0%af"),
        // What starts no escape.
        ("/v1/%", nil), ("/v1/%2", nil), ("/v1/%zz", nil), ("/v1/%2g/x", nil), ("/v1/%u002f", nil), ("/v1/%%32e", nil),
        ("/v1/% 41", nil), ("/v1/%+1x", nil),
        // Characters that no path has.
        ("/v1\\models", nil), ("/v1/models\\", nil), ("\\v1\\models", nil), ("/v1/mod els", nil), ("/v1/models\"", nil),
        ("/v1/<models>", nil), ("/v1/{models}", nil), ("/v1/[models]", nil), ("/v1/mod|els", nil), ("/v1/mod^els", nil),
        ("/v1/mod`els", nil), ("/v1/módels", nil), ("/v1/models#", nil), ("/v1/\0models", nil),
        ("/v1/models\u{7f}", nil),
        ("", nil), ("v1/models", nil), ("*", nil), ("?", nil), ("?/v1/models", nil), ("http://gw/v1/models", nil),
    ]

    @Test("each spelling has one normal form or none", arguments: mutations)
    func normalForm(spelling: String, normal: String?) {
        let path = try? RequestTarget(path: Array(spelling.utf8)).path
        #expect(path.map { String(decoding: $0, as: UTF8.self) } == normal)
    }

    @Test("HTTP/1 and HTTP/2 agree on every spelling", arguments: mutations.map(\.spelling))
    func versionsAgree(_ spelling: String) {
        let second = try? RequestTarget(path: Array(spelling.utf8))
        let bytes = Array("GET \(spelling) HTTP/1.1\r\nHost: gw\r\n\r\n".utf8)
        // Absolute form is a matter of HTTP/1 alone.
        if spelling.hasPrefix("http:") { return }
        #expect((try? RequestHead.parse(bytes).get())?.target == second)
    }

    @Test("no spelling of another path has this path's normal form, and the form is stable")
    func stable() throws {
        #expect(Self.mutations.count >= 60)
        for (_, normal) in Self.mutations {
            guard let normal else { continue }
            let again = try RequestTarget(path: Array(normal.utf8))
            #expect(again.path == Array(normal.utf8), "\(normal)")
        }
    }

    @Test("the query is kept as sent and is no part of the path")
    func query() throws {
        let target = try RequestTarget(path: Array("/v1/%6dodels?a=%2f..//&b=?".utf8))
        #expect(target.path == Array("/v1/models".utf8))
        #expect(target.query == Array("a=%2f..//&b=?".utf8))
        #expect(try RequestTarget(path: Array("/v1/models".utf8)).query == nil)
    }

    @Test(
        "a query may not hold what would end a line",
        arguments: ["/?a b", "/?\r\n", "/?\0", "/?é", "/?#", "/?\"", "/?{}"])
    func badQueries(_ spelling: String) {
        #expect(throws: HTTPFault.self) { try RequestTarget(path: Array(spelling.utf8)) }
    }
}
