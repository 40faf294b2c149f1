// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// A whole day in UTC, counted from 1970-01-01.
struct Day: Hashable, Comparable {
    static let microseconds: Int64 = 86_400_000_000

    let number: Int64

    init(number: Int64) { self.number = number }

    /// The day that `time` is in.
    init(of time: Timestamp) {
        let quotient = time.microseconds / Self.microseconds
        number = time.microseconds % Self.microseconds < 0 ? quotient - 1 : quotient
    }

    /// The first day that does not begin before `time`.
    init(from time: Timestamp) {
        let day = Day(of: time)
        number = day.start == time ? day.number : day.number + 1
    }

    /// Its first moment; the least possible one where that does not fit.
    var start: Timestamp {
        let (start, overflow) = number.multipliedReportingOverflow(by: Self.microseconds)
        return Timestamp(microseconds: overflow ? .min : start)
    }

    static func < (left: Day, right: Day) -> Bool { left.number < right.number }

    /// `2026-11-21`. The civil calendar repeats every 400 years; March starts its year here, so that the leap day is last.
    var text: String {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        return "\(Self.padded(year, 4))-\(Self.padded(month >= 10 ? month - 9 : month + 3, 2))"
            + "-\(Self.padded(dayOfYear - (153 * month + 2) / 5 + 1, 2))"
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
