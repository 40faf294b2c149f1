// SPDX-License-Identifier: Apache-2.0

/// An amount of US dollars as a whole number of nano-dollars (10⁻⁹ $). Balances, costs and reservations are all of this
/// type; nothing about money is floating point.
package struct NanoDollars: Hashable, Comparable, Sendable {
    package var amount: Int64

    package init(_ amount: Int64) { self.amount = amount }

    package static let zero = NanoDollars(0)

    package static func < (left: NanoDollars, right: NanoDollars) -> Bool { left.amount < right.amount }

    /// The sum, or nil where it does not fit; callers refuse rather than wrap or trap.
    package func adding(_ other: NanoDollars) -> NanoDollars? {
        let (sum, overflow) = amount.addingReportingOverflow(other.amount)
        return overflow ? nil : NanoDollars(sum)
    }

    /// Dollars as exact decimal text, without trailing zeros: `0.0001234`.
    package var decimal: String {
        let magnitude = amount.magnitude
        let sign = amount < 0 ? "-" : ""
        let whole = magnitude / 1_000_000_000
        let fraction = magnitude % 1_000_000_000
        guard fraction != 0 else { return "\(sign)\(whole)" }
        let digits = String(fraction)
        var text = String(repeating: "0", count: 9 - digits.count) + digits
        while text.hasSuffix("0") { text.removeLast() }
        return "\(sign)\(whole).\(text)"
    }
}
