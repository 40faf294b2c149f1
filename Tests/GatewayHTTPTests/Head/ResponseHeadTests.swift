// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import Testing

@Suite("Heads of answers to clients")
struct ResponseHeadTests {
    @Test(
        "no value can end its line or start another",
        arguments: [
            "a\r\nset-cookie: x", "a\nb", "a\rb", "a\0b", "a\u{7f}b", "\u{1b}[31m", "\r\n\r\n<html>",
        ])
    func injection(_ value: String) {
        var head = ResponseHead(status: 200)
        head.add("x-model", value)
        head.add("x-after", 1)
        let text = String(decoding: head.fields, as: UTF8.self)
        #expect(text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) == 2)
        #expect(text.utf8.count(where: { $0 == UInt8(ascii: "\r") }) == 2)
        #expect(!head.fields.contains(0) && !head.fields.contains(0x1b) && !head.fields.contains(0x7f))
        #expect(text.hasSuffix("x-after: 1\r\n"))
        var names: [String] = []
        head.forEachField { name, _ in names.append(String(decoding: name, as: UTF8.self)) }
        #expect(names == ["x-model", "x-after"])
    }

    @Test("fields come out as they were put in")
    func fields() throws {
        var head = ResponseHead(status: 404)
        head.add("content-type", "application/json" as StaticString)
        head.add("x-name", "Zoë: a\tb")
        head.add("x-empty", "")
        head.add("retry-after", 30)
        var table = FieldTable()
        try table.add(name: "x-kept".utf8, value: "1:2".utf8)
        try table.add(name: "x-left".utf8, value: "no".utf8)
        head.add(from: table) { table.text($0.name) == "x-kept" }
        var pairs: [String] = []
        head.forEachField { name, value in
            pairs.append("\(String(decoding: name, as: UTF8.self))=\(String(decoding: value, as: UTF8.self))")
        }
        #expect(
            pairs == ["content-type=application/json", "x-name=Zoë: a\tb", "x-empty=", "retry-after=30", "x-kept=1:2"])
        #expect(head.status == 404)
    }

    @Test(
        "numbers have their decimal digits",
        arguments: [
            0, 1, 9, 10, 11, 99, 100, 101, 12_345, 1_000_000, -1, -10, .max, .min, Int(UInt32.max),
        ])
    func digits(_ number: Int) {
        #expect(String(decoding: Array(DecimalDigits(number)), as: UTF8.self) == String(number))
    }

    @Test("random numbers have their decimal digits")
    func randomDigits() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<10_000 {
            let number = Int.random(in: .min ... .max, using: &random) >> Int.random(in: 0..<64, using: &random)
            #expect(String(decoding: Array(DecimalDigits(number)), as: UTF8.self) == String(number))
        }
    }
}
