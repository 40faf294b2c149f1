// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// A length of time as people write it: `90s`, `30m`, `12h`, `30d`, `6w`. Months are left out: their length varies.
package struct Lifespan: Sendable, Equatable {
    package let microseconds: Int64

    private static let units: [(suffix: Character, seconds: Int64)] = [
        ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800),
    ]
    /// A hundred years.
    private static let longest: Int64 = 36_525 * 86_400

    /// What a text must look like, for error messages.
    package static let form = "a whole number above zero with a unit (s, m, h, d or w), such as \"30d\""

    /// Nil unless `text` is a whole number of at least 1 with a unit, and no more than a hundred years.
    package init?(_ text: String) {
        guard let unit = Self.units.first(where: { text.last == $0.suffix }), text.count <= 12 else { return nil }
        let number = text.dropLast()
        guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(number), count > 0,
            count <= Self.longest / unit.seconds
        else { return nil }
        microseconds = count * unit.seconds * 1_000_000
    }

    package func after(_ moment: Timestamp) -> Timestamp {
        Timestamp(microseconds: moment.microseconds + microseconds)
    }

    package func before(_ moment: Timestamp) -> Timestamp {
        Timestamp(microseconds: moment.microseconds - microseconds)
    }
}
