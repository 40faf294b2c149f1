// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// The small conversions that several dialects share.
@Suite struct NeutralValueTests {
    @Test(
        "Data URIs are taken apart; everything else is an address",
        arguments: [
            ("data:image/png;base64,AA==", Media(.image, .data("AA=="), mediaType: "image/png")),
            ("data:;base64,AA==", Media(.image, .data("AA=="))),
            (
                "data:text/plain;charset=utf-8;base64,AA",
                Media(.image, .data("AA"), mediaType: "text/plain;charset=utf-8")
            ),
            ("data:image/png;base64,", Media(.image, .data(""), mediaType: "image/png")),
            ("data:image/png,AA", Media(.image, .url("data:image/png,AA"))), ("data:", Media(.image, .url("data:"))),
            ("https://x/?data:image/png;base64,A", Media(.image, .url("https://x/?data:image/png;base64,A"))),
            ("", Media(.image, .url(""))),
        ] as [(JSONString, Media)])
    func dataURIs(_ url: JSONString, _ media: Media) {
        #expect(Media(.image, url: url) == media)
    }

    @Test("A head that goes on for long is not looked through")
    func longHead() {
        let url = JSONString("data:\(String(repeating: "x", count: 300));base64,AA")
        #expect(Media(.image, url: url).source == .url(url))
    }

    @Test(
        "A budget amounts to an effort",
        arguments: [
            (-1, .none), (0, .none), (1, .low), (2047, .low), (2048, .medium), (8191, .medium),
            (8192, .high), (Int64.max, .high),
        ] as [(Int64, ReasoningSetting.Effort)])
    func budgets(_ budget: Int64, _ effort: ReasoningSetting.Effort) {
        #expect(ReasoningSetting.Effort(budget: budget) == effort)
    }

    @Test("Efforts are in order, from none to max")
    func efforts() {
        #expect(ReasoningSetting.Effort.allCases == ReasoningSetting.Effort.allCases.sorted())
        #expect(ReasoningSetting.Effort.none < .minimal && .xhigh < .max)
    }

    @Test(
        "Credentials are masked",
        arguments: [
            ("key sk-abcdefgh12345678 is bad", "key [redacted] is bad"),
            ("Authorization: Bearer abc.def-123456 expired", "Authorization: Bearer [redacted] expired"),
            ("GET https://x/v1?key=AIzaSyA-1234567890abcdefg&alt=sse", "GET https://x/v1?key=[redacted]&alt=sse"),
            ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1", "token [redacted]"),
            ("AKIAIOSFODNN7EXAMPLE", "[redacted]"), ("gsk_abcdefghijkl0123", "[redacted]"),
            ("Incorrect API key provided: sk-proj-****************abcd.", "Incorrect API key provided: [redacted]"),
            (
                "model gpt-4o-2024-08-06 and claude-sonnet-4-5-20250929",
                "model gpt-4o-2024-08-06 and claude-sonnet-4-5-20250929"
            ),
            (
                "request req_011CSHoEeqs5C35K2UUqR7Fy, call_abcdefghijklmnop",
                "request req_011CSHoEeqs5C35K2UUqR7Fy, call_abcdefghijklmnop"
            ),
            ("the risk-assessment task-list", "the risk-assessment task-list"), ("", ""),
        ])
    func cleaning(_ message: String, _ cleaned: String) {
        #expect(ProviderError.cleaned(message) == cleaned)
    }

    @Test("A message that goes on for long is cut")
    func longMessage() {
        #expect(ProviderError.cleaned(String(repeating: "é", count: 100_000)).count == 4096)
    }
}
