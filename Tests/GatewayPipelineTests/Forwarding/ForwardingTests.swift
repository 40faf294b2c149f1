// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import Testing

@Suite("What goes to providers and what comes back")
struct ForwardingTests {
    /// Fields that no provider may see, with values to look for.
    private static let private_ = [
        "x-api-key: \(SampleKeys.demo)", "Cookie: session=canary", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=canary",
        "X-Real-IP: 1.2.3.4", "X-User-Id: canary", "X-Internal-Auth: canary", "X-Original-URL: /canary",
        "Origin: http://canary",
        "Referer: http://canary", "User-Agent: canary", "Connection: te", "TE: trailers", "Upgrade: canary",
        "Keep-Alive: canary",
        "Proxy-Authorization: Basic canary", "Proxy-Connection: canary", "baggage: canary", "tracestate: canary=1",
        "Accept-Encoding: br", "OpenAI-Organization: org-canary", "x-sluice-canary: 1", "Trailer: canary",
        "Via: canary",
        "anthropic-beta: canary", "x-request-id: canary", "Content-Type: application/json",
    ]

    @Test("a provider gets our request line, host and credential, and nothing of the client's but the allow-list")
    func openAIHead() async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let fields = Self.private_ + ["Accept: application/json", "OpenAI-Beta: assistants=v2", "Idempotency-Key: k1"]
        try await world.run(Request("/v1/chat/completions?key=canary", EndpointSample.chat.request, fields: fields))
        #expect(
            world.upstream.head()
                == [
                    "POST /v1/chat/completions HTTP/1.1", "host: primary.test:8001", "content-type: application/json",
                    "accept-encoding: identity", "authorization: Bearer provider-secret-primary",
                    "accept: application/json",
                    "openai-beta: assistants=v2", "idempotency-key: k1", "openai-organization: org-1", "",
                ].joined(separator: "\r\n"))
    }

    @Test(
        "defaults hold where the caller sends nothing of its own",
        arguments: [
            ([], "anthropic-version: 2023-06-01\r\n"),
            (["Anthropic-Version: 2024-01-01"], "anthropic-version: 2024-01-01\r\n"),
            (
                ["Anthropic-Beta: a", "Anthropic-Beta: b"],
                "anthropic-beta: a\r\nanthropic-beta: b\r\nanthropic-version: 2023-06-01\r\n"
            ),
        ] as [([String], String)])
    func anthropicHead(_ fields: [String], _ end: String) async throws {
        let world = World(.json(EndpointSample.messages.answer))
        try await world.run(Request("/v1/messages", EndpointSample.messages.request, fields: fields))
        #expect(
            world.upstream.head()
                == "POST /v1/messages HTTP/1.1\r\nhost: claude.test\r\ncontent-type: application/json\r\n"
                + "accept-encoding: identity\r\nx-api-key: provider-secret-claude\r\n" + end)
    }

    @Test(
        "a provider without authentication gets no credential, the client's least of all",
        arguments: [
            "Authorization: Bearer \(SampleKeys.demo)", "x-api-key: \(SampleKeys.demo)", "api-key: \(SampleKeys.demo)",
            "x-goog-api-key: \(SampleKeys.demo)",
        ])
    func noCredential(_ field: String) async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let client = try await world.run(
            Request("/v1/chat/completions", #"{"model":"plain","messages":[]}"#, key: nil, fields: [field]))
        #expect(client.status == 200)
        #expect(
            world.upstream.head()
                == "POST /api/chat/completions HTTP/1.1\r\nhost: plain.test\r\ncontent-type: application/json\r\n"
                + "accept-encoding: identity\r\n")
    }

    @Test(
        "the query goes along, but for the caller's credentials",
        arguments: [
            ("?beta=true", "?beta=true"), ("?a=1&b=%20&c", "?a=1&b=%20&c"), ("?", ""), ("?&&", ""),
            ("?key=canary", ""), ("?KEY=canary&beta=true", "?beta=true"), ("?a=1&api_key=canary&b=2", "?a=1&b=2"),
            ("?access_token=canary", ""), ("?%6bey=canary", ""), ("?x=sk-sluice-canary", ""),
        ])
    func query(_ query: String, _ sent: String) async throws {
        let world = World(.json(EndpointSample.messages.answer))
        try await world.run(Request("/v1/messages\(query)", EndpointSample.messages.request))
        #expect(world.upstream.head().hasPrefix("POST /v1/messages\(sent) HTTP/1.1\r\nhost: claude.test\r\n"))
        #expect(!world.upstream.head().contains("canary"))
        #expect(world.upstream.head().contains("\r\nx-api-key: provider-secret-claude\r\n"))
    }

    @Test("fields that name the request go to providers that are allowed them; credentials and connection never do")
    func namedFields() async throws {
        let names: Set = ["traceparent", "x-request-id", "authorization", "cookie", "connection", "te", "x-api-key"]
        let configuration = Configuration.sampled { $0.providers[0].forwardedHeaders = names }
        let world = World(.json(EndpointSample.chat.answer), configuration: configuration)
        let fields = ["Traceparent: 00-\(String(repeating: "a", count: 32))-\(String(repeating: "b", count: 16))-01"]
        try await world.run(
            Request(
                EndpointSample.chat.path, EndpointSample.chat.request,
                fields: fields + [
                    "X-Request-Id: r1", "Cookie: canary", "TE: trailers", "x-api-key: \(SampleKeys.demo)",
                ]))
        let head = world.upstream.head()
        #expect(head.contains("\r\ntraceparent: 00-aaaa") && head.contains("\r\nx-request-id: r1\r\n"))
        #expect(!head.contains("canary") && !head.contains("trailers") && !head.contains(SampleKeys.demo))
    }

    @Test(
        "the body differs from the client's in nothing but the model and the usage option",
        arguments: [
            (#"{"model":"gpt","messages":[]}"#, #"{"model":"gpt-real","messages":[]}"#),
            (#" { "messages" : [ ] , "model" : "gpt" } "#, #" { "messages" : [ ] , "model" : "gpt-real" } "#),
            (
                #"{"messages":[{"model":"gpt","content":"\"model\":\"gpt\""}],"model":"gpt"}"#,
                #"{"messages":[{"model":"gpt","content":"\"model\":\"gpt\""}],"model":"gpt-real"}"#
            ),
            (#"{"model":"g\u0070t","messages":[]}"#, #"{"model":"gpt-real","messages":[]}"#),
            (#"{"\u006dodel":"gpt","messages":[]}"#, #"{"\u006dodel":"gpt-real","messages":[]}"#),
            (
                #"{"model":"gpt","messages":[],"stream":true}"#,
                #"{"stream_options":{"include_usage":true},"model":"gpt-real","messages":[],"stream":true}"#
            ),
            (
                #"{"model":"gpt","messages":[],"stream":true,"stream_options":null}"#,
                #"{"model":"gpt-real","messages":[],"stream":true,"stream_options":{"include_usage":true}}"#
            ),
            (
                #"{"stream_options":{"include_usage":false,"x":1},"model":"gpt","messages":[],"stream":true}"#,
                #"{"stream_options":{"include_usage":true,"x":1},"model":"gpt-real","messages":[],"stream":true}"#
            ),
            (#"{"model":"gpt","messages":[],"stream":false}"#, #"{"model":"gpt-real","messages":[],"stream":false}"#),
            (
                #"{"model":"gpt","metadata":{"a":1,"a":2},"messages":[],"n":1.0,"max_tokens":1e2,"z":"\/"}"#,
                #"{"model":"gpt-real","metadata":{"a":1,"a":2},"messages":[],"n":1.0,"max_tokens":1e2,"z":"\/"}"#
            ),
        ])
    func bodies(_ body: String, _ sent: String) async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let client = try await world.run(Request("/v1/chat/completions", body))
        #expect(client.status == 200, "\(client.text)")
        #expect(world.upstream.body() == sent)
    }

    @Test("a name that needs no change leaves the client's bytes as one piece")
    func untouched() async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let body = #"{"messages":[],"model":"team-red"}"#
        try await world.run(Request("/v1/chat/completions", body))
        #expect(world.upstream.body() == body && world.upstream.requests.first?.body.count == 1)
    }

    // MARK: Request ids and traces

    @Test(
        "a sane request id of the client's is kept",
        arguments: [
            "a", "req-1", "A_b.c:d-9", String(repeating: "x", count: 128),
        ])
    func sane(_ id: String) async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let client = try await world.run(
            Request("/v1/chat/completions", EndpointSample.chat.request, fields: ["X-Request-ID: \(id)"]))
        #expect(client.fields["x-request-id"] == id)
        #expect(try world.row.requestID == id)
    }

    @Test(
        "any other is replaced by one of our own",
        arguments: [
            "", " ", "a b", "a/b", "ü", "<script>", "a,b", "a;b", "'", String(repeating: "x", count: 129),
        ])
    func insane(_ id: String) async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let client = try await world.run(
            Request("/v1/chat/completions", EndpointSample.chat.request, fields: ["X-Request-ID: \(id)"]))
        let row = try world.row
        #expect(row.requestID == row.row.hexadecimal && client.fields["x-request-id"] == row.requestID)
        #expect(row.requestID.count == 32)
    }

    @Test(
        "a trace is joined where it is well-formed, else begun",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "0af7651916cd43dd8448eb211c80319c"),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", nil),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", nil),
            ("junk", nil),
        ] as [(String, String?)])
    func traces(_ value: String, _ trace: String?) async throws {
        let world = World(.json(EndpointSample.chat.answer))
        try await world.run(
            Request("/v1/chat/completions", EndpointSample.chat.request, fields: ["traceparent: \(value)"]))
        let row = try world.row
        #expect(row.traceID == trace ?? row.row.hexadecimal)
    }

    @Test("rows have identifiers of their own, in the order of their time")
    func rowIDs() async throws {
        var ids: [RowID] = []
        for _ in 0..<200 {
            let world = World(.json(EndpointSample.chat.answer))
            try await world.run(Request("/v1/chat/completions", EndpointSample.chat.request))
            ids.append(try world.row.row)
        }
        #expect(Set(ids).count == 200)
    }

    // MARK: Answers

    @Test("an answer says who served it, how often was tried, and what it cost", arguments: EndpointSample.all)
    func answerFields(_ sample: EndpointSample) async throws {
        let world = World(.json(sample.answer))
        let fields = try await world.run(Request(sample.path, sample.request, fields: ["x-request-id: r1"])).fields
        var expected = [
            "content-type": "application/json", "x-request-id": "r1", "x-sluice-model": sample.model,
            "x-sluice-provider": sample.provider, "x-sluice-attempts": "1", "x-sluice-cache": "off",
            "x-sluice-cost-usd": NanoDollars(sample.cost).decimal, "x-sluice-overhead-us": "0",
        ]
        if sample.endpoint.dialect == .anthropic { expected["request-id"] = "r1" }
        #expect(fields == expected)
    }

    @Test("a model name from the client forges no field")
    func modelInField() async throws {
        let world = World(.json(EndpointSample.chat.answer))
        let client = try await world.run(Request("/v1/chat/completions", #"{"model":"team-é\u2028:x","messages":[]}"#))
        #expect(client.fields["x-sluice-model"] == "team-é\u{2028}:x")
    }
}
