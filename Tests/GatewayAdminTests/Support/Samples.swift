// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension Configuration {
    /// Two providers with secrets in every place that can hold one.
    static var sample: Configuration {
        let openai = Provider(
            name: "openai", slug: "openai", template: "openai", dialect: .openAI,
            origin: Origin(isTLS: true, host: "api.example.com", port: 443, basePath: "/v1"),
            authentication: .bearer(Secret("provider-canary-1")),
            defaultHeaders: [("x-team-token", "header-canary")])
        let claude = Provider(
            name: "claude", slug: "claude", template: "anthropic", dialect: .anthropic,
            origin: Origin(isTLS: false, host: "127.0.0.1", port: 9000, basePath: "/acme/canary1canary2canary3/v1"),
            authentication: .header(name: "x-api-key", Secret("provider-canary-2")),
            defaultHeaders: [("anthropic-version", "2023-06-01")])
        let cheap = TokenPrices(input: 150_000, output: 600_000, cachedInput: 75_000)
        let dear = TokenPrices(
            input: 3_000_000, output: 15_000_000,
            longContext: .init(above: 200_000, input: 6_000_000, output: 22_500_000))
        return Configuration(
            server: ServerConfiguration(
                admin: .init(
                    address: ListenAddress(host: "127.0.0.1", port: 9090), key: Secret("admin-canary-in-file"))),
            providers: [openai, claude],
            models: [
                model("gpt-4o-mini", "openai", "gpt-4o-mini"), model("sonnet", "claude", "claude-sonnet-4-5"),
                model("exact", "openai", nil), model("other-*", "openai", nil), model("free", "claude", "unheard-of"),
            ],
            keys: [KeyConfiguration(name: "from file", key: Secret(World.fileKey))],
            prices: [PriceEntry(provider: "openai", model: ModelPattern("gpt-4o-*"), prices: cheap)],
            catalogue: [PriceEntry(provider: "anthropic", model: ModelPattern("claude-sonnet-4-5"), prices: dear)])
    }

    private static func model(_ name: String, _ provider: String, _ target: String?) -> ModelConfiguration {
        ModelConfiguration(name: ModelPattern(name), targets: [.init(provider: provider, model: target)])
    }
}

extension Settlement {
    static let sample = Settlement(
        row: RowID(high: 0x0123_4567_89ab_cdef, low: 1), requestID: "req-1", traceID: String(repeating: "a", count: 32),
        startedAt: Timestamp(microseconds: 1_795_000_000_123_456), keyID: "key_1", keyName: "demo",
        endpoint: .chatCompletions, modelAsked: "gpt-4o-mini", provider: "openai", modelServed: "gpt-4o-mini",
        usage: Usage(prompt: 1000, completion: 50, cached: 200, cacheWrite: 30, reasoning: 20), usageSource: .provider,
        cost: .priced(NanoDollars(123_400)), latency: 2500, firstToken: 900, overhead: 41, status: 200, attempts: 1,
        streamed: true, ending: .complete)

    static var unpricedSample: Settlement {
        var row = sample
        row.requestID = "req-2"
        row.cost = .unpriced
        row.usageSource = .estimated
        row.provider = nil
        row.modelServed = nil
        row.firstToken = nil
        return row
    }
}

extension UsageSum {
    static func sample(_ group: String, requests: Int64, nanos: Int64, unpriced: Int64 = 0) -> UsageSum {
        UsageSum(
            group: group, requests: requests, usage: Usage(prompt: 1000 * requests, completion: 10 * requests),
            cost: NanoDollars(nanos), unpricedRequests: unpriced, estimatedRequests: 0)
    }
}
