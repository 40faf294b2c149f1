// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("Metering and money")
struct MeteringTests {
    private static let chat = "/v1/chat/completions"

    private static func answer(_ usage: String?) -> String {
        let content = #"{"choices":[{"message":{"content":"0123456789012345678901234567890123456789"}}]"#
        return content + (usage.map { #","usage":\#($0)"# } ?? "") + "}"
    }

    @Test(
        "an answer without a count that can be true is estimated, and says so, and whether there was one",
        arguments: [
            (nil, .estimated), ("null", .estimated), ("{}", .corrected),
            (#"{"prompt_tokens":-5,"completion_tokens":3}"#, .corrected),
            (#"{"prompt_tokens":1.5,"completion_tokens":3}"#, .corrected),
            (#"{"prompt_tokens":"7","completion_tokens":3}"#, .corrected),
            (#"{"prompt_tokens":7,"completion_tokens":9223372036854775808}"#, .corrected),
            (#"{"prompt_tokens":7,"completion_tokens":1000000000001}"#, .corrected),
            (#"{"prompt_tokens":7,"completion_tokens":0}"#, .corrected),
        ] as [(String?, UsageSource)])
    func estimated(_ usage: String?, _ source: UsageSource) async throws {
        let world = World(.json(Self.answer(usage)))
        let request = EndpointSample.chat.request
        let client = try await world.run(Request(Self.chat, request))
        let row = try world.row
        let prompt = try #require(world.ledger.openings.first?.estimatedPrompt)
        #expect(row.usage == Usage(prompt: prompt, completion: 10) && prompt > 0)
        #expect(row.usageSource == source && row.ending == .complete)
        #expect(row.cost == .priced(NanoDollars(prompt * 1000 + 20_000)))
        #expect(client.fields["x-sluice-degraded"] == "usage-estimated")
        #expect(client.text == Self.answer(usage))
    }

    @Test(
        "counts that cannot be true in part are cut down to what can be, and the row says so",
        arguments: [
            (
                #"{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":50}}"#,
                Usage(prompt: 10, completion: 3, cached: 10)
            ),
            (
                #"{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":-1}}"#,
                Usage(prompt: 10, completion: 3)
            ),
            (
                #"{"prompt_tokens":10,"completion_tokens":3,"completion_tokens_details":{"reasoning_tokens":"2"}}"#,
                Usage(prompt: 10, completion: 3)
            ),
            (#"{"prompt_tokens":10,"completion_tokens":3,"total_tokens":5}"#, Usage(prompt: 10, completion: 3)),
        ])
    func corrected(_ usage: String, _ expected: Usage) async throws {
        let world = World(.json(Self.answer(usage)))
        let client = try await world.run(Request(Self.chat, EndpointSample.chat.request))
        let row = try world.row
        #expect(row.usage == expected && row.usageSource == .corrected && row.ending == .complete)
        #expect(client.fields["x-sluice-degraded"] == "usage-estimated")
    }

    @Test("a model without a price is unpriced, never free")
    func unpriced() async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let client = try await world.run(Request(Self.chat, #"{"model":"gpt-as-is","messages":[]}"#))
        #expect(try world.row.cost == .unpriced)
        #expect(client.fields["x-sluice-cost-usd"] == "unpriced")
        #expect(client.fields["x-sluice-model"] == "gpt-as-is")
        #expect(world.ledger.openings.first?.reserved == nil)
    }

    @Test("an unpriced call that used nothing costs nothing")
    func unpricedAndUnused() async throws {
        let world = World(.json(429, #"{"error":{}}"#))
        try await world.run(Request(Self.chat, #"{"model":"gpt-as-is","messages":[]}"#))
        #expect(try world.row.cost == .priced(.zero))
    }

    @Test("the reservation is the dearest of the plan's targets, and open where the output has no bound")
    func reservations() async throws {
        let body = #"{"model":"gpt","messages":[],"max_tokens":100,"n":2}"#
        let world = World(.json(EndpointSample.chat.answer))
        try await world.run(Request(Self.chat, body))
        let opening = try #require(world.ledger.openings.first)
        let prompt = opening.estimatedPrompt
        #expect(prompt > 0)
        // The spare target costs five times the first: $5 and $10 a million.
        #expect(opening.reserved == NanoDollars(prompt * 5000 + 200 * 10_000))
        #expect(opening.provider == "primary" && opening.modelServed == "gpt-real" && opening.modelAsked == "gpt")
        #expect(opening.prices == .primary && opening.keyID == "key_demo")
        #expect(try world.row.row == opening.row)

        let open = World(.json(EndpointSample.chat.answer))
        try await open.run(Request(Self.chat, #"{"model":"gpt","messages":[]}"#))
        #expect(open.ledger.openings.first?.reserved == nil)

        let vast = World(.json(EndpointSample.chat.answer))
        try await vast.run(Request(Self.chat, #"{"model":"gpt","messages":[],"max_tokens":1000000000000,"n":128}"#))
        // More than 64 bits hold, or as much as they do: never a small number by wrapping around.
        let reserved = vast.ledger.openings.first?.reserved
        #expect(reserved == nil || (reserved?.amount ?? 0) > Usage.ceiling)
    }

    @Test("settled at the prices of admission, whatever is configured meanwhile")
    func pricesAtAdmission() async throws {
        let box = WorldBox()
        var script = ProviderScript.json(EndpointSample.chat.answer)
        script.beforeHead = {
            let unpriced = Configuration.sampled { $0.prices = [] }
            box.world?.lane.compiled = Compiled(Snapshot(unpriced, revision: 2))
        }
        let world = World(script)
        box.world = world
        try await world.run(Request(Self.chat, EndpointSample.chat.request))
        #expect(try world.row.cost == .priced(NanoDollars(48_000)))
    }

    @Test("times are the call's own: the provider's time is latency, not overhead")
    func times() async throws {
        var script = ProviderScript.json(EndpointSample.chat.answer)
        let box = WorldBox()
        script.beforeHead = { box.world?.clock.advance(milliseconds: 250) }
        let world = World(script)
        box.world = world
        let client = try await world.run(Request(Self.chat, EndpointSample.chat.request))
        let row = try world.row
        #expect(row.latency == 250_000 && row.overhead == 0 && row.firstToken == nil)
        #expect(client.fields["x-sluice-overhead-us"] == "0")
    }

    @Test("a mount serves the model as the client names it, priced by that name")
    func mounted() async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let client = try await world.run(
            Request("/llm/call/primary/v1/chat/completions", #"{"model":"gpt-real","messages":[]}"#))
        let row = try world.row
        #expect(client.status == 200 && row.modelServed == "gpt-real" && row.cost == .priced(NanoDollars(48_000)))
        #expect(world.upstream.body() == #"{"model":"gpt-real","messages":[]}"#)
        #expect(world.observer.routes == ["/llm/primary"])
    }

    @Test("metrics are labelled by the configured name, not by what the client asked for")
    func routes() async throws {
        let world = World(.json(EndpointSample.chat.answer))
        try await world.run(Request(Self.chat, #"{"model":"team-blue","messages":[]}"#))
        #expect(world.observer.routes == ["team-*"])
        #expect(try world.row.modelAsked == "team-blue")
        #expect(try world.row.modelServed == "team-blue")
    }
}

/// Lets a script reach the world that is made from it.
final class WorldBox {
    var world: World?
}
