// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@testable import GatewayConfiguration

@Suite("Templates")
struct TemplateTests {
    @Test("the built-in file loads")
    func loads() throws {
        #expect(try ProviderTemplate.loaded.get().count == ProviderTemplate.all.count)
        #expect(
            Set(ProviderTemplate.all.map(\.name)).isSuperset(of: [
                "openai", "anthropic", "openai-compatible", "gemini", "mistral", "deepseek", "groq", "xai", "together",
                "fireworks", "openrouter", "cerebras", "perplexity", "nvidia-nim", "ollama", "vllm",
            ]))
    }

    @Test("each is reached over TLS unless it is on this machine, and says where its key comes from")
    func sane() {
        for template in ProviderTemplate.all {
            if let origin = template.baseURL, !origin.isTLS { #expect(origin.host == "127.0.0.1") }
            #expect(!template.requiresKey || template.keyVariable != nil, "\(template.name)")
            #expect(template.baseURL != nil || template.name == "openai-compatible")
        }
    }

    @Test("none lets a caller's credential or framing through")
    func noCredentials() {
        let forbidden: Set = [
            "authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "host", "content-length", "connection",
            "transfer-encoding", "openai-organization", "openai-project",
        ]
        for template in ProviderTemplate.all {
            #expect(template.forwardedHeaders.isDisjoint(with: forbidden))
            #expect(template.forwardedHeaders.allSatisfy { $0 == $0.lowercased() })
        }
    }

    @Test("a damaged file is told, not ignored")
    func damaged() {
        #expect(throws: ConfigurationErrors.self) { try ProviderTemplate.parse("templates:\n  - { nam: x }\n") }
        #expect(throws: ConfigurationErrors.self) { try ProviderTemplate.parse("") }
    }
}

@Suite("The price catalogue")
struct CatalogueTests {
    @Test("the built-in file loads")
    func loads() throws {
        #expect(try PriceCatalogue.loaded.get().count >= 80)
    }

    @Test("every entry belongs to a template, and no model is listed twice")
    func unique() {
        let templates = Set(ProviderTemplate.all.map(\.name))
        var seen: Set<[String]> = []
        for entry in PriceCatalogue.entries {
            #expect(templates.contains(entry.provider))
            #expect(seen.insert([entry.provider, entry.model.text]).inserted, "\(entry.provider) \(entry.model)")
        }
    }

    @Test("output costs at least as much as input, cached input at most, and long prompts more")
    func plausible() {
        for entry in PriceCatalogue.entries {
            let prices = entry.prices
            #expect(prices.input > 0)
            if entry.model.text.contains("embed") {
                #expect(prices.output == 0)
                continue
            }
            #expect(prices.input <= prices.output, "\(entry.model)")
            #expect(prices.cachedInput ?? 0 <= prices.input, "\(entry.model)")
            #expect(prices.cacheWrite ?? prices.input >= prices.input, "\(entry.model)")
            if let hour = prices.cacheWriteHour { #expect(hour > prices.cacheWrite ?? .max) }
            if let long = prices.longContext {
                #expect(long.input > prices.input && long.output > prices.output)
                #expect((long.cachedInput == nil) == (prices.cachedInput == nil))
                #expect((long.cacheWrite == nil) == (prices.cacheWrite == nil))
                #expect(long.above >= 100_000)
            }
        }
    }

    @Test("Anthropic's cache prices follow its published multiples of the input price")
    func anthropicMultiples() {
        // The oldest model's prices were published rounded.
        for entry in PriceCatalogue.entries
        where entry.provider == "anthropic" && entry.model.text != "claude-3-haiku-2*" {
            let prices = entry.prices
            #expect(prices.cachedInput == prices.input / 10)
            #expect(prices.cacheWrite == prices.input * 5 / 4)
            #expect(prices.cacheWriteHour == prices.input * 2)
        }
    }

    @Test(
        "dated names find the price of their model, and only theirs",
        arguments: [
            ("openai", "gpt-4o-mini-2024-07-18", 150_000), ("openai", "gpt-4o-2024-08-06", 2_500_000),
            ("openai", "gpt-4o-2024-05-13", 5_000_000), ("openai", "gpt-5-mini-2025-08-07", 250_000),
            ("openai", "gpt-5-2025-08-07", 1_250_000), ("openai", "gpt-4.1-nano", 100_000),
            ("anthropic", "claude-sonnet-4-5-20250929", 3_000_000),
            ("anthropic", "claude-opus-4-5-20251101", 5_000_000),
            ("anthropic", "claude-opus-4-20250514", 15_000_000), ("openai", "gpt-4o-realtime-preview", nil),
            ("openai", "gpt-9", nil), ("openai", "gpt-4o-mini-tts", nil), ("ollama", "gpt-4o-mini", nil),
        ])
    func lookUp(template: String, model: String, input: Int64?) {
        let provider = Provider(
            name: "p", slug: "p", template: template, dialect: .openAI,
            origin: Origin(isTLS: true, host: "h", port: 443, basePath: ""), authentication: .none)
        let book = PriceBook(configured: [], catalogue: PriceCatalogue.entries)
        #expect(book.prices(provider: provider, model: model)?.input == input)
    }
}
