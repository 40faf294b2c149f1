// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Price book")
struct PriceBookTests {
    private func entry(_ provider: String, _ model: String, _ input: Int64) -> PriceEntry {
        PriceEntry(provider: provider, model: ModelPattern(model), prices: TokenPrices(input: input, output: 0))
    }

    private var book: PriceBook {
        PriceBook(
            configured: [
                entry("mine", "*", 1), entry("mine", "gpt-*", 2), entry("mine", "gpt-4*", 3),
                entry("mine", "gpt-4o", 4),
            ],
            catalogue: [
                entry("openai", "gpt-4o", 10), entry("openai", "gpt-*", 11), entry("openai", "o1", 12),
                entry("anthropic", "claude-*", 13),
            ])
    }

    @Test(
        "the operator's exact name comes first, then globs from the most specific down, then the template's catalogue",
        arguments: [
            ("mine", "gpt-4o", 4), ("mine", "gpt-4.1", 3), ("mine", "gpt-5", 2), ("mine", "o1", 1),
            ("other", "gpt-4o", 10), ("other", "gpt-4o-mini", 11), ("other", "o1", 12), ("other", "o1-mini", nil),
            ("other", "claude-opus", nil), ("other", "", nil),
        ] as [(String, String, Int64?)])
    func order(name: String, model: String, expected: Int64?) {
        #expect(book.prices(provider: provider(name), model: model)?.input == expected)
    }

    @Test("the catalogue is found by the provider's template, not by its name")
    func template() {
        #expect(book.prices(provider: provider("openai", template: "custom"), model: "gpt-4o") == nil)
        #expect(book.prices(provider: provider("x", template: "anthropic"), model: "claude-opus")?.input == 13)
    }

    @Test("a similar name is no price")
    func noGuess() {
        let book = PriceBook(configured: [entry("p", "gpt-4o", 1)], catalogue: [])
        for model in ["gpt-4o ", "GPT-4o", "gpt-4o-2024-08-06", "gpt-4"] {
            #expect(book.prices(provider: provider("p"), model: model) == nil)
        }
    }

    @Test("names compare byte for byte: a composed accent is no price for a decomposed one")
    func bytes() {
        let book = PriceBook(configured: [entry("p", "caf\u{e9}", 1)], catalogue: [])
        #expect(book.prices(provider: provider("p"), model: "caf\u{e9}") != nil)
        #expect(book.prices(provider: provider("p"), model: "cafe\u{301}") == nil)
    }
}
