// SPDX-License-Identifier: Apache-2.0

/// Prices of one model in whole pico-dollars (10⁻¹² $) per token: one dollar per million tokens is 1,000,000.
package struct TokenPrices: Sendable, Hashable {
    /// Prices that replace the base ones for the whole call once its input reaches a threshold, as several vendors
    /// charge for long prompts.
    package struct LongContext: Sendable, Hashable {
        /// Input tokens above which these prices hold.
        package var above: Int64
        package var input: Int64
        package var output: Int64
        package var cachedInput: Int64?
        package var cacheWrite: Int64?
        /// Nil means `cacheWrite`, and without that the base price for an hour.
        package var cacheWriteHour: Int64?

        package init(
            above: Int64, input: Int64, output: Int64, cachedInput: Int64? = nil, cacheWrite: Int64? = nil,
            cacheWriteHour: Int64? = nil
        ) {
            self.above = above
            self.input = input
            self.output = output
            self.cachedInput = cachedInput
            self.cacheWrite = cacheWrite
            self.cacheWriteHour = cacheWriteHour
        }
    }

    package var input: Int64
    package var output: Int64
    /// Input read from the provider's cache; nil means it costs what other input does.
    package var cachedInput: Int64?
    /// Input written to the provider's cache; nil means it costs what other input does.
    package var cacheWrite: Int64?
    /// Input written to the cache for an hour rather than minutes; nil means `cacheWrite`.
    package var cacheWriteHour: Int64?
    package var longContext: LongContext?

    package init(
        input: Int64, output: Int64, cachedInput: Int64? = nil, cacheWrite: Int64? = nil, cacheWriteHour: Int64? = nil,
        longContext: LongContext? = nil
    ) {
        self.input = input
        self.output = output
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.cacheWriteHour = cacheWriteHour
        self.longContext = longContext
    }

    /// What `usage` costs, rounded up to a whole nano-dollar once; nil where it does not fit in 64 bits.
    package func cost(of usage: Usage) -> NanoDollars? {
        var rate = self
        if let longContext, usage.prompt > longContext.above {
            rate.input = longContext.input
            rate.output = longContext.output
            rate.cachedInput = longContext.cachedInput ?? cachedInput
            rate.cacheWrite = longContext.cacheWrite ?? cacheWrite
            rate.cacheWriteHour = longContext.cacheWriteHour ?? longContext.cacheWrite ?? cacheWriteHour
        }
        let write = rate.cacheWrite ?? rate.input
        let writeHour = rate.cacheWriteHour ?? write
        let fresh = max(0, usage.prompt - usage.cached - usage.cacheWrite)
        let picos =
            Int128(fresh) * Int128(rate.input)
            + Int128(usage.cached) * Int128(rate.cachedInput ?? rate.input)
            + Int128(max(0, usage.cacheWrite - usage.cacheWriteHour)) * Int128(write)
            + Int128(usage.cacheWriteHour) * Int128(writeHour)
            + Int128(usage.completion) * Int128(rate.output)
        return Int64(exactly: (picos + 999) / 1000).map(NanoDollars.init)
    }
}

/// A price that holds for the models of one provider (or template) that match a pattern.
package struct PriceEntry: Sendable, Hashable {
    /// A configured provider's name, or for the built-in catalogue a template's name.
    package var provider: String
    package var model: ModelPattern
    package var prices: TokenPrices

    package init(provider: String, model: ModelPattern, prices: TokenPrices) {
        self.provider = provider
        self.model = model
        self.prices = prices
    }
}

/// Finds the price of a model at a provider.
///
/// Order: the operator's exact names, the operator's globs from the most specific down, then the same in the built-in
/// catalogue of the provider's template. Nothing is guessed from a similar name: no match means unpriced.
package struct PriceBook: Sendable {
    private struct Shelf: Sendable {
        var exact: [String: PriceEntry] = [:]
        var globs: [PriceEntry] = []

        func find(_ model: String) -> TokenPrices? {
            // The dictionary takes composed and decomposed accents for the same; names are bytes.
            if let entry = exact[model], entry.model.matches(model) { return entry.prices }
            return globs.first { $0.model.matches(model) }?.prices
        }
    }

    private var configured: [String: Shelf]
    private var catalogue: [String: Shelf]

    package init(configured: [PriceEntry], catalogue: [PriceEntry]) {
        self.configured = Self.shelves(configured)
        self.catalogue = Self.shelves(catalogue)
    }

    /// The price of `model` at `provider`; nil when it is not known.
    package func prices(provider: Provider, model: String) -> TokenPrices? {
        configured[provider.name]?.find(model) ?? catalogue[provider.template]?.find(model)
    }

    private static func shelves(_ entries: [PriceEntry]) -> [String: Shelf] {
        var shelves: [String: Shelf] = [:]
        for entry in entries {
            if entry.model.isExact {
                shelves[entry.provider, default: Shelf()].exact[entry.model.text] = entry
            } else {
                shelves[entry.provider, default: Shelf()].globs.append(entry)
            }
        }
        return shelves.mapValues { shelf in
            var shelf = shelf
            shelf.globs.sort { $0.model.specificity > $1.model.specificity }
            return shelf
        }
    }
}
