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
        // A caller's look at the list is seen, and a stranger's is a stranger's.
        if client.status == 401 {
            #expect(world.observer.lookups.isEmpty && world.observer.refusals.map(\.code) == [.invalidKey])
        } else {
            let lookup = try #require(world.observer.lookups.first)
            #expect(world.observer.lookups.count == 1 && world.observer.refusals.isEmpty)
            #expect(lookup.status == client.status && lookup.requestID == client.fields["x-request-id"])
            #expect(!lookup.keyName.isEmpty)
            #expect((world.observer.codes == [nil]) == (client.status == 200))
        }
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

    @Test("below a provider's mount the names are the provider's own")
    func mounted() async throws {
        func names(_ path: String, key: String = SampleKeys.demo) async throws -> [String] {
            let client = try await get(path, key: key)
            #expect(client.status == 200)
            let models = try #require(try JSON.object(client.text)["data"] as? [[String: Any]])
            return models.compactMap { $0["id"] as? String }
        }
        #expect(try await names("/llm/call/primary/v1/models").contains("gpt-real"))
        #expect(try await !names("/llm/call/primary/v1/models").contains("claude-real"))
        #expect(try await !names("/llm/call/primary/v1/models", key: SampleKeys.narrow).contains("gpt-real"))
        #expect(try await get("/llm/call/primary/v1/models/gpt-real").status == 200)
        #expect(try await get("/llm/call/primary/v1/models/gpt-real", key: SampleKeys.narrow).status == 404)
        #expect(try await get("/llm/call/primary/v1/models/claude-real").status == 404)
        #expect(try await get("/llm/call/nobody/v1/models").status == 404)
    }

    @Test("a list needs a key")
    func keys() async throws {
        #expect(try await get("/v1/models", key: "nobody").status == 401)
        #expect(try await get("/v1/models/gpt", key: "nobody").status == 401)
    }
}
