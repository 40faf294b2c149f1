// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Token prices")
struct TokenPricesTests {
    @Test("the parts of a call are each charged once, at their own price")
    func parts() {
        let prices = TokenPrices(
            input: 3_000_000, output: 15_000_000, cachedInput: 300_000, cacheWrite: 3_750_000, cacheWriteHour: 6_000_000
        )
        let usage = Usage(
            prompt: 1_000, completion: 200, cached: 400, cacheWrite: 300, cacheWriteHour: 100, reasoning: 150)
        // Fresh 300, cached 400, written for minutes 200, for an hour 100, and 200 out, of which reasoning is a part.
        let picos = 300 * 3_000_000 + 400 * 300_000 + 200 * 3_750_000 + 100 * 6_000_000 + 200 * 15_000_000
        #expect(prices.cost(of: usage) == NanoDollars(Int64(picos / 1_000)))
    }

    @Test("a kind of input without a price of its own costs what other input does")
    func fallbacks() {
        let usage = Usage(prompt: 1_000, cached: 400, cacheWrite: 300, cacheWriteHour: 100)
        #expect(TokenPrices(input: 1_000, output: 0).cost(of: usage) == NanoDollars(1_000))
        let written = TokenPrices(input: 1_000, output: 0, cachedInput: 0, cacheWrite: 2_000)
        #expect(written.cost(of: usage) == NanoDollars(300 + 600))
    }

    @Test(
        "a cost is rounded up to a whole nano-dollar, once",
        arguments: [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2)] as [(Int64, Int64)])
    func rounding(picos: Int64, nanos: Int64) {
        #expect(TokenPrices(input: picos, output: 0).cost(of: Usage(prompt: 1)) == NanoDollars(nanos))
        // Two parts of 500 pico-dollars are one nano-dollar, not two.
        #expect(TokenPrices(input: 500, output: 500).cost(of: Usage(prompt: 1, completion: 1)) == NanoDollars(1))
    }

    @Test("a long prompt is charged at its own prices, for all its tokens, from the first above the threshold")
    func longContext() {
        let prices = TokenPrices(
            input: 1_000, output: 2_000, cachedInput: 100,
            longContext: TokenPrices.LongContext(above: 200_000, input: 3_000, output: 5_000))
        #expect(prices.cost(of: Usage(prompt: 200_000, completion: 10)) == NanoDollars(200_020))
        #expect(prices.cost(of: Usage(prompt: 200_001, completion: 10)) == NanoDollars(600_003 + 50))
        // What the long prices do not name stays as it is.
        #expect(prices.cost(of: Usage(prompt: 200_001, cached: 200_001)) == NanoDollars(20_001))
    }

    @Test("what does not fit in 64 bits is nil, up to the last nano-dollar that does")
    func overflow() {
        let most = TokenPrices(input: .max, output: 0)
        #expect(most.cost(of: Usage(prompt: 1_000)) == NanoDollars(.max))
        #expect(most.cost(of: Usage(prompt: 1_001)) == nil)
        let all = TokenPrices(input: .max, output: .max, cachedInput: .max, cacheWrite: .max, cacheWriteHour: .max)
        #expect(
            all.cost(of: Usage(prompt: Usage.ceiling, completion: Usage.ceiling, cached: Usage.ceiling)) == nil)
    }

    @Test("100,000 random calls cost what arithmetic in full width says")
    func oracle() {
        var random = SplitMix(seed: 1)
        var overflows = 0
        for _ in 0..<100_000 {
            let prices = Self.prices(&random)
            let usage = Usage(
                prompt: random.number(bits: 40), completion: random.number(bits: 40), cached: random.number(bits: 40),
                cacheWrite: random.number(bits: 38), cacheWriteHour: random.number(bits: 36))
            let expected = CostOracle.cost(prices, usage)
            if expected == nil { overflows += 1 }
            #expect(prices.cost(of: usage)?.amount == expected, "\(prices) \(usage)")
        }
        // Both outcomes were tried.
        #expect((100...99_000).contains(overflows))
    }

    private static func prices(_ random: inout SplitMix) -> TokenPrices {
        func some() -> Int64 { random.number(bits: 63) }
        func maybe() -> Int64? { Bool.random(using: &random) ? some() : nil }
        var prices = TokenPrices(
            input: some(), output: some(), cachedInput: maybe(), cacheWrite: maybe(), cacheWriteHour: maybe())
        if Bool.random(using: &random) {
            prices.longContext = TokenPrices.LongContext(
                above: random.number(bits: 40), input: some(), output: some(), cachedInput: maybe(),
                cacheWrite: maybe(),
                cacheWriteHour: maybe())
        }
        return prices
    }
}

/// The cost by the rules of the price list, in arithmetic of its own: 128 bits as two words.
private enum CostOracle {
    private struct Wide {
        var high: UInt64 = 0
        var low: UInt64 = 0

        mutating func add(_ tokens: Int64, times price: Int64) {
            let product = tokens.magnitude.multipliedFullWidth(by: price.magnitude)
            let (low, carry) = self.low.addingReportingOverflow(product.low)
            self.low = low
            high += product.high + (carry ? 1 : 0)
        }

        /// A thousandth, rounded up; nil when it does not fit in 63 bits.
        var thousandthUp: Int64? {
            let whole = high / 1_000
            let (quotient, remainder) = UInt64(1_000).dividingFullWidth((high % 1_000, low))
            guard whole == 0, let result = Int64(exactly: quotient) else { return nil }
            if remainder == 0 { return result }
            return result == .max ? nil : result + 1
        }
    }

    static func cost(_ prices: TokenPrices, _ usage: Usage) -> Int64? {
        let long = prices.longContext.flatMap { usage.prompt > $0.above ? $0 : nil }
        let input = long?.input ?? prices.input
        let write = long?.cacheWrite ?? prices.cacheWrite ?? input
        var sum = Wide()
        sum.add(usage.prompt - usage.cached - usage.cacheWrite, times: input)
        sum.add(usage.cached, times: long?.cachedInput ?? prices.cachedInput ?? input)
        sum.add(usage.cacheWrite - usage.cacheWriteHour, times: write)
        sum.add(usage.cacheWriteHour, times: long?.cacheWriteHour ?? long?.cacheWrite ?? prices.cacheWriteHour ?? write)
        sum.add(usage.completion, times: long?.output ?? prices.output)
        return sum.thousandthUp
    }
}
