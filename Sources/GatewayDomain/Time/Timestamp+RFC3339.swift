// SPDX-License-Identifier: Apache-2.0

extension Timestamp {
    private static let microsecondsPerDay: Int64 = 86_400_000_000

    /// `2026-11-21T07:19:00.123456Z`: UTC, always with microseconds.
    package var rfc3339: String {
        "\(wholeSeconds).\(microseconds.modulo(1_000_000).padded(to: 6))Z"
    }

    /// As `rfc3339`, but without a fraction that is zero: how moments that people chose are shown.
    package var shortRFC3339: String {
        microseconds.modulo(1_000_000) == 0 ? "\(wholeSeconds)Z" : rfc3339
    }

    /// The last whole second.
    package var wholeSecond: Timestamp { Timestamp(microseconds: microseconds - microseconds.modulo(1_000_000)) }

    private var wholeSeconds: String {
        let date = CivilDate(daysSince1970: microseconds.floorDivided(by: Self.microsecondsPerDay))
        let second = microseconds.modulo(Self.microsecondsPerDay) / 1_000_000
        let time = [second / 3600, second / 60 % 60, second % 60].map { $0.padded(to: 2) }.joined(separator: ":")
        return "\(date.text)T\(time)"
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

        mutating func take(_ choices: StaticString) -> Bool {
            guard let first = rest.first, choices.withUTF8Buffer({ $0.contains(first) }) else { return false }
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
