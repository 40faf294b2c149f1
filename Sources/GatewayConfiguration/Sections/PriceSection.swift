// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads `prices:`, the operator's own prices.
struct PriceSection {
    let reading: Reading
    let providers: UniqueNames
    private var seen: Set<[String]> = []

    init(reading: Reading, providers: UniqueNames) {
        self.reading = reading
        self.providers = providers
    }

    mutating func read(_ root: Scope) -> [PriceEntry] {
        root.items("prices") { price($0) }
    }

    private mutating func price(_ scope: Scope) -> PriceEntry? {
        let provider = scope.label(
            "provider", why: "a price holds for one provider", fix: "add the `name` of a provider")
        let model = scope.label("model", why: "a price holds for one model", fix: "add a model's name or a glob")
        let prices = TokenPriceFields.read(scope)
        guard let provider, let model else { return nil }
        guard providers.contains(provider.value) else {
            providers.reportUnknown(provider, at: scope.path("provider"), reading)
            return nil
        }
        guard seen.insert([provider.value, model.value]).inserted else {
            reading.report(
                model.place, "\(model.quoted) at \(provider.quoted) has two prices", "only one of them could count",
                "remove one of them")
            return nil
        }
        guard let prices, let pattern = ModelName.pattern(model, at: scope.path("model"), reading) else { return nil }
        return PriceEntry(provider: provider.value, model: pattern, prices: prices)
    }
}

/// Reads what tokens cost, the same for the operator's prices and for the built-in catalogue.
enum TokenPriceFields {
    static func read(_ scope: Scope) -> TokenPrices? {
        let input = required("input", scope)
        let output = required("output", scope)
        let prices = (
            cachedInput: optional("cached_input", scope), cacheWrite: optional("cache_write", scope),
            cacheWriteHour: optional("cache_write_1h", scope)
        )
        let long = scope.group("long_context", longContext) ?? nil
        guard let input, let output else { return nil }
        return TokenPrices(
            input: input, output: output, cachedInput: prices.cachedInput, cacheWrite: prices.cacheWrite,
            cacheWriteHour: prices.cacheWriteHour, longContext: long)
    }

    private static func longContext(_ scope: Scope) -> TokenPrices.LongContext? {
        let above = scope.value("above") { text throws(Flaw) in try Quantity.whole(text, in: 1...1_000_000_000) }
        if case .absent = above {
            scope.missing(
                "above", why: "these prices hold for prompts longer than it", fix: "add the number of input tokens")
        }
        let input = required("input", scope)
        let output = required("output", scope)
        let cachedInput = optional("cached_input", scope)
        let cacheWrite = optional("cache_write", scope)
        let cacheWriteHour = optional("cache_write_1h", scope)
        guard let above = above.value?.value, let input, let output else { return nil }
        return TokenPrices.LongContext(
            above: Int64(above), input: input, output: output, cachedInput: cachedInput, cacheWrite: cacheWrite,
            cacheWriteHour: cacheWriteHour)
    }

    private static func required(_ name: String, _ scope: Scope) -> Int64? {
        let price = scope.value(name, Price.parse)
        if case .absent = price {
            scope.missing(
                name, why: "a price that is left out would bill nothing",
                fix: "add it in US dollars per million tokens, 0 if it is free")
        }
        return price.value?.value
    }

    private static func optional(_ name: String, _ scope: Scope) -> Int64? {
        scope.value(name, Price.parse).value?.value
    }
}
