// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("Attempts and fallback")
struct FallbackTests {
    private static let unprocessed: [CallFailure] = [
        CallFailure(.unreachable, "refused", isUnprocessed: true),
        CallFailure(.connectTimeout, "late", isUnprocessed: true),
        CallFailure(.busy, "full", isUnprocessed: true), CallFailure(.broken, "stale", isUnprocessed: true),
        CallFailure(.totalTimeout, "late", isUnprocessed: true),
    ]

    private static let perhapsProcessed: [(failure: CallFailure, status: Int, ending: Ending, source: UsageSource)] = [
        (CallFailure(.broken, "reset"), 502, .providerFailed, .none),
        (CallFailure(.firstByteTimeout, "slow"), 504, .timedOut, .estimated),
        (CallFailure(.totalTimeout, "slow"), 504, .timedOut, .estimated),
    ]

    @Test("the next target is asked when the first cannot have worked, and serves the call", arguments: unprocessed)
    func fallsBack(_ failure: CallFailure) async throws {
        let sample = EndpointSample.chat
        let world = World(.failure(failure), .json(sample.answer))
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.status == 200 && client.text == sample.answer)
        #expect(world.upstream.requests.map(\.to.provider.name) == ["primary", "spare"])
        #expect(world.upstream.body(0) == sample.sent)
        #expect(world.upstream.body(1) == sample.sent.replacing("gpt-real", with: "gpt-spare"))
        #expect(world.upstream.head(1).hasPrefix("POST /chat/completions HTTP/1.1\r\nhost: spare.test\r\n"))
        #expect(!world.upstream.head(1).contains("provider-secret-primary"))
        let row = try world.row
        #expect(
            row.provider == "spare" && row.modelServed == "gpt-spare" && row.attempts == 2 && row.ending == .complete)
        // 10 in at $5, 20 out at $10 a million; the spare has no price of its own for cached input.
        #expect(row.cost == .priced(NanoDollars(50_000 + 200_000)))
        #expect(client.fields["x-sluice-attempts"] == "2" && client.fields["x-sluice-provider"] == "spare")
        #expect(client.fields["x-sluice-degraded"] == "fallback")
        world.expectSettledBeforeTheEnd()
    }

    @Test("a stream falls back alike")
    func streamFallsBack() async throws {
        let sample = EndpointSample.chat
        let stream = try #require(sample.stream)
        let world = World(.failure(Self.unprocessed[0]), .events([stream.bytes]))
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.text == stream.shown.joined() && client.fields["x-sluice-degraded"] == "fallback")
        #expect(try world.row.attempts == 2)
    }

    @Test("once something may have been processed nobody else is asked", arguments: perhapsProcessed)
    func neverTwice(_ failure: CallFailure, _ status: Int, _ ending: Ending, _ source: UsageSource) async throws {
        let sample = EndpointSample.chat
        for request in [sample.request, try #require(sample.stream).request] {
            let world = World(.failure(failure))
            let client = try await world.run(Request(sample.path, request))
            #expect(client.state == .answered && client.status == status)
            #expect(world.upstream.requests.count == 1)
            let row = try world.row
            #expect(row.ending == ending && row.attempts == 1 && row.provider == "primary" && row.usageSource == source)
            world.expectSettledBeforeTheEnd()
        }
    }

    @Test("a provider that is too busy is passed over, and costs nothing", arguments: [429, 503, 529])
    func turnedAway(_ status: Int) async throws {
        let sample = EndpointSample.chat
        let world = World(.json(status, #"{"error":{"message":"busy"}}"#), .json(sample.answer))
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.status == 200 && client.text == sample.answer)
        #expect(world.upstream.calls[0].ends == [.released])
        let row = try world.row
        #expect(row.provider == "spare" && row.attempts == 2 && row.ending == .complete)
    }

    @Test("when every provider is too busy the client is told what the last said", arguments: [429, 503, 529])
    func allTurnAway(_ status: Int) async throws {
        let world = World(
            .json(status, #"{"error":{"message":"first"}}"#), .json(status, #"{"error":{"message":"second"}}"#))
        let client = try await world.run(Request(EndpointSample.chat.path, EndpointSample.chat.request))
        #expect(client.status == status && client.text.contains("second"))
        let row = try world.row
        #expect(row.ending == .providerError && row.attempts == 2 && row.usage == .zero)
    }

    @Test("trying another provider does not lengthen the call's total deadline")
    func oneDeadline() async throws {
        var clock: ManualClock?
        var slow = ProviderScript.failure(Self.unprocessed[0])
        slow.beforeHead = { clock?.advance(milliseconds: 500) }
        let world = World(slow, .json(EndpointSample.chat.answer))
        clock = world.clock
        try await world.run(Request(EndpointSample.chat.path, EndpointSample.chat.request))
        #expect(world.upstream.requests.count == 2)
        #expect(world.upstream.requests[0].since == world.upstream.requests[1].since)
    }

    @Test(
        "any other answer is the answer: nobody else is asked",
        arguments: [200, 302, 400, 401, 404, 500, 502, 504])
    func answersAreFinal(_ status: Int) async throws {
        let world = World(.json(status, #"{"error":{}}"#))
        try await world.run(Request(EndpointSample.chat.path, EndpointSample.chat.request))
        #expect(world.upstream.requests.count == 1)
    }

    @Test("an answer or stream that broke off is not asked for again")
    func brokenAnswersAreFinal() async throws {
        let sample = EndpointSample.chat
        let stream = try #require(sample.stream)
        let broken = ProviderScript.Step.failure(CallFailure(.broken, "x"))
        for script in [
            ProviderScript.events([], then: [broken]), .events([Array(stream.events[0].utf8)], then: [broken]),
        ] {
            let world = World(script)
            try await world.run(Request(sample.path, stream.request))
            #expect(world.upstream.requests.count == 1)
        }
    }

    @Test(
        "when no target can be reached the client is told once, and nothing is billed",
        arguments: [
            (
                CallFailure(.unreachable, "10.0.0.1 refused", isUnprocessed: true), 502, "provider_unreachable",
                Ending.providerFailed
            ),
            (CallFailure(.connectTimeout, "10.0.0.1", isUnprocessed: true), 504, "provider_timeout", .timedOut),
            (CallFailure(.busy, "10.0.0.1", isUnprocessed: true), 503, "provider_busy", .providerFailed),
        ])
    func allFail(_ failure: CallFailure, _ status: Int, _ code: String, _ ending: Ending) async throws {
        let world = World(.failure(failure), .failure(failure))
        let client = try await world.run(Request(EndpointSample.chat.path, EndpointSample.chat.request))
        #expect(client.status == status)
        #expect(try JSON.error(client.text)["code"] as? String == code)
        #expect(!client.text.contains("10.0.0.1") && !client.text.contains("test"))
        #expect((client.fields["retry-after"] != nil) == (status == 503))
        let row = try world.row
        #expect(row.ending == ending && row.attempts == 2 && row.status == status)
        #expect(row.usage == .zero && row.cost == .priced(.zero))
    }

    @Test("targets of the other dialect are passed over")
    func mixedTargets() async throws {
        let world = World(.json(EndpointSample.chat.answer))
        try await world.run(Request(EndpointSample.chat.path, #"{"model":"mixed","messages":[]}"#))
        #expect(try world.row.provider == "primary")
        let claude = World(.json(EndpointSample.messages.answer))
        try await claude.run(Request("/v1/messages", #"{"model":"mixed","max_tokens":1,"messages":[]}"#))
        #expect(try claude.row.provider == "claude")
    }
}
