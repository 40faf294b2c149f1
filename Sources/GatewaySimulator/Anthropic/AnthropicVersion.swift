// SPDX-License-Identifier: Apache-2.0

/// The versions of Anthropic's API, by the date in `anthropic-version`.
enum AnthropicVersion: String, Sendable, CaseIterable {
    case first = "2023-01-01"
    case second = "2023-06-01"
    /// Sampling settings are gone, and so are documents in assistant turns and citations in user text.
    case third = "2026-10-21"

    /// Reads the header, which must be there.
    init(header: String?) throws(Refusal) {
        guard let header else { throw Refusal(400, "anthropic-version: header is required") }
        guard let version = AnthropicVersion(rawValue: header) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal(400, "anthropic-version: \"\(header)\" is not a valid version. Known are: \(known).")
        }
        self = version
    }

    /// Refuses what this version no longer has.
    func checkSampling(_ body: Cursor) throws(Refusal) {
        for name in ["temperature", "top_p", "top_k"] {
            guard let field = try body.optional(name) else { continue }
            if self == .third { throw field.invalid("Extra inputs are not permitted") }
            _ = try name == "top_k" ? Double(field.integer(0...1_000_000)) : field.number(0...1)
        }
    }
}
