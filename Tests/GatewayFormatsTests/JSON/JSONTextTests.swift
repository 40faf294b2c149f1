// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayFormats
import Testing

@Suite struct JSONTextTests {
    private func decode(_ token: [UInt8]) -> String? {
        token.withUnsafeBytes { JSONText.decode(0..<token.count, in: $0) }
    }

    @Test(
        "A string token is decoded",
        arguments: [
            (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#""\u0041\u00e9\u4e2d""#, "Aé中"),
            (#""\ud83d\ude00!""#, "😀!"), (#""é😀""#, "é😀"), (#""\u0000""#, "\0"), (#""a\\u0041""#, "a\\u0041"),
        ])
    func decodes(_ token: String, _ text: String) throws {
        let decoded = try #require(decode(Array(token.utf8)))
        #expect(Array(decoded.utf8) == Array(text.utf8))
    }

    @Test(
        "What is no string token decodes to nil",
        arguments: ["", "\"", "abc", "\"abc", "abc\"", #""\q""#, #""\u12""#, #""\ud800""#, "12"])
    func refuses(_ token: String) {
        #expect(decode(Array(token.utf8)) == nil)
    }

    @Test("A token of invalid UTF-8 decodes to nil, with and without escapes")
    func refusesInvalid() {
        #expect(decode([0x22, 0xff, 0x22]) == nil)
        #expect(decode([0x22, 0x5c, 0x6e, 0xff, 0x22]) == nil)
    }

    @Test("A range outside of the bytes decodes to nil")
    func refusesRange() {
        let bytes = Array(#""a""#.utf8)
        #expect(bytes.withUnsafeBytes { JSONText.decode(0..<4, in: $0) } == nil)
    }

    @Test(
        "Text survives being written and read by another parser",
        arguments: [
            "", "plain", "\"quoted\" \\ and / slashed", "\u{0}\u{1}\u{1f}\u{7f}\n\r\t\u{8}\u{c}", "é中😀\u{2028}",
            "</script>", "e\u{301}", "\r\n",
        ])
    func roundTrips(_ text: String) throws {
        var token: [UInt8] = []
        JSONText.append(text, to: &token)
        #expect(token.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
        let parsed = try JSONSerialization.jsonObject(with: Data(token), options: .fragmentsAllowed) as? String
        #expect(parsed.map { Array($0.utf8) } == Array(text.utf8))
        #expect(decode(token).map { Array($0.utf8) } == Array(text.utf8))
    }
}
