// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct LossReportTests {
    @Test("Each field and fate stands once, in the order they came, and is counted")
    func counts() {
        var report = LossReport()
        report.dropped("seed", "no such field")
        report.kept("model")
        report.dropped("seed", "another reason")
        report.emulated("seed", "half of it")
        #expect(report.entries.map(\.field) == ["seed", "model", "seed"])
        #expect(report.entries.map(\.fate) == [.dropped, .kept, .emulated])
        #expect(report.entries.map(\.reason) == ["no such field", "", "half of it"])
        #expect(report.entries.map(\.count) == [2, 1, 1])
    }

    @Test("Only what is gone is a loss")
    func lossy() {
        var report = LossReport()
        report.kept("a")
        report.moved("b", "r")
        report.emulated("c", "r")
        #expect(!report.isLossy)
        report.dropped("d", "r")
        #expect(report.isLossy)
    }

    @Test("The short form names what was dropped, then what was emulated")
    func short() {
        var report = LossReport()
        #expect(report.short == "none")
        report.kept("a")
        report.moved("b", "r")
        #expect(report.short == "none")
        report.emulated("c", "r")
        #expect(report.short == "emulated=c")
        report.dropped("d", "r")
        report.dropped("e", "r")
        #expect(report.short == "dropped=d,e; emulated=c")
    }

    @Test("Names of the client's own making cannot break out of a header, nor fill it")
    func hostileNames() {
        var report = LossReport()
        report.dropped("a\r\nset-cookie: x,;é", "r")
        #expect(report.short == "dropped=a??set-cookie:?x????")
        report.dropped(String(repeating: "y", count: 1000), "r")
        for number in 0..<100 { report.dropped("f\(number)", "r") }
        #expect(report.short.utf8.count < 400)
        #expect(report.short.hasSuffix(",f13,+86"))
    }

    @Test("As many fields as a client may send are counted in time")
    func many() {
        var report = LossReport()
        for round in 1...2 {
            for number in 0..<50_000 { report.dropped("field_\(number)", "r") }
            #expect(report.entries.count == 50_000)
            #expect(report.entries.allSatisfy { $0.count == round })
        }
        #expect(report.entries[40_000].field == "field_40000")
        var same = LossReport()
        for number in 0..<30 { same.dropped("field_\(number)", "r") }
        var other = LossReport()
        for number in 0..<30 { other.dropped("field_\(number)", "r") }
        #expect(same == other)
    }

    @Test("Extras are named by where they stood in the dialect they came in")
    func extras() {
        func member(_ name: JSONString) -> Extras.Member { .init(name: name, value: JSONFragment(literal: "1")) }
        var report = LossReport()
        report.dropped(Extras(.openAIChat, [member("a"), member("function.b")]), at: .tool, "r")
        report.dropped(Extras(.gemini, [member("c")]), at: .conversation, "r")
        report.dropped(Extras(.gemini), at: .part, "r")
        #expect(report.entries.map(\.field) == ["tools[].a", "tools[].function.b", "c"])
    }

    @Test(
        "What only one dialect has is named by its type, or its first member",
        arguments: [
            (#"{"type":"hologram"}"#, "messages[].content[].type=hologram"),
            (#"{"cachePoint":{}}"#, "messages[].content[].cachePoint"),
            ("{}", "messages[].content[]"), ("[]", "messages[].content[]"),
            (#"{"type":7}"#, "messages[].content[].type"),
        ])
    func opaque(_ fragment: String, _ field: String) throws {
        var report = LossReport()
        let fragment = try Sample.value(fragment).fragment
        report.dropped(opaque: fragment, of: .bedrockConverse, at: .part, JSONScanner(), "r")
        #expect(report.entries.map(\.field) == [field])
    }

    @Test("Every neutral field has a name in every dialect, and every place a path", arguments: Format.allCases)
    func names(_ format: Format) {
        for field in NeutralField.allCases { #expect(!field.name(in: format).isEmpty) }
        for place in ExtrasPlace.allCases { #expect(!place.path(in: format).hasSuffix(".")) }
    }
}
