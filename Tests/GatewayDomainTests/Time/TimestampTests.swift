// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Times as text")
struct TimestampTests {
    @Test(
        "known moments read and write",
        arguments: [
            ("1970-01-01T00:00:00.000000Z", 0), ("1969-12-31T23:59:59.999999Z", -1),
            ("2000-02-29T12:34:56.000001Z", 951_827_696_000_001),
            ("2100-03-01T00:00:00.000000Z", 4_107_542_400_000_000),
            ("2038-01-19T03:14:08.000000Z", 2_147_483_648_000_000),
            ("0001-01-01T00:00:00.000000Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ] as [(String, Int64)])
    func known(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(microseconds: microseconds))
        #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    }

    @Test("every day over four centuries comes back as it was written")
    func everyDay() {
        for day in stride(from: Int64(-73_049), through: 73_049, by: 1) {
            let moment = Timestamp(microseconds: day * 86_400_000_000 + 12_345_678)
            #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
        }
    }

    @Test(
        "offsets, fractions and small letters are read",
        arguments: [
            ("2026-11-21T10:00:00+02:00", "2026-11-21T08:00:00Z"),
            ("2026-11-21T00:30:00-01:30", "2026-11-21T02:00:00Z"),
            ("2026-11-21t10:00:00z", "2026-11-21T10:00:00Z"), ("2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.500000Z"),
            ("2026-11-21T10:00:00.1234567890123Z", "2026-11-21T10:00:00.123456Z"),
        ])
    func variants(text: String, short: String) {
        #expect(Timestamp(rfc3339: text)?.shortRFC3339 == short)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "2026", "2026-11-21", "2026-11-21T10:00:00", "2026-11-21 10:00:00Z", "2026-02-29T00:00:00Z",
            "2026-00-10T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z",
            "2026-11-21T10:00:60Z", "2026-11-21T10:00:00.Z", "2026-11-21T10:00:00+0200", "2026-11-21T10:00:00 02:00",
            "2026-11-21T10:00:00Zx", "2026-11-21T10:00:00Z ", "+2026-11-21T10:00:00Z", "２026-11-21T10:00:00Z",
            "1900-02-29T00:00:00Z",
        ])
    func refused(_ text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("a bare date is its first moment in UTC, where dates are allowed")
    func dates() {
        #expect(Timestamp(rfc3339: "2026-11-21", orDate: true)?.shortRFC3339 == "2026-11-21T00:00:00Z")
        #expect(Timestamp(rfc3339: "2026-11-32", orDate: true) == nil)
    }
}
