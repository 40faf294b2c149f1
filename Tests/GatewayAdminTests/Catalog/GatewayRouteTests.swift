// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import GatewayDomain
import HummingbirdTesting
import Testing

@Suite("What the gateway shows of itself")
struct GatewayRouteTests {
    @Test("each target says what it costs and where that is known from")
    func models() async throws {
        try await World().withAdmin { admin in
            let models = try await admin.get("/v1/models").list("models")
            let targets = models.compactMap { model -> JSONValue? in
                if case .array(let targets) = model["targets"] { targets.first } else { nil }
            }
            #expect(models.map { $0["name"] } == ["gpt-4o-mini", "sonnet", "exact", "other-*", "free"])
            #expect(
                targets.map { $0["pricing"] } == ["configured", "catalogue", "unpriced", "by_request", "unpriced"])
            let prices = try #require(targets[0]["prices"])
            #expect(prices["input_per_million"] == "0.15")
            #expect(prices["output_per_million"] == "0.6")
            #expect(prices["cached_input_per_million"] == "0.075")
            #expect(prices["cache_write_per_million"] == .null)
            let long = try #require(targets[1]["prices"]?["long_context"])
            #expect(long["above_tokens"] == 200_000)
            #expect(long["output_per_million"] == "22.5")
            #expect(targets[2]["prices"] == .null)
        }
    }

    @Test("providers are shown with the place of their credential, not the credential")
    func providers() async throws {
        try await World().withAdmin { admin in
            let providers = try await admin.get("/v1/providers").list("providers")
            #expect(providers.map { $0["url"] } == ["https://api.example.com/v1", "http://127.0.0.1:9000/acme/***/v1"])
            #expect(providers.map { $0["authentication"] } == ["bearer", "header x-api-key"])
            #expect(providers.map { $0["credential"] } == ["***", "***"])
            #expect(providers[0]["headers"]?["x-team-token"] == "***")
            #expect(providers[1]["headers"]?["anthropic-version"] == "2023-06-01")
        }
    }

    @Test("the effective configuration shows defaults and masks secrets")
    func configuration() async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.get("/v1/configuration")
            let server = try #require(answer.json["configuration"]?["server"])
            #expect(answer.json["revision"] == 3)
            #expect(server["data"]?["address"] == "127.0.0.1:8080")
            #expect(server["admin"]?["key"] == "***")
            #expect(server["limits"]?["body"] == "32MiB")
            #expect(server["limits"]?["header_time"] == "10s")
            #expect(server["grace_time"] == "30s")
            guard case .array(let providers) = answer.json["configuration"]?["providers"] else {
                Issue.record("no providers")
                return
            }
            #expect(
                providers.map { $0["base_url"] } == ["https://api.example.com/v1", "http://127.0.0.1:9000/acme/***/v1"])
            #expect(providers.map { $0["api_key"] } == ["***", "***"])
            #expect(providers[0]["deadlines"]?["first_byte"] == "5m")
            let price: JSONValue = [
                "provider": "openai", "model": "gpt-4o-*", "input": "0.15", "output": "0.6", "cached_input": "0.075",
                "cache_write": nil, "cache_write_1h": nil, "long_context": nil,
            ]
            #expect(answer.json["configuration"]?["prices"] == .array([price]))
        }
    }

    @Test("no answer holds a secret", arguments: RouteCase.all)
    func canaries(_ route: RouteCase) async throws {
        try await World().withAdmin { admin in
            let id = try #require(try await admin.create()["id"])
            var answers = [try await route.send(admin, id: id), try await route.send(admin, id: "key_file")]
            answers.append(try await Caller(client: admin.client, token: "wrong-canary").get("/v1/keys"))
            for answer in answers { #expect(!answer.text.contains("canary")) }
        }
    }

    @Test("the status counts up")
    func status() async throws {
        let world = World()
        try await world.application().test(.router) { client in
            world.pass(seconds: 90)
            let answer = try await Caller(client: client, token: World.adminKey).get("/v1/status")
            #expect(answer["version"] == "9.8.7")
            #expect(answer.json["uptime_seconds"] == 90)
            #expect(answer.json["open_reservations"] == 7)
            #expect(answer.json["revision"] == 3)
        }
    }

    @Test("routes without parameters refuse every one", arguments: ["models", "providers", "configuration", "status"])
    func noParameters(_ route: String) async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.get("/v1/\(route)?verbose=1")
            #expect(answer["code"] == "unknown_parameter")
        }
    }
}
