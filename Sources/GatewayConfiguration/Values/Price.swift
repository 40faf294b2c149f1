// SPDX-License-Identifier: Apache-2.0

/// Prices as people write them, dollars per million tokens in decimal, as whole pico-dollars per token.
enum Price {
    /// One dollar per million tokens.
    private static let dollar: Int64 = 1_000_000
    /// No model costs a dollar a token: above this, somebody wrote the price in another unit.
    private static let ceiling: Int64 = 1_000_000 * dollar

    /// Exact: six decimals are what a pico-dollar holds, so a seventh is refused rather than rounded.
    static func parse(_ text: String) throws(Flaw) -> Int64 {
        if text.hasPrefix("-") {
            throw Flaw(why: "which is negative", fix: "write what a million tokens cost in US dollars, 0 or more")
        }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first.flatMap({ Quantity.digits($0) }), parts.count == 1 || isDecimals(parts[1]) else {
            throw Flaw(
                why: "which is not a plain decimal number",
                fix: "write US dollars per million tokens with digits and a point, such as `0.15`")
        }
        let decimals = parts.count == 2 ? parts[1] : ""
        guard decimals.utf8.count <= 6 else {
            throw Flaw(
                why: "which has more than six decimals", fix: "round it: six decimals are a millionth of a dollar")
        }
        let padded = decimals + String(repeating: "0", count: 6 - decimals.utf8.count)
        guard whole <= ceiling / dollar, let fraction = Int64(padded),
            Int64(whole) * dollar + fraction <= ceiling
        else {
            throw Flaw(
                why: "which is more than a dollar per token", fix: "write the price of a million tokens in US dollars")
        }
        return Int64(whole) * dollar + fraction
    }

    private static func isDecimals(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
