// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import GatewayDomain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// One route with a request that an admin may make.
struct RouteCase: Sendable, CustomTestStringConvertible {
    var method: HTTPRequest.Method
    var path: String

    static let all = AdminAPI.routes(World().dependencies()).map { RouteCase(method: $0.method, path: $0.path) }

    var testDescription: String { "\(method.rawValue) \(path)" }

    var body: String? {
        switch (method, path) {
        case (.post, "/v1/keys"): #"{"name":"another"}"#
        case (.patch, _): #"{"owner":"somebody"}"#
        default: nil
        }
    }

    func send(_ caller: Caller, id: String) async throws -> Answer {
        try await caller.send(method, path.replacing("{id}", with: id), body)
    }
}

@Suite("Access to the admin API")
struct AccessTests {
    @Test("the list of routes is the documented one: a new route must be added here and to docs/admin-api.md")
    func routes() {
        #expect(
            RouteCase.all.map(\.testDescription).sorted() == [
                "DELETE /v1/keys/{id}", "GET /v1/configuration", "GET /v1/keys", "GET /v1/keys/{id}", "GET /v1/models",
                "GET /v1/providers", "GET /v1/status", "GET /v1/usage", "PATCH /v1/keys/{id}", "POST /v1/keys",
                "POST /v1/keys/{id}/disable", "POST /v1/keys/{id}/enable", "POST /v1/keys/{id}/rotate",
            ])
    }

    @Test("no route answers without the admin key, and every route answers with it", arguments: RouteCase.all)
    func matrix(_ route: RouteCase) async throws {
        let world = World()
        try await world.application().test(.router) { client in
            let admin = Caller(client: client, token: World.adminKey)
            let made = try await admin.create()
            let id = try #require(made["id"])
            let before = try await world.store.keys()

            let anonymous = try await route.send(Caller(client: client, token: nil), id: id)
            #expect(anonymous.status == 401)
            #expect(anonymous["code"] == "missing_admin_key")
            #expect(anonymous.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)

            let wrong = try await route.send(Caller(client: client, token: "admin-canary-7f3e"), id: id)
            #expect(wrong.status == 401)
            #expect(wrong["code"] == "invalid_admin_key")

            let virtual = try await route.send(Caller(client: client, token: made["key"]), id: id)
            #expect(virtual.status == 403)
            #expect(virtual["code"] == "virtual_key_presented")

            #expect(try await world.store.keys() == before, "a refused request changes nothing")
            let allowed = try await route.send(admin, id: id)
            #expect((200..<300).contains(allowed.status), "\(allowed.text)")
        }
    }

    @Test(
        "a credential that is not exactly one bearer token is refused",
        arguments: [
            "admin-canary-7f3d", "Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer ", "Bearer  ", "bearer admin-canary-7f3",
            "Bearer admin-canary-7f3dd", "Bearer ADMIN-CANARY-7F3D", "Bearer admin-canary-7f3d, Bearer x",
        ])
    func malformedCredential(_ value: String) async throws {
        try await World().application().test(.router) { client in
            let answer = try await Caller(client: client).send(.get, "/v1/keys", headers: [.authorization: value])
            #expect(answer.status == 401)
        }
    }

    @Test("the scheme's case and the number of spaces do not matter", arguments: ["bearer ", "BEARER ", "Bearer   "])
    func scheme(_ prefix: String) async throws {
        try await World().application().test(.router) { client in
            let value = prefix + World.adminKey
            let answer = try await Caller(client: client).send(.get, "/v1/keys", headers: [.authorization: value])
            #expect(answer.status == 200)
        }
    }

    @Test("two authorization fields are refused even if both are right")
    func twoCredentials() async throws {
        try await World().application().test(.router) { client in
            var headers = HTTPFields()
            headers.append(HTTPField(name: .authorization, value: "Bearer \(World.adminKey)"))
            headers.append(HTTPField(name: .authorization, value: "Bearer \(World.adminKey)"))
            let answer = try await Caller(client: client).send(.get, "/v1/keys", headers: headers)
            #expect(answer.status == 401)
        }
    }

    @Test(
        "a virtual key in any header that callers use is named as such",
        arguments: ["x-api-key", "api-key", "x-goog-api-key"])
    func virtualKeyHeaders(_ name: String) async throws {
        try await World().application().test(.router) { client in
            let name = try #require(HTTPField.Name(name))
            let answer = try await Caller(client: client).send(.get, "/v1/keys", headers: [name: "sk-sluice-abc"])
            #expect(answer.status == 403)
            #expect(answer["detail"]?.contains("data port") == true)
        }
    }

    @Test("an empty admin key opens nothing")
    func emptyAdminKey() async throws {
        try await World().application(adminKey: "").test(.router) { client in
            for value in ["Bearer ", "Bearer", "Bearer x"] {
                let answer = try await Caller(client: client).send(.get, "/v1/keys", headers: [.authorization: value])
                #expect(answer.status == 401)
            }
        }
    }

    @Test("ten wrong keys from an address close it for a minute, even to the right key")
    func throttling() async throws {
        let world = World()
        try await world.application().test(.router) { client in
            let admin = Caller(client: client, token: World.adminKey)
            for _ in 1...10 {
                #expect(try await Caller(client: client, token: "wrong").get("/v1/keys").status == 401)
            }
            let refused = try await admin.get("/v1/keys")
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] == "60")
            world.pass(seconds: 59)
            #expect(try await admin.get("/v1/keys").headers[.retryAfter] == "1")
            world.pass(seconds: 1)
            #expect(try await admin.get("/v1/keys").status == 200)
        }
    }

    @Test("requests without any key are no guesses and close nothing")
    func probes() async throws {
        try await World().application().test(.router) { client in
            for _ in 1...30 {
                let answer = try await Caller(client: client).get("/v1/keys")
                #expect(answer.status == 401)
            }
            let answer = try await Caller(client: client, token: World.adminKey).get("/v1/keys")
            #expect(answer.status == 200)
        }
    }

    @Test("an unknown path is 404 and a known path with another method 405, with Allow")
    func unknownRoutes() async throws {
        try await World().withAdmin { admin in
            for path in ["/", "/v1", "/v1/keys/a/b/c", "/v1/usages", "/../etc/passwd", "/v1/%6beys"] {
                let answer = try await admin.get(path)
                #expect(answer.status == 404)
                #expect(answer["code"] == "unknown_route")
            }
            let put = try await admin.send(.put, "/v1/keys")
            #expect(put.status == 405)
            #expect(put.headers[.allow] == "GET, HEAD, POST")
            let post = try await admin.send(.post, "/v1/usage")
            #expect(post.headers[.allow] == "GET, HEAD")
            #expect(try await admin.send(.delete, "/v1/keys/x/rotate").headers[.allow] == "POST")
        }
    }

    @Test(
        "a path has one form: any other is 404, be its route there or not",
        arguments: [
            "/v1//keys", "//v1/keys", "/v1/keys/", "/v1/keys//", "/v1/./keys", "/v1/../v1/keys", "/v1/keys/.",
            "/v1/%6beys", "/v1%2Fkeys", "/v1/keys%2f", "/v1/keys;a=b", "/v1/keys//{id}", "/v1/keys/{id}/",
            "/v1/keys/%6bey_{id}", "/v1/keys/{id}%00", "/v1/keys/{id}/./rotate", "/v1/status/", "/v1\\keys",
        ])
    func oneForm(_ path: String) async throws {
        let world = World()
        try await world.withAdmin { admin in
            let id = try #require(try await admin.create()["id"])
            let before = try await world.store.keys()
            for method in [HTTPRequest.Method.get, .post, .delete] {
                let answer = try await admin.send(method, path.replacing("{id}", with: id))
                #expect(answer.status == 404)
                #expect(answer["code"] == "unknown_route")
                #expect(answer.headers[.location] == nil)
            }
            #expect(try await world.store.keys() == before)
        }
    }

    @Test("a path in another form tells a stranger nothing")
    func oneFormAnonymous() async throws {
        try await World().application().test(.router) { client in
            let answer = try await Caller(client: client).get("/v1//keys")
            #expect(answer.status == 401)
        }
    }

    @Test("HEAD is answered like GET, without a body")
    func head() async throws {
        try await World().application().test(.live) { client in
            let caller = Caller(client: client, token: World.adminKey)
            for path in ["/v1/keys", "/nowhere"] {
                let answer = try await caller.send(.head, path)
                #expect(answer.text.isEmpty)
                #expect(answer.status == (path == "/nowhere" ? 404 : 200))
            }
            #expect(try await caller.get("/v1/status").status == 200, "the connection is still in step")
        }
    }

    @Test("every answer carries the security headers")
    func securityHeaders() async throws {
        try await World().application().test(.router) { client in
            let admin = Caller(client: client, token: World.adminKey)
            let answers = [
                try await admin.get("/v1/keys"), try await admin.create(), try await admin.get("/nowhere"),
                try await admin.send(.put, "/v1/keys"), try await admin.create("{"),
                try await Caller(client: client).get("/v1/keys"), try await admin.send(.head, "/v1/keys"),
                try await admin.send(.post, "/v1/keys", String(repeating: " ", count: 70_000)),
            ]
            #expect(answers.map(\.status) == [200, 201, 404, 405, 400, 401, 200, 413])
            for answer in answers {
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                #expect(answer.headers[.cacheControl] == "no-store")
                #expect(answer.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            }
        }
    }

    @Test("errors are problem details with all members")
    func problemDetails() async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.get("/v1/keys/key_none")
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(answer["type"] == "urn:sluice:problem:key_not_found")
            #expect(answer["title"] == "There is no such key")
            #expect(answer.json["status"] == .number("404"))
            #expect(answer["detail"]?.contains("key_none") == true)
            #expect(answer["code"] == "key_not_found")
        }
    }

    @Test("a failing store gives a 500 that tells nothing of the inside")
    func failingStore() async throws {
        let world = World()
        await world.store.fail()
        try await world.withAdmin { admin in
            let answer = try await admin.create()
            #expect(answer.status == 500)
            #expect(answer["code"] == "internal_error")
            #expect(!answer.text.contains("DiskFull"))
        }
    }
}

@Suite("The admin API without an admin key")
struct LoopbackTests {
    @Test("serves tools on this machine")
    func local() async throws {
        try await World().application(adminKey: nil).test(.live) { client in
            let caller = Caller(client: client)
            let (listed, made) = (try await caller.get("/v1/keys"), try await caller.create())
            #expect([listed.status, made.status] == [200, 201])
        }
    }

    @Test(
        "refuses a foreign Host, which DNS rebinding sends",
        arguments: [
            ("localhost", 200), ("LOCALHOST:9090", 200), ("127.0.0.1:9090", 200), ("[::1]:9090", 200), ("[::1]", 200),
            ("127.8.9.1", 200), ("evil.example", 403), ("localhost.evil.example:9090", 403),
            ("127.0.0.1.evil.example", 403),
            ("10.0.0.1:9090", 403), ("[::2]:9090", 403), ("[::1", 403), ("127.0.0.1:x", 403), ("", 403), ("::1", 403),
        ])
    func rebinding(host: String, status: Int) async throws {
        try await World().application(adminKey: nil).test(.live) { client in
            let port = try #require(client.port)
            let answer = try await TestClient.withClient(host: "127.0.0.1", port: port) { client in
                try await client.execute(TestClient.Request("/v1/keys", method: .get, authority: host, headers: [:]))
            }
            #expect(answer.status.code == status)
        }
    }

    @Test(
        "refuses web pages of other origins",
        arguments: [
            ("http://localhost:3000", 200), ("https://127.0.0.1", 200), ("http://[::1]:80", 200), ("null", 403),
            ("https://evil.example", 403), ("http://localhost.evil.example", 403), ("file://", 403),
            ("http://localhost@evil.example", 403),
        ])
    func crossOrigin(origin: String, status: Int) async throws {
        try await World().application(adminKey: nil).test(.router) { client in
            let answer = try await Caller(client: client).send(.get, "/v1/keys", headers: [.origin: origin])
            #expect(answer.status == status)
        }
    }

    @Test("still tells a virtual key that it is on the wrong port")
    func virtualKey() async throws {
        try await World().application(adminKey: nil).test(.router) { client in
            let answer = try await Caller(client: client, token: "sk-sluice-abc").get("/v1/keys")
            #expect(answer.status == 403)
        }
    }
}
