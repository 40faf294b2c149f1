// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// The header fields that the providers send with their answers.
enum AnswerHead {
    static func fields(_ dialect: Dialect, sequence: Int, contentType: String) -> HTTPFields {
        var fields = HTTPFields()
        fields[.contentType] = contentType
        for (name, value) in dialect == .openAI ? openAI : anthropic { fields[name] = value }
        if let name = dialect == .openAI ? requestID : anthropicRequestID {
            fields[name] = JournalEntry.requestID(sequence)
        }
        return fields
    }

    static let json = "application/json"
    static let eventStream = "text/event-stream; charset=utf-8"

    static let retryAfter = HTTPField.Name("retry-after")
    private static let requestID = HTTPField.Name("x-request-id")
    private static let anthropicRequestID = HTTPField.Name("request-id")

    private static let openAI = named([
        "openai-processing-ms": "1",
        "openai-version": "2020-10-01",
        "openai-organization": "simulator",
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-remaining-requests": "9999",
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-limit-tokens": "2000000",
        "x-ratelimit-remaining-tokens": "1999000",
        "x-ratelimit-reset-tokens": "30ms",
    ])

    private static let anthropic = named([
        "anthropic-organization-id": "simulator",
        "anthropic-ratelimit-requests-limit": "4000",
        "anthropic-ratelimit-requests-remaining": "3999",
        "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:01Z",
        "anthropic-ratelimit-tokens-limit": "2000000",
        "anthropic-ratelimit-tokens-remaining": "1999000",
        "anthropic-ratelimit-tokens-reset": "2026-01-01T00:00:01Z",
    ])

    private static func named(_ pairs: KeyValuePairs<String, String>) -> [(HTTPField.Name, String)] {
        pairs.compactMap { pair in HTTPField.Name(pair.key).map { ($0, pair.value) } }
    }
}
