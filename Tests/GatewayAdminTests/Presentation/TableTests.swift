// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayAdmin
import GatewayDomain
import HummingbirdTesting
import Testing

@Suite("Tables")
struct TableTests {
    @Test("words stand left, figures right, and lines have no trailing space")
    func alignment() {
        var table = TextTable([.text("NAME"), .figure("COUNT"), .text("NOTE")])
        table.append(["a", "1", "x"])
        table.append(["longer", "1,000", ""])
        #expect(table.lines(width: nil) == ["NAME    COUNT  NOTE", "a           1  x", "longer  1,000"])
    }

    @Test("wide characters, combining marks and emoji keep the columns in line")
    func displayWidth() {
        var table = TextTable([.text("N"), .text("|")])
        for name in ["日本", "e\u{301}abc", "🙂ab", "abcd"] { table.append([name, "|"]) }
        #expect(
            table.lines(width: nil) == ["N     |", "日本  |", "e\u{301}abc  |", "🙂ab  |", "abcd  |"])
    }

    @Test("a table fits its width by cutting what may be cut, the widest first")
    func shrinking() {
        var table = TextTable([.text("NAME", canShrink: true), .text("OWNER", canShrink: true), .text("ID")])
        table.append([String(repeating: "n", count: 40), String(repeating: "o", count: 12), "key_1"])
        let lines = table.lines(width: 40)
        #expect(lines[1] == String(repeating: "n", count: 18) + "…  " + "oooooooooooo  key_1")
        #expect(lines.allSatisfy { TerminalText.width($0) <= 40 })
        #expect(table.lines(width: nil)[1].count == 61)
        #expect(table.lines(width: 5)[1] == "nnnnnnn…  ooooooo…  key_1", "figures and ids are never cut")
    }

    @Test(
        "what would drive a terminal is shown as a replacement character",
        arguments: [
            ("\u{1b}[31mred", "�[31mred"), ("a\u{9b}2J", "a�2J"), ("bell\u{7}", "bell�"), ("a\nb\tc\rd", "a�b�c�d"),
            ("\u{202e}evil", "�evil"), ("zero\u{200b}width", "zero�width"), ("\u{2028}", "�"), ("\u{e000}", "�"),
            ("plain ü 日本 🙂", "plain ü 日本 🙂"),
        ])
    func terminalSafety(text: String, shown: String) {
        #expect(TerminalText.safe(text) == shown)
        var table = TextTable([.text("N")])
        table.append([text])
        #expect(table.lines(width: nil)[1] == shown)
    }

    @Test("cutting never splits a wide character")
    func fitting() {
        #expect(TerminalText.fitted("日本語", to: 6) == "日本語")
        #expect(TerminalText.fitted("日本語", to: 5) == "日本…")
        #expect(TerminalText.fitted("日本語", to: 4) == "日…")
        #expect(TerminalText.fitted("日本語", to: 1) == "…")
        #expect(TerminalText.fitted("日本語", to: 0) == "")
    }
}

@Suite("Figures")
struct FigureTests {
    @Test(
        "counts have thousands separators",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
            (.max, "9,223,372,036,854,775,807"), (.min, "-9,223,372,036,854,775,808"),
        ] as [(Int64, String)])
    func counts(value: Int64, text: String) {
        #expect(Figures.count(value) == text)
    }

    @Test(
        "dollars are exact, with two decimals at least",
        arguments: [
            (0, "$0.00"), (123_400, "$0.0001234"), (1, "$0.000000001"), (1_500_000_000, "$1.50"),
            (1_234_567_000_000_000, "$1,234,567.00"), (-250_000_000, "-$0.25"),
        ] as [(Int64, String)])
    func dollars(nanos: Int64, text: String) {
        #expect(Figures.dollars(NanoDollars(nanos)) == text)
    }

    @Test(
        "prices as text are dollars too",
        arguments: [("0.15", "$0.15"), ("3", "$3.00"), ("22.5", "$22.50"), ("0.0375", "$0.0375")])
    func prices(text: String, dollars: String) {
        #expect(Figures.dollars(decimal: text) == dollars)
    }

    @Test(
        "spans have three digits",
        arguments: [
            (0, "0 µs"), (850, "850 µs"), (1000, "1.00 ms"), (12_345, "12.3 ms"), (123_456, "123 ms"),
            (1_050_000, "1.05 s"),
            (65_000_000, "65.0 s"), (3_600_000_000, "3,600 s"),
        ] as [(Int64, String)])
    func durations(microseconds: Int64, text: String) {
        #expect(Figures.duration(microseconds: microseconds) == text)
    }

    @Test("bars are as long as their share, to an eighth of a cell")
    func bars() {
        #expect(Figures.bar(100, of: 100, cells: 4) == "████")
        #expect(Figures.bar(50, of: 100, cells: 4) == "██")
        #expect(Figures.bar(10, of: 64, cells: 4) == "▋")
        #expect(Figures.bar(1, of: 1_000_000, cells: 4) == "▏")
        #expect(Figures.bar(0, of: 100, cells: 4) == "")
        #expect(Figures.bar(5, of: 0, cells: 4) == "")
        #expect(Figures.bar(.max, of: .max, cells: 16).count == 16)
    }

    @Test(
        "shares are in percent",
        arguments: [(1, 3, "33.3 %"), (2, 3, "66.7 %"), (1, 1, "100.0 %"), (0, 5, "0.0 %"), (1, 0, "")]
            as [(Int64, Int64, String)])
    func shares(part: Int64, whole: Int64, text: String) {
        #expect(Figures.share(part, of: whole) == text)
    }
}

/// The tables read what the admin API really answers, so that the two cannot drift apart.
@Suite("Tables of real answers")
struct AnswerTableTests {
    private func decoded<Answer: Decodable>(_ type: Answer.Type, _ answer: HTTPAnswer) throws -> Answer {
        try Report.decode(type, from: Data(answer.text.utf8))
    }

    private typealias HTTPAnswer = GatewayAdminTests.Answer

    @Test("keys")
    func keys() async throws {
        try await World().withAdmin { admin in
            let made = try await admin.create(#"{"name":"demo","owner":"ann","models":["a","b-*"]}"#)
            let page = try decoded(Report.KeyPage.self, try await admin.get("/v1/keys"))
            let lines = TextTable(keys: page.keys).lines(width: nil)
            let id = try #require(made["id"])
            let prefix = try #require(made["prefix"])
            #expect(lines[0].hasPrefix("NAME       ID"))
            #expect(lines[1] == "demo       \(id)  \(prefix)…  ann    a, b-*  never    active  admin")
            #expect(try decoded(Report.Key.self, made).key == made["key"])
            #expect(TextTable(key: page.keys[0]).lines(width: nil).contains("Owner    ann"))
        }
    }

    @Test("sums of usage")
    func sums() async throws {
        let reports = TestReports(sums: [
            .sample("gpt-4o-mini", requests: 1500, nanos: 750_000_000),
            .sample("\u{1b}]0;x", requests: 500, nanos: 250_000_000, unpriced: 100),
        ])
        try await World(reports: reports).withAdmin { admin in
            let sums = try decoded(Report.UsageSums.self, try await admin.get("/v1/usage?by=model"))
            #expect(
                TextTable(sums: sums).lines(width: nil) == [
                    "MODEL        REQUESTS     PROMPT  CACHED  COMPLETION     COST   SHARE",
                    "gpt-4o-mini     1,500  1,500,000       0      15,000    $0.75  75.0 %  ████████████",
                    "�]0;x             500    500,000       0       5,000  ≥ $0.25  25.0 %  ████",
                    "total           2,000  2,000,000       0      20,000  ≥ $1.00",
                ])
            #expect(sums.remarks.count == 1)
            #expect(sums.remarks.first?.hasPrefix("100 requests went to models without a price") == true)
        }
    }

    @Test("calls that no provider served are shown as such")
    func noProvider() async throws {
        let reports = TestReports(sums: [.sample("", requests: 1, nanos: 0, unpriced: 1)])
        try await World(reports: reports).withAdmin { admin in
            guard case .sums(let sums) = try decoded(Report.Usage.self, try await admin.get("/v1/usage?by=provider"))
            else {
                Issue.record("no sums")
                return
            }
            #expect(
                TextTable(sums: sums).lines(width: nil)[1].hasPrefix("(none)           1   1,000       0          10"))
            #expect(sums.remarks.first?.hasPrefix("1 request went to a model without a price; its cost") == true)
        }
    }

    @Test("rows of usage, unpriced and estimated ones marked")
    func rows() async throws {
        try await World(reports: TestReports(rows: [.sample, .unpricedSample])).withAdmin { admin in
            guard case .calls(let rows) = try decoded(Report.Usage.self, try await admin.get("/v1/usage")) else {
                Issue.record("no calls")
                return
            }
            let lines = TextTable(rows: rows).lines(width: nil)
            #expect(lines[1].contains("2026-11-18T11:06:40Z  demo  gpt-4o-mini  openai"))
            #expect(lines[1].hasSuffix("1,000          50  $0.0001234  2.50 ms  complete"))
            #expect(lines[2].hasSuffix("~1,000         ~50    unpriced  2.50 ms  complete"))
            let detail = TextTable(row: rows[0]).lines(width: nil)
            #expect(detail.contains("Served by          openai / gpt-4o-mini"))
            #expect(detail.contains("Gateway's part     41 µs"))
        }
    }

    @Test("models")
    func models() async throws {
        try await World().withAdmin { admin in
            let models = try decoded(Report.Models.self, try await admin.get("/v1/models")).models
            let lines = TextTable(models: models).lines(width: nil)
            #expect(lines[1] == "gpt-4o-mini  openai    gpt-4o-mini          $0.15    $0.075     $0.60  configured")
            #expect(lines[4] == "other-*      openai    (as asked)               -         -         -  by request")
        }
    }

    @Test("problems")
    func problems() async throws {
        try await World().withAdmin { admin in
            let problem = try decoded(Report.Problem.self, try await admin.get("/v1/keys/none"))
            #expect(problem.code == "key_not_found")
        }
    }
}
