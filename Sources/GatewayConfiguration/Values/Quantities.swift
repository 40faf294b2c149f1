// SPDX-License-Identifier: Apache-2.0

/// Whole numbers, sizes, durations and switches. All arithmetic is checked: no text makes it trap.
enum Quantity {
    /// Decimal digits only, without zeros before them, which some take for octal; nil for anything else, also for what
    /// does not fit.
    static func digits(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.first != 0x30 || text.utf8.count == 1
        else { return nil }
        return Int(text)
    }

    static func whole(_ text: String, in range: ClosedRange<Int>) throws(Flaw) -> Int {
        guard let number = digits(text), range.contains(number) else {
            throw Flaw(
                why: "which is not a whole number from \(range.lowerBound) to \(range.upperBound)",
                fix: "write such a number, or leave the field out for its default")
        }
        return number
    }

    /// Bytes: `1048576`, `1024KiB`, `1MiB`.
    static func size(_ text: String, in range: ClosedRange<Int>) throws(Flaw) -> Int {
        let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1), ("", 1)]
        guard let bytes = scaled(text, units) else {
            throw Flaw(
                why: "which is not a size",
                fix: "write a whole number of bytes, or one with KiB, MiB or GiB, such as `32MiB`")
        }
        guard range.contains(bytes) else {
            throw Flaw(
                why: "which is not between \(range.lowerBound) and \(range.upperBound) bytes",
                fix: "choose a size in that range")
        }
        return bytes
    }

    /// Milliseconds: `500ms`, `30s`, `2m`, `1h`.
    static func duration(_ text: String, in range: ClosedRange<Int>) throws(Flaw) -> Int {
        guard let time = scaled(text, [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]) else {
            throw Flaw(
                why: "which is not a duration", fix: "write a whole number with `ms`, `s`, `m` or `h`, such as `30s`")
        }
        guard range.contains(time) else {
            throw Flaw(
                why: "which is not between \(range.lowerBound) ms and \(range.upperBound) ms",
                fix: "choose a duration in that range")
        }
        return time
    }

    static func flag(_ text: String) throws(Flaw) -> Bool {
        switch text {
        case "true": return true
        case "false": return false
        default: throw Flaw(why: "which is neither true nor false", fix: "write `true` or `false`")
        }
    }

    static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ text: String, of type: Choice.Type
    ) throws(Flaw) -> Choice {
        if let choice = Choice(rawValue: text) { return choice }
        let choices = Choice.allCases.map { "`\($0.rawValue)`" }.joined(separator: " or ")
        throw Flaw(why: "which is not one of the choices", fix: "write \(choices)")
    }

    /// The number before the first of `units` that ends `text`, times that unit.
    private static func scaled(_ text: String, _ units: [(suffix: String, factor: Int)]) -> Int? {
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = digits(text.dropLast(unit.suffix.count)) else { continue }
            let (product, overflow) = number.multipliedReportingOverflow(by: unit.factor)
            return overflow ? nil : product
        }
        return nil
    }
}
