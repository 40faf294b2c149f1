// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("Answers that are not streamed")
struct WholeAnswerTests {
    @Test("an answer passes untouched, metered by the provider's own count", arguments: EndpointSample.all)
    func success(_ sample: EndpointSample) async throws {
        let world = World(.json(sample.answer))
        let client = try await world.run(
            Request(sample.path, sample.request, fields: ["Content-Type: application/json"]))
        #expect(client.state == .answered && client.status == 200)
        #expect(client.text == sample.answer)
        #expect(world.upstream.body() == sample.sent)
        #expect(world.upstream.head().hasPrefix("POST \(sample.providerPath) HTTP/1.1\r\n"))
        let row = try world.row
        #expect(row.ending == .complete && row.status == 200 && row.attempts == 1 && !row.streamed)
        #expect(row.endpoint == sample.endpoint && row.provider == sample.provider && row.modelServed == sample.model)
        #expect(row.usage == sample.usage && row.usageSource == sample.source)
        #expect(row.cost == .priced(NanoDollars(sample.cost)))
        #expect(row.keyID == "key_demo" && row.keyName == "demo" && row.startedAt == ManualClock.start)
        world.expectSettledBeforeTheEnd()
    }

    @Test("an answer in many pieces is put together", arguments: EndpointSample.all)
    func pieces(_ sample: EndpointSample) async throws {
        let bytes = Array(sample.answer.utf8)
        for cut in stride(from: 0, to: bytes.count, by: 7) {
            let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
            let script = ProviderScript.answer("HTTP/1.1 200 OK\ncontent-type: application/json", pieces)
            let world = World(script)
            #expect(try await world.run(Request(sample.path, sample.request)).text == sample.answer)
            #expect(try world.row.usage == sample.usage)
        }
    }

    @Test(
        "what is no answer of the endpoint is refused and never looks like one", arguments: EndpointSample.all,
        [
            "", " ", "<html><body>It works!</body></html>", "null", "[]", "\"ok\"", "{}", "{\"ok\":true}",
            "{\"choices\":",
        ])
    func noAnswer(_ sample: EndpointSample, _ body: String) async throws {
        let world = World(.json(body))
        let client = try await world.run(Request(sample.path, sample.request))
        try expectBroken(client, world, status: 502)
        try world.expectInputBilled()
    }

    @Test("an answer cut at any byte is an error, never a short answer", arguments: EndpointSample.all)
    func truncated(_ sample: EndpointSample) async throws {
        let bytes = Array(sample.answer.utf8)
        for count in 0..<bytes.count {
            let world = World(.answer("HTTP/1.1 200 OK", [Array(bytes[..<count])]))
            let client = try await world.run(Request(sample.path, sample.request))
            try expectBroken(client, world, status: 502)
            try world.expectInputBilled()
        }
    }

    @Test(
        "an answer that breaks off in flight is an error, billed as an estimate of the input",
        arguments: [
            (CallFailure.Kind.broken, 502, Ending.providerFailed), (.idleTimeout, 504, .timedOut),
            (.totalTimeout, 504, .timedOut),
        ])
    func brokenOff(_ kind: CallFailure.Kind, _ status: Int, _ ending: Ending) async throws {
        for sample in EndpointSample.all {
            let half = Array(sample.answer.utf8.prefix(20))
            let script = ProviderScript.answer(
                "HTTP/1.1 200 OK\ncontent-length: 999", [half], then: [.failure(CallFailure(kind, "x"))])
            let world = World(script)
            let client = try await world.run(Request(sample.path, sample.request))
            #expect(client.state == .answered && client.status == status)
            #expect(!client.text.contains(String(decoding: half, as: UTF8.self)))
            let row = try world.row
            #expect(row.ending == ending && row.status == status && row.attempts == 1)
            try world.expectInputBilled()
            world.expectSettledBeforeTheEnd()
        }
    }

    @Test(
        "a compressed answer that nobody asked for is refused", arguments: EndpointSample.all,
        ["gzip", "br", "gzip, identity"])
    func compressed(_ sample: EndpointSample, _ coding: String) async throws {
        let script = ProviderScript.answer("HTTP/1.1 200 OK\ncontent-encoding: \(coding)", [Array(sample.answer.utf8)])
        let world = World(script)
        try expectBroken(try await world.run(Request(sample.path, sample.request)), world, status: 502)
        try world.expectInputBilled()
        #expect(world.upstream.head().contains("\r\naccept-encoding: identity\r\n"))
    }

    @Test("the identity coding is none")
    func identity() async throws {
        let answer = EndpointSample.chat.answer
        let world = World(.answer("HTTP/1.1 200 OK\ncontent-encoding: Identity", [Array(answer.utf8)]))
        #expect(try await world.run(Request("/v1/chat/completions", EndpointSample.chat.request)).text == answer)
    }

    @Test("a redirect is never followed", arguments: [301, 302, 303, 307, 308, 300, 304])
    func redirects(_ status: Int) async throws {
        let world = World(.answer("HTTP/1.1 \(status) Found\nlocation: http://evil.test/", [Array("{}".utf8)]))
        let client = try await world.run(Request("/v1/chat/completions", EndpointSample.chat.request))
        try expectBroken(client, world, status: 502)
        #expect(try world.row.usage == .zero && world.row.usageSource == .none)
        #expect(client.fields["location"] == nil && !client.text.contains("evil"))
        #expect(world.upstream.calls.map(\.ends) == [[.cancelled]])
    }

    @Test("an answer larger than the limit is cut off and refused")
    func tooLarge() async throws {
        let answer = EndpointSample.chat.answer
        let limits = ServerLimits(answer: 100)
        let script = ProviderScript.answer("HTTP/1.1 200 OK", Array(answer.utf8).map { [$0] })
        let world = World(script, limits: limits)
        let client = try await world.run(Request("/v1/chat/completions", EndpointSample.chat.request))
        try expectBroken(client, world, status: 502)
        try world.expectInputBilled()
        #expect(world.upstream.calls.map(\.ends) == [[.cancelled]])
        let exact = World(script, limits: ServerLimits(answer: answer.utf8.count))
        #expect(try await exact.run(Request("/v1/chat/completions", EndpointSample.chat.request)).text == answer)
    }

    @Test("a whole answer to a request for a stream passes as it is", arguments: EndpointSample.streaming)
    func wholeInsteadOfStream(_ sample: EndpointSample) async throws {
        let stream = try #require(sample.stream)
        let world = World(.json(sample.answer))
        let client = try await world.run(Request(sample.path, stream.request))
        #expect(client.state == .answered && client.text == sample.answer)
        let row = try world.row
        #expect(row.usage == sample.usage && row.ending == .complete && row.streamed)
    }

    /// An error of ours instead of an answer.
    private func expectBroken(_ client: ScriptedClient, _ world: World, status: Int) throws {
        #expect(client.state == .answered && client.status == status)
        #expect(try JSON.error(client.text)["message"] is String)
        let row = try world.row
        #expect(row.status == status && row.ending == .providerFailed && row.attempts == 1)
        #expect(world.upstream.requests.count == 1, "asked again")
        world.expectSettledBeforeTheEnd()
    }
}
