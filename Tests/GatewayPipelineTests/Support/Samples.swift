// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The keys of the sample world.
enum SampleKeys {
    static let demo = "sk-sluice-demo-0123456789"
    static let narrow = "sk-sluice-narrow-0123456789"
    static let expired = "sk-sluice-expired-0123456789"
    static let disabled = "sk-sluice-disabled-0123456789"

    static var stored: [StoredKey] {
        [
            key(demo, "demo"),
            key(narrow, "narrow") { $0.models = ModelPatterns([ModelPattern("gpt"), ModelPattern("claude")]) },
            // Expired at the very moment the clock starts at.
            key(expired, "expired") { $0.expiresAt = ManualClock.start },
            key(disabled, "disabled") { $0.disabled = true },
        ]
    }

    private static func key(_ text: String, _ name: String, _ change: (inout VirtualKey) -> Void = { _ in })
        -> StoredKey
    {
        var key = VirtualKey(
            id: "key_\(name)", name: name, prefix: "sk-sluice-", createdAt: ManualClock.start, origin: .file)
        change(&key)
        var bytes = Array(text.utf8)
        let digest = bytes.withUnsafeMutableBytes { SpreadingHasher().digest(of: UnsafeRawBufferPointer($0)) }
        return StoredKey(digest: digest, key: key)
    }
}

extension Configuration {
    /// Two providers of OpenAI's dialect, one of Anthropic's, and one that tells stream usage unasked.
    static let sample = sampled { _ in }

    /// The sample, with nowhere else to go when the first provider turns a call away.
    static let withoutFallback = sampled { configuration in
        for index in configuration.models.indices {
            configuration.models[index].targets.removeAll { $0.provider == "spare" }
        }
    }

    /// The sample with something changed.
    static func sampled(_ change: (inout Configuration) -> Void) -> Configuration {
        var configuration = Configuration(
            providers: [primary, spare, claude, plain], models: sampleModels,
            prices: [
                PriceEntry(provider: "primary", model: ModelPattern("gpt-real"), prices: .primary),
                PriceEntry(provider: "spare", model: ModelPattern("gpt-spare"), prices: .spare),
                PriceEntry(provider: "claude", model: ModelPattern("claude-*"), prices: .claude),
            ])
        change(&configuration)
        return configuration
    }

    private static let primary = Provider(
        name: "primary", slug: "primary", template: "openai", dialect: .openAI,
        origin: Origin(isTLS: false, host: "primary.test", port: 8001, basePath: "/v1"),
        authentication: .bearer(Secret("provider-secret-primary")),
        defaultHeaders: [(name: "OpenAI-Organization", value: "org-1"), (name: "openai-beta", value: "default=1")],
        forwardedHeaders: ["openai-beta", "idempotency-key"])

    private static let spare = Provider(
        name: "spare", slug: "spare", template: "openai", dialect: .openAI,
        origin: Origin(isTLS: true, host: "spare.test", port: 443, basePath: ""),
        authentication: .header(name: "api-key", Secret("provider-secret-spare")))

    private static let claude = Provider(
        name: "claude", slug: "claude", template: "anthropic", dialect: .anthropic,
        origin: Origin(isTLS: true, host: "claude.test", port: 443, basePath: ""),
        authentication: .header(name: "x-api-key", Secret("provider-secret-claude")),
        defaultHeaders: [(name: "anthropic-version", value: "2023-06-01")],
        forwardedHeaders: ["anthropic-version", "anthropic-beta"], asksForStreamUsage: false)

    private static let plain = Provider(
        name: "plain", slug: "plain", template: "openai", dialect: .openAI,
        origin: Origin(isTLS: false, host: "plain.test", port: 80, basePath: "/api"), authentication: .none,
        asksForStreamUsage: false)

    private static let sampleModels = [
        model("gpt", ("primary", "gpt-real"), ("spare", "gpt-spare")), model("gpt-as-is", ("primary", nil)),
        model("claude", ("claude", "claude-real")), model("plain", ("plain", nil)),
        model("mixed", ("claude", "claude-real"), ("primary", "gpt-real")), model("team-*", ("primary", nil)),
    ]

    private static func model(_ name: String, _ targets: (provider: String, model: String?)...) -> ModelConfiguration {
        ModelConfiguration(
            name: ModelPattern(name), targets: targets.map { .init(provider: $0.provider, model: $0.model) })
    }
}

extension TokenPrices {
    /// $1 and $2 a million.
    static let primary = TokenPrices(input: 1_000_000, output: 2_000_000, cachedInput: 500_000)
    /// $5 and $10 a million.
    static let spare = TokenPrices(input: 5_000_000, output: 10_000_000)
    /// $3 and $15 a million.
    static let claude = TokenPrices(input: 3_000_000, output: 15_000_000, cachedInput: 300_000, cacheWrite: 3_750_000)
}
