// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("Errors that providers answer with")
struct ProviderErrorTests {
    /// An error in the form of the dialects.
    private static func error(_ endpoint: Endpoint) -> String {
        switch endpoint.dialect {
        case .openAI: #"{"error":{"message":"no","type":"x"}}"#
        case .anthropic: #"{"type":"error","error":{"type":"x","message":"no"},"request_id":"req_1"}"#
        }
    }

    @Test(
        "the provider's status and error pass, and nothing is billed", arguments: EndpointSample.all,
        [
            400, 402, 404, 409, 413, 422, 429, 500, 502, 503, 504, 529,
        ])
    func passed(_ sample: EndpointSample, _ status: Int) async throws {
        for request in [sample.request, sample.stream?.request ?? sample.request] {
            let error = Self.error(sample.endpoint)
            let world = World(.json(status, error), configuration: .withoutFallback)
            let client = try await world.run(Request(sample.path, request))
            #expect(client.state == .answered && client.status == status && client.text == error)
            let row = try world.row
            #expect(row.ending == .providerError && row.status == status && row.attempts == 1)
            #expect(row.usage == .zero && row.usageSource == .none && row.cost == .priced(.zero))
            #expect(row.provider == sample.provider)
            world.expectSettledBeforeTheEnd()
        }
    }

    @Test("a refused credential is the gateway's trouble, not the client's", arguments: [401, 403])
    func credentials(_ status: Int) async throws {
        let world = World(.json(status, #"{"error":{"message":"bad key provider-secret-primary"}}"#))
        let client = try await world.run(Request("/v1/chat/completions", EndpointSample.chat.request))
        #expect(client.status == 502)
        #expect(try JSON.error(client.text)["code"] as? String == "upstream_authentication")
        #expect(!client.text.contains("provider-secret"))
        #expect(client.fields["www-authenticate"] == nil)
        let row = try world.row
        #expect(row.ending == .providerError && row.status == 502 && row.cost == .priced(.zero))
        #expect(world.upstream.calls.map(\.ends) == [[.released]])
    }

    @Test(
        "an error that is no JSON is told in the client's dialect", arguments: EndpointSample.all,
        [
            "", "<html>Bad Gateway</html>", "[]", "{\"error\"", "\u{1f}\u{8b}",
        ])
    func notJSON(_ sample: EndpointSample, _ body: String) async throws {
        let world = World(
            .answer("HTTP/1.1 503 X\ncontent-type: text/html", [Array(body.utf8)]),
            configuration: .withoutFallback)
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.status == 503 && client.fields["content-type"] == "application/json")
        #expect(try (JSON.error(client.text)["message"] as? String)?.contains("503") == true)
        #expect(try world.row.ending == .providerError)
    }

    @Test(
        "an error of another form keeps its status and its words", arguments: EndpointSample.all,
        [
            (#"{}"#, nil), (#"{"error":{}}"#, nil), (#"{"error":null,"ok":false}"#, nil),
            (#"{"error":"too fast"}"#, "too fast"), (#"{"message":"too fast","type":"x"}"#, "too fast"),
            (#"{"detail":"too fast"}"#, "too fast"), (#"{"detail":[{"loc":["body"],"msg":"too fast"}]}"#, "too fast"),
            (#"{"error":{"message":"too\nfast\u0007\u202e"}}"#, nil), (#"{"error":{"message":7}}"#, nil),
        ] as [(String, String?)])
    func otherForms(_ sample: EndpointSample, _ error: (body: String, message: String?)) async throws {
        let world = World(.json(429, error.body), configuration: .withoutFallback)
        let client = try await world.run(Request(sample.path, sample.request))
        #expect(client.status == 429)
        let told = try JSON.error(client.text)
        let message = try #require(told["message"] as? String)
        if let expected = error.message { #expect(message == expected) }
        // What has the form of OpenAI's is not Anthropic's.
        if error.body.contains("nfast"), sample.endpoint.dialect == .openAI {
            #expect(client.text == error.body)
        } else {
            #expect(
                told["type"] as? String == "rate_limit_error" && message.contains("too fast") || message.contains("429")
            )
        }
        #expect(try world.row.status == 429 && world.row.usage == .zero)
    }

    @Test("an error in an array of one, or in an event, is an error all the same", arguments: EndpointSample.all)
    func wrapped(_ sample: EndpointSample) async throws {
        let error = Self.error(sample.endpoint)
        for body in [
            "[\(error)]", " [ \(error) ]\n", "data: \(error)\n\n", "event: error\ndata: \(error)\n\n", "data: \(error)",
        ] {
            let world = World(.answer("HTTP/1.1 500 X", [Array(body.utf8)]))
            let client = try await world.run(Request(sample.path, sample.request))
            #expect(client.status == 500 && client.text == error)
        }
        let two = World(.answer("HTTP/1.1 500 X", [Array("[\(error),\(error)]".utf8)]))
        #expect(try await two.run(Request(sample.path, sample.request)).text.contains("500"))
    }

    @Test(
        "the gateway's credential never passes, however the provider tells it",
        arguments: [
            #"{"error":{"message":"bad key KEY","type":"x"}}"#, #"{"error":{"message":"no","param":"KEY"}}"#,
            #"{"error":{"message":"no"},"KEY":1}"#, #"{"error":"bad key 'KEY'."}"#, #"{"message":"KEY"}"#,
            #"{"error":{"message":"bad key ESCAPED"}}"#, #"{"detail":"x=ESCAPED"}"#, #"[{"error":{"message":"KEY"}}]"#,
        ])
    func secrets(_ error: String) async throws {
        let key = "provider-secret-primary"
        let escaped = key.utf8.map { "\\u00" + String($0, radix: 16) }.joined()
        let body = error.replacing("KEY", with: key).replacing("ESCAPED", with: escaped)
        let world = World(.json(400, body))
        let client = try await world.run(Request("/v1/chat/completions", EndpointSample.chat.request))
        #expect(client.status == 400)
        #expect(!client.text.contains("secret") && !client.text.contains(String(escaped.prefix(24))), "\(client.text)")
        #expect(try JSON.error(client.text)["message"] is String)
    }

    @Test("an error of more than a mebibyte is not held")
    func largeError() async throws {
        let piece = [UInt8](repeating: UInt8(ascii: " "), count: 64 << 10)
        let world = World(.answer("HTTP/1.1 500 X", Array(repeating: piece, count: 17)))
        let client = try await world.run(Request("/v1/chat/completions", EndpointSample.chat.request))
        #expect(client.status == 500)
        #expect(try JSON.error(client.text)["message"] is String)
        #expect(world.upstream.calls.map(\.ends) == [[.cancelled]])
    }

    @Test("an error that breaks off is a broken provider")
    func brokenOff() async throws {
        let script = ProviderScript.answer(
            "HTTP/1.1 500 X", [Array("{".utf8)], then: [.failure(CallFailure(.broken, "x"))])
        let world = World(script)
        let client = try await world.run(Request("/v1/chat/completions", EndpointSample.chat.request))
        #expect(client.status == 502)
        let row = try world.row
        #expect(row.ending == .providerFailed && row.usage == .zero && row.usageSource == .none)
    }

    @Test(
        "when to come back is passed on where it makes sense",
        arguments: [
            ("0", "0"), ("7", "7"), ("1.2", "2"), ("3600", "3600"), ("1000000000000", "3600"), ("-1", nil),
            ("soon", nil),
            ("Thu, 01 Jan 1970 00:00:00 GMT", nil), ("", nil), ("nan", nil), ("inf", nil), ("infinity", nil),
            ("0x10", nil),
            ("1e3", nil),
        ] as [(String, String?)])
    func retryAfter(_ value: String, _ expected: String?) async throws {
        let script = ProviderScript.answer(
            "HTTP/1.1 429 X\nretry-after: \(value)", [Array(Self.error(.chatCompletions).utf8)])
        let client = try await World(script, configuration: .withoutFallback).run(
            Request("/v1/chat/completions", EndpointSample.chat.request))
        #expect(client.status == 429)
        #expect(client.fields["retry-after"] == expected)
    }

    @Test("of a provider's fields none but the one above reaches the client")
    func fields() async throws {
        let head =
            "HTTP/1.1 429 X\nset-cookie: a=b\nserver: nginx\nlocation: http://evil.test/\nstrict-transport-security: max-age=1"
            + "\nx-request-id: theirs\nx-sluice-cost-usd: 9\nopenai-organization: org-1\nconnection: close\nretry-after: 1"
        for status in ["429", "200"] {
            let script = ProviderScript.answer(
                head.replacing("429", with: status), [Array(EndpointSample.chat.answer.utf8)])
            let client = try await World(script, configuration: .withoutFallback).run(
                Request("/v1/chat/completions", EndpointSample.chat.request))
            let names = Set(client.fields.keys)
            let allowed: Set = [
                "content-type", "retry-after", "x-request-id", "x-sluice-model", "x-sluice-provider",
                "x-sluice-attempts",
                "x-sluice-cache", "x-sluice-cost-usd", "x-sluice-overhead-us",
            ]
            #expect(names.isSubset(of: allowed), "\(names.subtracting(allowed))")
            #expect(client.fields["x-request-id"] != "theirs" && client.fields["x-sluice-cost-usd"] != "9")
        }
    }
}
