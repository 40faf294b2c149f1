// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes moments as RFC 3339 text in UTC with microseconds: `2026-11-21T07:41:56.000123Z`. The text of the last second
/// is kept, because most lines share it with the line before.
struct TimestampText: ~Copyable {
    private var second: Int64 = -1
    /// `2026-11-21T07:41:56.`
    private var text = LineBuffer(capacity: 20)

    /// The last moment that has four digits for its year.
    private static let latest: Int64 = 253_402_300_799_999_999

    /// Appends the text of `time`; what lies before 1970 or after 9999 is written as the nearest moment within.
    mutating func append(_ time: Timestamp, to line: inout LineBuffer) {
        let microseconds = min(max(time.microseconds, 0), TimestampText.latest)
        if microseconds / 1_000_000 != second { write(second: microseconds / 1_000_000) }
        line.append(text.bytes)
        line.append(digitsOf: UInt64(microseconds % 1_000_000), width: 6)
        line.append(UInt8(ascii: "Z"))
    }

    private mutating func write(second: Int64) {
        self.second = second
        text.shorten(to: 0)
        let date = Date(daysSince1970: second / 86_400)
        let time = second % 86_400
        append(date.year, width: 4, then: "-")
        append(date.month, width: 2, then: "-")
        append(date.day, width: 2, then: "T")
        append(time / 3600, width: 2, then: ":")
        append(time / 60 % 60, width: 2, then: ":")
        append(time % 60, width: 2, then: ".")
    }

    private mutating func append(_ number: Int64, width: Int, then separator: Unicode.Scalar) {
        text.append(digitsOf: number.magnitude, width: width)
        text.append(UInt8(truncatingIfNeeded: separator.value))
    }
}

/// A day of the Gregorian calendar.
private struct Date {
    var year: Int64
    var month: Int64
    var day: Int64

    /// Counts years from 1 March, so that the leap day is a year's last and every month but February has the same length
    /// in each year; 400 years have 146,097 days.
    init(daysSince1970: Int64) {
        let days = daysSince1970 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
