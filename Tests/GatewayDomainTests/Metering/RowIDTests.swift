// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Row identifiers")
struct RowIDTests {
    @Test("identifiers sort by time, as numbers and as text")
    func order() {
        var random = SplitMix(seed: 2)
        var last: RowID?
        for millisecond in stride(from: Int64(0), through: 1 << 40, by: 1 << 27) {
            let row = RowID(at: Timestamp(microseconds: millisecond * 1_000), using: &random)
            if let last {
                #expect(last < row)
                #expect(last.hexadecimal < row.hexadecimal)
            }
            last = row
        }
    }

    @Test("100,000 identifiers of one moment are all different")
    func unique() {
        var random = SystemRandomNumberGenerator()
        let now = Timestamp(microseconds: 1_795_246_916_000_123)
        var seen: Set<RowID> = []
        for _ in 0..<100_000 { seen.insert(RowID(at: now, using: &random)) }
        #expect(seen.count == 100_000)
        #expect(Set(seen.map { $0.high >> 16 }) == [1_795_246_916_000])
    }

    @Test("the text is 32 lower-case hexadecimal digits, all of the number's bits")
    func hexadecimal() {
        #expect(RowID(high: 0, low: 0).hexadecimal == String(repeating: "0", count: 32))
        #expect(
            RowID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210).hexadecimal
                == "0123456789abcdeffedcba9876543210")
        #expect(RowID(high: .max, low: .max).hexadecimal == String(repeating: "f", count: 32))
    }

    @Test("a clock before 1970 makes an identifier all the same")
    func wrongClock() {
        var random = SplitMix(seed: 1)
        #expect(RowID(at: Timestamp(microseconds: .min), using: &random).high >> 16 == 0)
    }
}
