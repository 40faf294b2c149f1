// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Trace context")
struct TraceContextTests {
    private static let id = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    @Test(
        "the trace id of a well-formed value is taken",
        arguments: [
            "00-\(id)-\(parent)-01", "00-\(id)-\(parent)-00", "00-\(id)-\(parent)-ff", "01-\(id)-\(parent)-01",
            "cc-\(id)-\(parent)-01-what-the-future-brings", "fe-\(id)-\(parent)-01-",
        ])
    func wellFormed(value: String) {
        #expect(TraceContext.parse(Array(value.utf8)) == Self.id)
        // Also from the middle of other bytes, as a header field lies in its table.
        let embedded = Array("x\(value)x".utf8)
        #expect(TraceContext.parse(embedded[1..<(embedded.count - 1)]) == Self.id)
        #expect(TraceContext.parse(value.utf8) == Self.id)
    }

    @Test(
        "a malformed value gives none",
        arguments: [
            "", "00", "00-\(id)-\(parent)", "00-\(id)-\(parent)-0", "00-\(id)-\(parent)-01-", "00-\(id)-\(parent)-01x",
            "00-\(id)-\(parent)-0101", "ff-\(id)-\(parent)-01", "01-\(id)-\(parent)-01x", "0-\(id)-\(parent)-001",
            "00-00000000000000000000000000000000-\(parent)-01", "00-\(id)-0000000000000000-01",
            "00-\(id.uppercased())-\(parent)-01", "00-\(id)-\(parent)-0G", "00_\(id)_\(parent)_01",
            "00-\(id.dropLast())g-\(parent)-01", " 00-\(id)-\(parent)-01", "00-\(id)-\(parent)-01 ",
            "0G-\(id)-\(parent)-01",
            "00-\(id)\(parent)--01", "00-\(id.dropLast())\u{e9}-\(parent)-1",
        ])
    func malformed(value: String) {
        #expect(TraceContext.parse(Array(value.utf8)) == nil)
    }

    @Test("any change of one byte gives none or 32 digits")
    func mutations() {
        let value = Array("00-\(Self.id)-\(Self.parent)-01".utf8)
        for place in value.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = value
                changed[place] = byte
                guard let found = TraceContext.parse(changed) else { continue }
                #expect(found.utf8.count == 32)
                #expect(
                    found.utf8.allSatisfy {
                        ("0"..."9").contains(Unicode.Scalar($0)) || ("a"..."f").contains(Unicode.Scalar($0))
                    })
            }
        }
    }
}
