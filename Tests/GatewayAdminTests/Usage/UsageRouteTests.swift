// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import GatewayDomain
import HummingbirdTesting
import Testing

@Suite("Usage")
struct UsageRouteTests {
    @Test("the row of a request has every field, money as exact text")
    func row() async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.get("/v1/usage?request_id=req-1")
            let expected: JSONValue = [
                "row_id": "0123456789abcdef0000000000000001", "request_id": "req-1",
                "trace_id": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "started_at": "2026-11-18T11:06:40.123456Z",
                "key_id": "key_1", "key_name": "demo", "endpoint": "chat_completions", "model": "gpt-4o-mini",
                "provider": "openai", "served_model": "gpt-4o-mini", "prompt_tokens": 1000, "completion_tokens": 50,
                "cached_tokens": 200, "cache_write_tokens": 30, "reasoning_tokens": 20, "usage_source": "provider",
                "cost_usd": "0.0001234", "cost_nano_usd": 123_400, "priced": true, "latency_us": 2500,
                "first_token_us": 900, "overhead_us": 41, "status": 200, "attempts": 1, "stream": true,
                "ended": "complete",
            ]
            #expect(answer.list("rows") == [expected])
        }
    }

    @Test("what is not known is null, never zero")
    func unknowns() async throws {
        try await World(reports: TestReports(rows: [.unpricedSample])).withAdmin { admin in
            let row = try #require(try await admin.get("/v1/usage?request_id=req-2").list("rows").first)
            for name in ["cost_usd", "cost_nano_usd", "provider", "served_model", "first_token_us"] {
                #expect(row[name] == .null, "\(name)")
            }
            #expect(row["priced"] == false)
        }
    }

    @Test("an unknown request id gives no rows")
    func unknownRequest() async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.get("/v1/usage?request_id=nobody")
            #expect(answer.status == 200)
            #expect(answer.json == ["rows": []])
        }
    }

    @Test("sums come with a total, which may be larger than any one count can be")
    func sums() async throws {
        var large = UsageSum.sample("big", requests: 1, nanos: 5)
        large.requests = Int64.max
        large.usage.prompt = Int64.max
        let reports = TestReports(sums: [large, .sample("small", requests: 2, nanos: 1_500_000_000, unpriced: 1)])
        try await World(reports: reports).withAdmin { admin in
            let answer = try await admin.get("/v1/usage?by=key")
            #expect(answer["by"] == "key")
            #expect(answer.list("groups").map { $0["group"] } == ["big", "small"])
            #expect(answer.list("groups")[1]["cost_usd"] == "1.5")
            #expect(answer.list("groups")[1]["unpriced_requests"] == 1)
            let total = try #require(answer.json["total"])
            #expect(total["requests"] == .number("9223372036854775809"))
            #expect(total["cost_usd"] == "1.500000005")
            #expect(total["cost_nano_usd"] == 1_500_000_005)
            #expect(total["group"] == nil)
        }
    }

    @Test("calls that no provider served are a group without a name")
    func noProvider() async throws {
        let reports = TestReports(sums: [
            .sample("openai", requests: 1, nanos: 5), .sample("", requests: 2, nanos: 0),
        ])
        try await World(reports: reports).withAdmin { admin in
            let answer = try await admin.get("/v1/usage?by=provider")
            #expect(answer.list("groups").map { $0["group"] } == ["openai", .null])
        }
    }

    @Test("costs whose sum does not fit are an error, not a wrong sum")
    func overflow() async throws {
        let reports = TestReports(sums: [.sample("a", requests: 1, nanos: .max), .sample("b", requests: 1, nanos: 1)])
        try await World(reports: reports).withAdmin { admin in
            let answer = try await admin.get("/v1/usage?by=model")
            #expect(answer.status == 500)
        }
    }

    @Test("filters reach the ledger as they were meant")
    func filters() async throws {
        let world = World()
        try await world.withAdmin { admin in
            let query = "by=day&from=2026-11-20&to=2026-11-21T12:00:00.5%2B02:00&key=a+b&model=x%2Fy&provider=p"
            #expect(try await admin.get("/v1/usage?\(query)").status == 200)
            #expect(
                world.reports.asked
                    == .init(
                        filter: UsageFilter(
                            from: Timestamp(rfc3339: "2026-11-20T00:00:00Z"),
                            to: Timestamp(rfc3339: "2026-11-21T10:00:00.5Z"), key: "a b", model: "x/y", provider: "p"),
                        grouping: .day))
            #expect(try await admin.get("/v1/usage?limit=5").list("rows").count == 1)
            #expect(world.reports.asked == .init(filter: UsageFilter(), limit: 5))
            _ = try await admin.get("/v1/usage")
            #expect(world.reports.asked?.limit == 100)
        }
    }

    @Test(
        "a wrong query is refused and names the parameter",
        arguments: [
            ("by=user", "by", "key, model, provider, day"), ("limit=0", "limit", "1 to 1000"),
            ("limit=10&by=key", "limit", "no meaning"), ("request_id=a&by=key", "by", "no meaning"),
            ("request_id=a&from=2026-01-01", "from", "no meaning"), ("from=yesterday", "from", "RFC 3339"),
            ("from=2026-13-01", "from", "RFC 3339"), ("to=2026-11-21T12:00:00+02:00", "to", "%2B"),
            ("from=2026-11-21&to=2026-11-21", "from", "before"), ("key=", "key", "1 to 256"),
            ("request_id=\(String(repeating: "x", count: 257))", "request_id", "not 257"),
            ("model=a&model=b", "model", "twice"),
        ])
    func wrongQuery(query: String, field: String, detail: String) async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.get("/v1/usage?\(query)")
            #expect(answer.status == 400)
            #expect(answer["field"] == field)
            #expect(answer["detail"]?.contains(detail) == true, "\(answer["detail"] ?? "")")
        }
    }

    @Test("an unknown parameter is refused with the nearest known one")
    func unknownParameter() async throws {
        try await World().withAdmin { admin in
            let answer = try await admin.get("/v1/usage?request-id=a")
            #expect(answer["code"] == "unknown_parameter")
            #expect(answer["detail"]?.contains("Did you mean \"request_id\"?") == true)
        }
    }
}
