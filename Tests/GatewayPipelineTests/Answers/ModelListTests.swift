// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("Lists of models")
struct ModelListTests {
    private func get(_ path: String, key: String = SampleKeys.demo, fields: [String] = []) async throws
        -> ScriptedClient
    {
        let world = World()
        let client = try await world.run(Request(path, "", key: key, fields: fields, method: "GET"))
        #expect(world.upstream.requests.isEmpty && world.ledger.rows.isEmpty)
        return client
    }

    @Test("the configured names that the key may use, sorted, in the caller's dialect")
    func lists() async throws {
        func names(_ client: ScriptedClient) throws -> [String] {
            let models = try #require(try JSON.object(client.text)["data"] as? [[String: Any]])
            return models.compactMap { $0["id"] as? String }
        }
        let all = try await get("/v1/models")
        #expect(all.status == 200)
        #expect(try names(all) == ["claude", "gpt", "gpt-as-is", "mixed", "plain"])
        #expect(try JSON.object(all.text)["object"] as? String == "list")
        #expect(try names(try await get("/v1/models", key: SampleKeys.narrow)) == ["claude", "gpt"])
        let anthropic = try await get("/v1/models", fields: ["anthropic-version: 2023-06-01"])
        #expect(try JSON.object(anthropic.text)["has_more"] as? Bool == false)
        #expect(anthropic.fields["request-id"] != nil)
    }

    @Test(
        "one model is shown where the key may use it, a glob's too",
        arguments: [
            ("gpt", SampleKeys.demo, 200), ("gpt", SampleKeys.narrow, 200), ("plain", SampleKeys.narrow, 404),
            ("nope", SampleKeys.demo, 404), ("team-blue", SampleKeys.demo, 200), ("GPT", SampleKeys.demo, 404),
            ("gpt%20", SampleKeys.demo, 404), ("team-%C3%A9", SampleKeys.demo, 200),
        ])
    func one(_ name: String, _ key: String, _ status: Int) async throws {
        let client = try await get("/v1/models/\(name)", key: key)
        #expect(client.status == status)
        if status == 404 { #expect(try JSON.error(client.text)["code"] as? String == "model_not_found") }
    }

    @Test("a list needs a key")
    func keys() async throws {
        #expect(try await get("/v1/models", key: "nobody").status == 401)
        #expect(try await get("/v1/models/gpt", key: "nobody").status == 401)
    }
}
