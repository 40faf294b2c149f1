// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import GatewayDomain
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite("The life of a key")
struct KeyLifeCycleTests {
    @Test("create, list, show, disable, enable, rotate, delete: each in effect when it is answered")
    func lifeCycle() async throws {
        let world = World()
        try await world.withAdmin { admin in
            let made = try await admin.create(#"{"name":"demo","owner":"ann","models":["gpt-*"],"expires_in":"30d"}"#)
            #expect(made.status == 201)
            let (id, key) = (try #require(made["id"]), try #require(made["key"]))
            #expect(made.headers[.location] == "/v1/keys/\(id)")
            #expect(made["owner"] == "ann")
            #expect(made.list("models") == ["gpt-*"])
            #expect(made["status"] == "active")
            #expect(made["prefix"] == String(key.prefix(14)))
            #expect(world.gateway.accepts(key, at: world.now))

            #expect(try await admin.get("/v1/keys").list("keys").compactMap { $0["id"]?.text } == [id, "key_file"])

            let disabled = try await admin.send(.post, "/v1/keys/\(id)/disable")
            #expect(disabled["status"] == "disabled")
            #expect(!world.gateway.accepts(key, at: world.now))

            #expect(try await admin.send(.post, "/v1/keys/\(id)/enable", "{}")["status"] == "active")
            #expect(world.gateway.accepts(key, at: world.now))

            let rotated = try await admin.send(.post, "/v1/keys/\(id)/rotate")
            let newKey = try #require(rotated["key"])
            #expect(rotated["id"] == id)
            #expect(newKey != key)
            #expect(!world.gateway.accepts(key, at: world.now), "the old key dies at once")
            #expect(world.gateway.accepts(newKey, at: world.now))

            let deleted = try await admin.send(.delete, "/v1/keys/\(id)")
            #expect(deleted.status == 204)
            #expect(deleted.text.isEmpty)
            #expect(!world.gateway.accepts(newKey, at: world.now))
            #expect(try await admin.get("/v1/keys/\(id)").status == 404)
            #expect(try await admin.send(.delete, "/v1/keys/\(id)").status == 404)
        }
    }

    @Test("a key has 256 random bits behind a recognisable prefix, and an id that says nothing")
    func keyForm() async throws {
        try await World().withAdmin { admin in
            var keys: Set<String> = []
            for index in 1...50 {
                let made = try await admin.create(#"{"name":"n\#(index)"}"#)
                let key = try #require(made["key"])
                #expect(try /sk-sluice-[A-Za-z0-9_-]{43}/.wholeMatch(in: key) != nil)
                #expect(try /key_[0-9a-f]{24}/.wholeMatch(in: #require(made["id"])) != nil)
                keys.insert(key)
            }
            #expect(keys.count == 50)
        }
    }

    @Test("the key in clear is in the answer that makes it and in no other")
    func shownOnce() async throws {
        let world = World()
        try await world.withAdmin { admin in
            let made = try await admin.create()
            let (id, key) = (try #require(made["id"]), try #require(made["key"]))
            let later = [
                try await admin.get("/v1/keys"), try await admin.get("/v1/keys/\(id)"),
                try await admin.send(.patch, "/v1/keys/\(id)", #"{"owner":"x"}"#),
                try await admin.send(.post, "/v1/keys/\(id)/disable"), try await admin.create(),
                try await admin.send(.post, "/v1/keys/\(id)/rotate"), try await admin.get("/v1/configuration"),
            ]
            for answer in later { #expect(!answer.text.contains(key.dropFirst(14))) }
            let stored = try await world.store.keys()
            #expect(!stored.contains { "\($0)".contains(key.dropFirst(14)) }, "the store never sees it")
        }
    }

    @Test("an expired key is shown as expired and not accepted")
    func expiry() async throws {
        let world = World()
        try await world.withAdmin { admin in
            let made = try await admin.create(#"{"name":"short","expires_in":"90s"}"#)
            let (id, key) = (try #require(made["id"]), try #require(made["key"]))
            world.pass(seconds: 89)
            #expect(world.gateway.accepts(key, at: world.now))
            world.pass(seconds: 1)
            #expect(!world.gateway.accepts(key, at: world.now))
            #expect(try await admin.get("/v1/keys/\(id)")["status"] == "expired")
        }
    }

    @Test("PATCH changes what it names, clears what is null and keeps the rest")
    func patch() async throws {
        let world = World()
        try await world.withAdmin { admin in
            let made = try await admin.create(#"{"name":"a","owner":"o","expires_at":"2027-01-31T12:00:00+02:00"}"#)
            let id = try #require(made["id"])
            #expect(made["expires_at"] == "2027-01-31T10:00:00Z")

            let named = try await admin.send(.patch, "/v1/keys/\(id)", #"{"name":"b","models":["x","y-*"]}"#)
            #expect(named["name"] == "b")
            #expect(named.list("models") == ["x", "y-*"])
            #expect(named["owner"] == "o")
            #expect(named["expires_at"] == "2027-01-31T10:00:00Z")

            let cleared = try await admin.send(
                .patch, "/v1/keys/\(id)", #"{"owner":null,"expires_at":null,"disabled":true}"#)
            #expect(cleared.json["owner"] == .null)
            #expect(cleared.json["expires_at"] == .null)
            #expect(cleared["status"] == "disabled")
            #expect(!world.gateway.accepts(try #require(made["key"]), at: world.now))
        }
    }

    @Test("a key of the configuration file is shown, but nothing changes it")
    func fileKeys() async throws {
        let world = World()
        try await world.withAdmin { admin in
            #expect(try await admin.get("/v1/keys/key_file")["origin"] == "file")
            let attempts = [
                try await admin.send(.patch, "/v1/keys/key_file", #"{"disabled":true}"#),
                try await admin.send(.post, "/v1/keys/key_file/disable"),
                try await admin.send(.post, "/v1/keys/key_file/enable"),
                try await admin.send(.post, "/v1/keys/key_file/rotate"),
                try await admin.send(.delete, "/v1/keys/key_file"),
            ]
            for answer in attempts {
                #expect(answer.status == 409)
                #expect(answer["code"] == "key_owned_by_file")
                #expect(answer["detail"]?.contains("configuration file") == true)
            }
            #expect(world.gateway.accepts(World.fileKey, at: world.now))
        }
    }

    @Test("names are unique among file keys and admin keys, also on renaming")
    func uniqueNames() async throws {
        try await World().withAdmin { admin in
            #expect(try await admin.create(#"{"name":"from file"}"#).status == 409)
            let first = try await admin.create(#"{"name":"first"}"#)
            #expect(try await admin.create(#"{"name":"first"}"#)["code"] == "key_name_taken")
            let id = try #require(first["id"])
            #expect(try await admin.send(.patch, "/v1/keys/\(id)", #"{"name":"from file"}"#).status == 409)
            #expect(try await admin.send(.patch, "/v1/keys/\(id)", #"{"name":"first"}"#).status == 200)
        }
    }

    @Test("composed and decomposed spellings are one name; different bytes after that are different names")
    func normalisation() async throws {
        try await World().withAdmin { admin in
            let composed = try await admin.create(#"{"name":"caf\u00e9"}"#)
            #expect(composed.status == 201)
            #expect(try await admin.create(#"{"name":"cafe\u0301"}"#).status == 409)
            #expect(try await admin.create(#"{"name":"cafe"}"#).status == 201)
            #expect(try await admin.create(#"{"name":"Café"}"#).status == 201)
            let found = try await admin.get("/v1/keys?name=cafe%CC%81").list("keys")
            #expect(found.compactMap { $0["id"]?.text } == [composed["id"]])
        }
    }

    @Test("a change that cannot be stored does not take effect")
    func storeFirst() async throws {
        let world = World()
        try await world.withAdmin { admin in
            let made = try await admin.create()
            let (id, key) = (try #require(made["id"]), try #require(made["key"]))
            await world.store.fail()
            for path in ["disable", "rotate"] {
                #expect(try await admin.send(.post, "/v1/keys/\(id)/\(path)").status == 500)
            }
            #expect(try await admin.send(.delete, "/v1/keys/\(id)").status == 500)
            #expect(world.gateway.accepts(key, at: world.now))
        }
    }

    @Test("of many who ask for one name at once, one gets it; of concurrent changes, none is lost")
    func concurrency() async throws {
        let world = World()
        let keys = KeyAdministration(
            store: world.store, hasher: TestHasher(), gateway: world.gateway, now: { world.now })
        try await world.withAdmin { admin in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 { group.addTask { try await admin.create().status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 1)
            #expect(statuses.count { $0 == 409 } == 19)
            let id = try #require(await keys.keys().first { $0.origin == .admin }?.id)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for body in [#"{"owner":"o"}"#, #"{"disabled":true}"#, #"{"models":["m"]}"#, #"{"name":"n"}"#] {
                    group.addTask { _ = try await admin.send(.patch, "/v1/keys/\(id)", body) }
                }
                try await group.waitForAll()
            }
            let key = try await keys.key(id: id)
            #expect(key.owner == "o")
            #expect(key.disabled)
            #expect(key.models.patterns.map(\.text) == ["m"])
            #expect(key.name == "n")
        }
    }
}
