// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Nano-dollars")
struct NanoDollarsTests {
    /// Reads what `decimal` wrote.
    private func amount(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, parts.count <= 2 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        let digits = whole + fraction + String(repeating: "0", count: 9 - fraction.count)
        return Int64((isNegative ? "-" : "") + digits)
    }

    @Test("decimal text is exact and reads back to the same amount, 100,000 times")
    func roundTrip() {
        var random = SplitMix(seed: 5)
        for _ in 0..<100_000 {
            let value = NanoDollars(random.number(bits: 64))
            let text = value.decimal
            #expect(amount(text) == value.amount, "\(text)")
            #expect(!text.contains(".") || !text.hasSuffix("0"))
        }
    }

    @Test(
        "decimal text has no trailing zeros and no exponent",
        arguments: [
            (0, "0"), (1, "0.000000001"), (-1, "-0.000000001"), (123_400, "0.0001234"), (1_000_000_000, "1"),
            (10_500_000_000, "10.5"), (.max, "9223372036.854775807"), (.min, "-9223372036.854775808"),
        ] as [(Int64, String)])
    func decimal(amount: Int64, expected: String) {
        #expect(NanoDollars(amount).decimal == expected)
    }

    @Test("a sum that does not fit is nil")
    func adding() {
        #expect(NanoDollars(.max).adding(NanoDollars(1)) == nil)
        #expect(NanoDollars(.min).adding(NanoDollars(-1)) == nil)
        #expect(NanoDollars(.max - 1).adding(NanoDollars(1)) == NanoDollars(.max))
    }

    @Test("a call that was interrupted is billed for what was sent and delivered, and says that it is an estimate")
    func interrupted() {
        let opening = Opening(
            row: RowID(high: 1, low: 2), requestID: "r", traceID: "t", startedAt: Timestamp(microseconds: 3),
            keyID: "k",
            keyName: "n", endpoint: .chatCompletions, modelAsked: "a", provider: "p", modelServed: "s", streamed: true,
            estimatedPrompt: 100, prices: TokenPrices(input: 1_000, output: 2_000), reserved: nil)
        let settlement = opening.interrupted(deliveredTokens: 10)
        #expect(settlement.row == opening.row)
        #expect(settlement.usage == Usage(prompt: 100, completion: 10))
        #expect(settlement.usageSource == .estimated)
        #expect(settlement.cost == .priced(NanoDollars(120)))
        #expect(settlement.ending == .interrupted)
        #expect(settlement.status == 200)
        let unanswered = opening.interrupted(deliveredTokens: nil)
        #expect(unanswered.usage == Usage(prompt: 100) && unanswered.status == 500)
        var unpriced = opening
        unpriced.prices = nil
        #expect(unpriced.interrupted(deliveredTokens: 10).cost == .unpriced)
    }
}
