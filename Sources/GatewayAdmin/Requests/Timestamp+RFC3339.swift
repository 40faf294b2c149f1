// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

extension Timestamp {
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// `2026-11-21T07:19:00.123456Z`: UTC, always with microseconds.
    package var rfc3339: String {
        "\(wholeSeconds).\(Self.padded(microseconds.modulo(1_000_000), 6))Z"
    }

    /// As `rfc3339`, but without a fraction that is zero: how moments that people chose are shown.
    package var shortRFC3339: String {
        microseconds.modulo(1_000_000) == 0 ? "\(wholeSeconds)Z" : rfc3339
    }

    /// The last whole second.
    var wholeSecond: Timestamp { Timestamp(microseconds: microseconds - microseconds.modulo(1_000_000)) }

    private var wholeSeconds: String {
        let day = microseconds.floorDivided(by: Self.microsecondsPerDay)
        let second = microseconds.modulo(Self.microsecondsPerDay) / 1_000_000
        let date = CivilDate(daysSince1970: day)
        let time = [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(Self.padded(date.year, 4))-\(Self.padded(date.month, 2))-\(Self.padded(date.day, 2))T\(time)"
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Reads an RFC 3339 date-time with `Z` or an offset; a fraction is cut to microseconds. With `orDate` also a bare
    /// date, which means its first moment in UTC. Nil for anything else, and for days and times that do not exist.
    package init?(rfc3339 text: String, orDate: Bool = false) {
        var scanner = Scanner(text)
        guard let year = scanner.digits(4), scanner.take("-"), let month = scanner.digits(2), scanner.take("-"),
            let day = scanner.digits(2), let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let midnight = date.daysSince1970 * Self.microsecondsPerDay
        if orDate, scanner.isAtEnd {
            self.init(microseconds: midnight)
            return
        }
        guard scanner.take("Tt"), let time = scanner.timeOfDay(), let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        self.init(microseconds: midnight + time - offset)
    }

    /// Reads the fixed-width pieces of a date-time.
    private struct Scanner {
        private var rest: Substring.UTF8View

        init(_ text: String) { rest = text[...].utf8 }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func take(_ choices: String) -> Bool {
            guard let first = rest.first, choices.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func digits(_ count: Int) -> Int64? {
            let piece = rest.prefix(count)
            guard piece.count == count, piece.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = rest.dropFirst(count)
            return piece.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }

        /// Microseconds since midnight.
        mutating func timeOfDay() -> Int64? {
            guard let hour = digits(2), take(":"), let minute = digits(2), take(":"), let second = digits(2),
                hour < 24, minute < 60, second < 60
            else { return nil }
            var fraction: Int64 = 0
            if take(".") {
                guard let first = digits(1) else { return nil }
                fraction = first * 100_000
                var weight: Int64 = 10_000
                while let digit = digits(1) {
                    fraction += digit * weight
                    weight /= 10
                }
            }
            return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
        }

        /// Microseconds that the offset is ahead of UTC.
        mutating func offset() -> Int64? {
            if take("Zz") { return 0 }
            let sign: Int64 = take("+") ? 1 : -1
            guard sign == 1 || take("-"), let hour = digits(2), take(":"), let minute = digits(2), hour < 24,
                minute < 60
            else { return nil }
            return sign * (hour * 60 + minute) * 60_000_000
        }
    }
}

/// A day of the proleptic Gregorian calendar. The arithmetic counts years from 1 March, which puts the leap day last.
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init?(year: Int64, month: Int64, day: Int64) {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[Int(month) - 1]).contains(day) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    init(daysSince1970: Int64) {
        let shifted = daysSince1970 + 719_468  // days since 0000-03-01
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear.floorDivided(by: 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }

    fileprivate func modulo(_ divisor: Int64) -> Int64 { self - floorDivided(by: divisor) * divisor }
}
