// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

@testable import GatewayStores

@Suite("Days")
struct DayTests {
    @Test("are written as the calendar has them, leap years and centuries included")
    func calendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for number in stride(from: Int64(-130_000), to: 130_000, by: 13) {
            let date = Date(timeIntervalSince1970: Double(number) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let year = try #require(parts.year)
            // The standard's calendar is the Gregorian one throughout; Foundation's was the Julian one before 1582.
            guard year > 1_582, let month = parts.month, let day = parts.day else { continue }
            let expected = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
            #expect(Day(number: number).text == expected)
        }
    }

    @Test("begin at their first microsecond, before 1970 too")
    func edges() {
        #expect(Day(of: Timestamp(microseconds: 0)).number == 0)
        #expect(Day(of: Timestamp(microseconds: Day.microseconds - 1)).number == 0)
        #expect(Day(of: Timestamp(microseconds: -1)).number == -1)
        #expect(Day(of: Timestamp(microseconds: -Day.microseconds)).number == -1)
        #expect(Day(from: Timestamp(microseconds: 0)).number == 0)
        #expect(Day(from: Timestamp(microseconds: 1)).number == 1)
        #expect(Day(from: Timestamp(microseconds: -1)).number == 0)
        #expect(Day(of: Timestamp(microseconds: .min)).start <= Timestamp(microseconds: .min + Day.microseconds))
    }

    @Test("a sum reads rows only where the filter cuts a day")
    func sources() {
        func sources(_ from: Timestamp?, _ to: Timestamp?) -> [UsageQuery.Source] {
            UsageQuery(grouping: .key, filter: UsageFilter(from: from, to: to)).sources
        }
        let first = Day(of: Samples.day)
        let second = Day(number: first.number + 1)
        let noon = Samples.at(seconds: 43_200)
        #expect(sources(nil, nil) == [.days(from: nil, to: nil)])
        #expect(sources(first.start, second.start) == [.days(from: first, to: second)])
        #expect(sources(noon, nil) == [.rows(from: noon, to: second.start), .days(from: second, to: nil)])
        #expect(sources(nil, noon) == [.days(from: nil, to: first), .rows(from: first.start, to: noon)])
        #expect(sources(noon, second.start) == [.rows(from: noon, to: second.start)])
        #expect(sources(noon, noon).isEmpty)
        #expect(sources(second.start, first.start).isEmpty)
    }
}
