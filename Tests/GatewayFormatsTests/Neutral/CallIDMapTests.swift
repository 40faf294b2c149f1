// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct CallIDMapTests {
    private static let identifiers: [JSONString] = [
        "call_1", "toolu_01ABC", "", "a.b", "functions.get:0", "é", "abcdefghi", "ABCdef123",
        JSONString(String(repeating: "x", count: 65)), JSONString(String(repeating: "x", count: 64)),
    ]

    private func fits(_ id: JSONString, _ form: TargetRules.CallIDForm) -> Bool {
        let isWord = id.text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                || (form == .word && ($0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")))
        }
        switch form {
        case .any: return true
        case .nineAlphanumeric: return isWord && id.text.utf8.count == 9
        case .word: return isWord && (1...64).contains(id.text.utf8.count)
        }
    }

    @Test(
        "Every identifier gets a form that fits, always the same, and what fits is left alone",
        arguments: TargetRules.CallIDForm.allCases)
    func forms(_ form: TargetRules.CallIDForm) {
        var map = CallIDMap(form)
        let sent = Self.identifiers.map { map($0) }
        #expect(sent.allSatisfy { fits($0, form) })
        #expect(Set(sent).count == sent.count)
        #expect(Self.identifiers.map { map($0) } == sent)
        for (id, sent) in zip(Self.identifiers, sent) where fits(id, form) { #expect(id == sent) }
        // The same in the next turn, whose request begins with the same history.
        var next = CallIDMap(form)
        #expect(Self.identifiers.map { next($0) } == sent)
    }

    @Test("Ten thousand identifiers stay apart in nine letters")
    func collisions() {
        var map = CallIDMap(.nineAlphanumeric)
        let sent = Set((0..<10_000).map { map(JSONString("call_\($0)")) })
        #expect(sent.count == 10_000)
    }

    @Test("An identifier that another was turned into is turned into a third")
    func taken() {
        var first = CallIDMap(.nineAlphanumeric)
        let hashed = first("call_1")
        let second = first(hashed)
        #expect(second != hashed)
        #expect(fits(second, .nineAlphanumeric))
    }

    @Test("However it is escaped, an identifier is the same")
    func escapes() throws {
        var map = CallIDMap(.word)
        let escaped = try #require(try Sample.value(#""\u0061.b""#).string)
        #expect(map(escaped) == map("a.b"))
    }
}
