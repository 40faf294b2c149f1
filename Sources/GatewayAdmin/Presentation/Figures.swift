// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// Numbers as people read them.
package enum Figures {
    /// `1234567` → `1,234,567`.
    package static func count(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        return (value < 0 ? "-" : "") + grouped(digits)
    }

    /// Exact dollars with at least two decimals: `$0.0001234`, `$1,234.50`.
    package static func dollars(_ amount: NanoDollars) -> String {
        let parts = amount.decimal.drop { $0 == "-" }.split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let padding = String(repeating: "0", count: max(0, 2 - fraction.count))
        return "\(amount < .zero ? "-" : "")$\(grouped(String(parts[0]))).\(fraction)\(padding)"
    }

    /// Dollars given as decimal text, such as a price.
    package static func dollars(decimal text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        let padding = String(repeating: "0", count: max(0, 2 - fraction.count))
        return "$\(grouped(String(parts.first ?? "0"))).\(fraction)\(padding)"
    }

    /// A time span with three significant digits: `850 µs`, `12.3 ms`, `4.56 s`.
    package static func duration(microseconds: Int64) -> String {
        switch microseconds {
        case ..<1000: "\(microseconds) µs"
        case ..<1_000_000: "\(threeDigits(microseconds, unit: 1000)) ms"
        default: "\(threeDigits(microseconds, unit: 1_000_000)) s"
        }
    }

    /// `part` of `whole` in percent with one decimal, rounded to the nearest; nothing where there is no whole.
    package static func share(_ part: Int64, of whole: Int64) -> String {
        guard whole > 0 else { return "" }
        let perMille = (Int128(part) * 1000 + Int128(whole) / 2) / Int128(whole)
        return "\(perMille / 10).\(perMille % 10) %"
    }

    /// A bar of at most `cells` cells, as long as `part` is of `whole`, to an eighth of a cell. What is there at all
    /// shows at least that eighth.
    package static func bar(_ part: Int64, of whole: Int64, cells: Int) -> String {
        guard whole > 0, part > 0 else { return "" }
        let exact = Int(Int128(min(part, whole)) * Int128(cells * 8) / Int128(whole))
        let eighths = max(1, exact)
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + rest
    }

    private static func grouped(_ digits: String) -> String {
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// `value / unit`, cut to three significant digits where it is below 1000.
    private static func threeDigits(_ value: Int64, unit: Int64) -> String {
        let whole = value / unit
        let decimals = whole >= 100 ? 0 : whole >= 10 ? 1 : 2
        guard decimals > 0 else { return count(whole) }
        let scale: Int64 = decimals == 1 ? 10 : 100
        let fraction = String(value % unit * scale / unit)
        return "\(whole).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}
