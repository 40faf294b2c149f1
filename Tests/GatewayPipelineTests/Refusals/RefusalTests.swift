// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import Testing

@Suite("Refusals before a provider is asked")
struct RefusalTests {
    /// A request and why it is refused.
    struct Sample: Sendable, CustomTestStringConvertible {
        var name: String
        var request: Request
        var code: GatewayFailure.Code
        var status: Int
        var testDescription: String { name }
    }

    private static let body = EndpointSample.chat.request

    private static func chat(_ body: String = body, key: String? = SampleKeys.demo, _ fields: String...) -> Request {
        Request("/v1/chat/completions", body, key: key, fields: fields)
    }

    // MARK: Nobody's call

    static let strangers: [Sample] = [
        Sample(name: "no key", request: chat(key: nil), code: .missingKey, status: 401),
        Sample(name: "an empty key", request: chat(key: nil, "x-api-key: "), code: .missingKey, status: 401),
        Sample(name: "an unknown key", request: chat(key: "sk-sluice-unknown"), code: .invalidKey, status: 401),
        Sample(name: "an expired key", request: chat(key: SampleKeys.expired), code: .invalidKey, status: 401),
        Sample(name: "a disabled key", request: chat(key: SampleKeys.disabled), code: .invalidKey, status: 401),
        Sample(
            name: "a key in other case", request: chat(key: SampleKeys.demo.uppercased()), code: .invalidKey,
            status: 401),
        Sample(
            name: "a key and a little more", request: chat(key: SampleKeys.demo + "0"), code: .invalidKey, status: 401),
        Sample(
            name: "a key without its end", request: chat(key: String(SampleKeys.demo.dropLast())), code: .invalidKey,
            status: 401),
        Sample(
            name: "a key of 60 KB", request: chat(key: String(repeating: "k", count: 60_000)), code: .invalidKey,
            status: 401),
        Sample(
            name: "two keys", request: chat("{}", "x-api-key: \(SampleKeys.narrow)"), code: .ambiguousKey, status: 401),
        Sample(
            name: "basic authentication", request: chat(key: nil, "Authorization: Basic dTpw"), code: .invalidKey,
            status: 401),
        Sample(name: "the key's id", request: chat(key: "key_demo"), code: .invalidKey, status: 401),
        Sample(name: "nowhere", request: Request("/v1/nowhere", body), code: .unknownRoute, status: 404),
        Sample(
            name: "nowhere without a key", request: Request("/v1/nowhere", body, key: nil), code: .unknownRoute,
            status: 404),
        Sample(
            name: "GET", request: Request("/v1/chat/completions", "", method: "GET"), code: .methodNotAllowed,
            status: 405),
        Sample(
            name: "TRACE", request: Request("/v1/chat/completions", "", method: "TRACE"), code: .methodNotAllowed,
            status: 405),
        Sample(
            name: "OPTIONS", request: Request("/v1/models", "", method: "OPTIONS"), code: .methodNotAllowed, status: 405
        ),
    ]

    @Test("a stranger is told why, costs nothing and is nobody's row", arguments: strangers)
    func stranger(_ sample: Sample) async throws {
        let world = World()
        let client = try await world.run(sample.request)
        #expect(client.state == .answered)
        #expect(client.status == sample.status)
        #expect(try JSON.error(client.text)["code"] as? String == sample.code.rawValue)
        #expect(world.ledger.rows.isEmpty && world.upstream.requests.isEmpty)
        let refusal = try #require(world.observer.refusals.first)
        #expect(world.observer.refusals.count == 1)
        #expect(refusal.code == sample.code && refusal.status == sample.status)
        #expect(refusal.requestID == client.fields["x-request-id"])
    }

    @Test(
        "unusable keys are told apart by nothing",
        arguments: [
            SampleKeys.expired, SampleKeys.disabled, "sk-sluice-unknown", String(repeating: "k", count: 600),
        ])
    func oneMessage(_ key: String) async throws {
        let fields = ["x-request-id: same"]
        let unknown = try await World().run(Request("/v1/chat/completions", "{}", key: "nobody", fields: fields))
        let client = try await World().run(Request("/v1/chat/completions", "{}", key: key, fields: fields))
        #expect(client.text == unknown.text)
        #expect(client.fields == unknown.fields)
        #expect(!client.text.contains(key))
    }

    @Test("a stranger's body is not waited for")
    func strangersBody() async throws {
        var request = Self.chat(key: "nobody")
        request.body = .failure(.tooSlow)
        #expect(try await World().run(request).status == 401)
    }

    @Test("a challenge names the scheme, a refused method the right ones, a draining process when to come back")
    func hints() async throws {
        #expect(try await World().run(Self.chat(key: nil)).fields["www-authenticate"] == "Bearer")
        #expect(try await World().run(Request("/v1/messages", "", method: "GET")).fields["allow"] == "POST")
        #expect(try await World().run(Request("/v1/models", "")).fields["allow"] == "GET, HEAD")
        let world = World()
        world.lane.isDraining = true
        let client = try await world.run(Self.chat())
        #expect(client.status == 503)
        #expect(client.fields["retry-after"] == "1")
        #expect(world.observer.refusals.map(\.code) == [.draining])
    }

    // MARK: A known caller's call

    static let callers: [Sample] = [
        Sample(name: "text", request: chat(body, "Content-Type: text/plain"), code: .unsupportedMediaType, status: 415),
        Sample(
            name: "UTF-16", request: chat(body, "Content-Type: application/json; charset=utf-16"),
            code: .unsupportedMediaType, status: 415),
        Sample(
            name: "two types", request: chat(body, "Content-Type: application/json", "Content-Type: application/json"),
            code: .unsupportedMediaType, status: 415),
        Sample(
            name: "multipart", request: chat(body, "Content-Type: multipart/form-data; boundary=x"),
            code: .unsupportedMediaType, status: 415),
        Sample(name: "gzip", request: chat(body, "Content-Encoding: gzip"), code: .unsupportedMediaType, status: 415),
        Sample(name: "an empty body", request: chat(""), code: .malformedRequest, status: 400),
        Sample(name: "no JSON", request: chat("model=gpt"), code: .malformedRequest, status: 400),
        Sample(name: "an array", request: chat("[]"), code: .malformedRequest, status: 400),
        Sample(name: "null", request: chat("null"), code: .malformedRequest, status: 400),
        Sample(name: "cut JSON", request: chat(String(body.dropLast())), code: .malformedRequest, status: 400),
        Sample(name: "two documents", request: chat(body + body), code: .malformedRequest, status: 400),
        Sample(
            name: "two models", request: chat(#"{"model":"gpt","model":"claude","messages":[]}"#),
            code: .malformedRequest, status: 400),
        Sample(
            name: "two models, one escaped", request: chat(#"{"model":"gpt","\u006dodel":"dear","messages":[]}"#),
            code: .malformedRequest, status: 400),
        Sample(name: "no model", request: chat(#"{"messages":[]}"#), code: .malformedRequest, status: 400),
        Sample(
            name: "stream as text", request: chat(#"{"model":"gpt","messages":[],"stream":"true"}"#),
            code: .malformedRequest, status: 400),
        Sample(name: "a Messages body", request: Request("/v1/messages", body), code: .malformedRequest, status: 400),
        Sample(
            name: "an unknown model", request: chat(#"{"model":"nope","messages":[]}"#), code: .unknownModel,
            status: 404),
        Sample(
            name: "a model in other case", request: chat(#"{"model":"GPT","messages":[]}"#), code: .unknownModel,
            status: 404),
        Sample(
            name: "a provider's own name for a model", request: chat(#"{"model":"gpt-real","messages":[]}"#),
            code: .unknownModel, status: 404),
        Sample(
            name: "a model not allowed", request: chat(#"{"model":"plain","messages":[]}"#, key: SampleKeys.narrow),
            code: .modelNotAllowed, status: 403),
        Sample(
            name: "a model not allowed, which does not exist",
            request: chat(#"{"model":"nope","messages":[]}"#, key: SampleKeys.narrow), code: .modelNotAllowed,
            status: 403),
        Sample(
            name: "a model of the other dialect", request: chat(#"{"model":"claude","messages":[]}"#),
            code: .dialectMismatch, status: 400),
        Sample(
            name: "the other dialect at the other path",
            request: Request("/v1/messages", #"{"model":"gpt","max_tokens":1,"messages":[]}"#),
            code: .dialectMismatch, status: 400),
        Sample(
            name: "an unknown mount", request: Request("/llm/call/nobody/v1/chat/completions", body),
            code: .unknownRoute, status: 404),
        Sample(
            name: "a mount of the other dialect", request: Request("/llm/call/claude/v1/chat/completions", body),
            code: .dialectMismatch, status: 400),
        Sample(
            name: "a stream from a mount that has none",
            request: Request("/llm/rest/primary/v1/chat/completions", #"{"model":"m","messages":[],"stream":true}"#),
            code: .malformedRequest, status: 400),
        Sample(
            name: "a whole answer from a mount that streams",
            request: Request("/llm/stream/primary/v1/chat/completions", body), code: .malformedRequest, status: 400),
    ]

    @Test("a known caller is told why, costs nothing and has a row", arguments: callers)
    func caller(_ sample: Sample) async throws {
        let world = World()
        let client = try await world.run(sample.request)
        #expect(client.state == .answered)
        #expect(client.status == sample.status)
        if world.lane.isDraining == false, client.fields["request-id"] == nil {
            #expect(try JSON.error(client.text)["code"] as? String == sample.code.rawValue)
        }
        let row = try world.row
        #expect(world.ledger.openings.isEmpty && world.upstream.requests.isEmpty && world.observer.refusals.isEmpty)
        #expect(row.status == sample.status && row.ending == .refused)
        #expect(row.usage == .zero && row.usageSource == .none && row.cost == .priced(.zero) && row.attempts == 0)
        #expect(row.provider == nil && row.modelServed == nil)
        #expect(row.requestID == client.fields["x-request-id"])
    }

    @Test(
        "bodies that do not come are refused by what went wrong",
        arguments: [
            (BodyFailure.tooLarge, GatewayFailure.Code.bodyTooLarge, 413), (.tooSlow, .requestTimeout, 408),
            (.faulty(HTTPFault(400, "a chunk is bad")), .malformedRequest, 400),
        ])
    func bodies(_ failure: BodyFailure, _ code: GatewayFailure.Code, _ status: Int) async throws {
        for sample in EndpointSample.all {
            let world = World()
            var request = Request(sample.path, "")
            request.body = .failure(failure)
            let client = try await world.run(request)
            #expect(client.status == status)
            let row = try world.row
            #expect(
                row.status == status && row.ending == .refused && row.endpoint == sample.endpoint
                    && row.modelAsked == "")
            #expect(world.upstream.requests.isEmpty)
        }
    }

    @Test("a body larger than the configured limit is refused, one of exactly that size is not")
    func bodyLimit() async throws {
        let body = EndpointSample.chat.request
        let fits = World(.json(EndpointSample.chat.answer), limits: ServerLimits(body: body.utf8.count))
        #expect(try await fits.run(Self.chat()).status == 200)
        let small = World(limits: ServerLimits(body: body.utf8.count - 1))
        let client = try await small.run(Self.chat())
        #expect(client.status == 413)
        #expect(client.text.contains("\(body.utf8.count - 1)"))
    }

    @Test("a client that leaves while it sends has a row and gets nothing")
    func goneWhileSending() async throws {
        let world = World()
        var request = Self.chat()
        request.body = .failure(.gone)
        let client = try await world.run(request)
        #expect(client.state == .brokenOff && client.received.isEmpty)
        let row = try world.row
        #expect(row.status == 499 && row.ending == .clientGone && row.cost == .priced(.zero))
    }

    @Test("a call that cannot be written down is not made", arguments: EndpointSample.all)
    func ledgerUnavailable(_ sample: EndpointSample) async throws {
        let world = World()
        world.ledger.isUnavailable = true
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.status == 503)
        #expect(world.upstream.requests.isEmpty)
        #expect(try world.row.ending == .refused)
        #expect(try world.row.modelAsked == (sample.endpoint.dialect == .openAI ? "gpt" : "claude"))
    }

    @Test(
        "errors come in the dialect of the path",
        arguments: [
            ("/v1/messages", true), ("/v1/messages/count_tokens", true), ("/v1/messages/unknown", true),
            ("/v1/chat/completions", false), ("/v1/responses", false), ("/nowhere", false),
            ("/llm/call/claude/v1/messages", true),
        ])
    func dialects(_ path: String, _ isAnthropic: Bool) async throws {
        let client = try await World().run(Request(path, "{", key: SampleKeys.demo))
        let object = try JSON.object(client.text)
        #expect((object["type"] as? String == "error") == isAnthropic)
        #expect((client.fields["request-id"] != nil) == isAnthropic)
        if isAnthropic { #expect(object["request_id"] as? String == client.fields["request-id"]) }
        #expect(client.fields["content-type"] == "application/json")
    }

    @Test("no refusal shows a key or the body", arguments: strangers + callers)
    func discretion(_ sample: Sample) async throws {
        let client = try await World().run(sample.request)
        for canary in ["sk-sluice-", "provider-secret", "héllo", "primary.test"] {
            #expect(!client.text.contains(canary))
        }
    }
}
