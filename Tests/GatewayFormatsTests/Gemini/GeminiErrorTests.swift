// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("Gemini errors")
struct GeminiErrorTests {
    @Test(
        "what clients tell errors apart by, whatever the error is wrapped in",
        arguments: [
            (
                400, #"{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}"#,
                ProviderError.Kind.invalidRequest
            ),
            (400, #"[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]"#, .invalidRequest),
            (
                400,
                #"{"error":{"code":400,"message":"The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#,
                .contextTooLong
            ),
            (
                400,
                #"{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"x","reason":"API_KEY_INVALID"}]}}"#,
                .authentication
            ),
            (401, #"{"error":{"code":401,"message":"m","status":"UNAUTHENTICATED"}}"#, .authentication),
            (403, #"{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED"}}"#, .permission),
            (404, #"{"error":{"code":404,"message":"m","status":"NOT_FOUND"}}"#, .notFound),
            (429, #"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}"#, .rateLimit),
            (500, #"{"error":{"code":500,"message":"m","status":"INTERNAL"}}"#, .failure),
            (499, #"{"error":{"code":499,"message":"m","status":"CANCELLED"}}"#, .failure),
            (503, #"{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}"#, .overloaded),
            (504, #"{"error":{"code":504,"message":"m","status":"DEADLINE_EXCEEDED"}}"#, .timeout),
            (413, "{}", .tooLarge), (402, "[]", .billing), (418, "5", .invalidRequest), (502, "null", .failure),
            (200, #"{"error":{"code":429,"message":"m"}}"#, .rateLimit), (400, #"{"error":"text"}"#, .invalidRequest),
        ] as [(Int, String, ProviderError.Kind)])
    func kinds(status: Int, body: String, kind: ProviderError.Kind) throws {
        let error = GeminiFormat.readError(status: status, body: try Gemini.json(body))
        #expect(error.kind == kind)
        #expect(!error.message.isEmpty)
    }

    @Test("the provider's words are kept, without credentials, and without a body there is the status")
    func messages() throws {
        let body =
            #"{"error":{"code":403,"message":"Key AIzaSyA1234567890abcdefghij is blocked","status":"PERMISSION_DENIED"}}"#
        let error = GeminiFormat.readError(status: 403, body: try Gemini.json(body))
        #expect(error == ProviderError(.permission, "Key [redacted] is blocked", native: "PERMISSION_DENIED"))
        #expect(GeminiFormat.readError(status: 503, body: nil).message.contains("503"))
    }

    @Test(
        "how long to wait",
        arguments: [
            ("12s", 12_000), ("0.5s", 500), ("1.0001s", 1001), ("12", nil), ("s", nil), ("-1s", nil), ("1e9s", nil),
            ("nans", nil),
        ] as [(String, Int64?)])
    func retryDelay(text: String, milliseconds: Int64?) throws {
        let body = try Gemini.json(
            #"{"error":{"details":[{"@type":"QuotaFailure"},{"@type":"RetryInfo","retryDelay":"\#(text)"}]}}"#)
        #expect(GeminiFormat.retryDelay(body) == milliseconds)
    }

    @Test(
        "in Gemini's words, for clients",
        arguments: [
            (ProviderError.Kind.invalidRequest, "INVALID_ARGUMENT"), (.contextTooLong, "INVALID_ARGUMENT"),
            (.tooLarge, "INVALID_ARGUMENT"), (.authentication, "UNAUTHENTICATED"), (.permission, "PERMISSION_DENIED"),
            (.billing, "RESOURCE_EXHAUSTED"), (.rateLimit, "RESOURCE_EXHAUSTED"), (.notFound, "NOT_FOUND"),
            (.overloaded, "UNAVAILABLE"), (.failure, "INTERNAL"), (.timeout, "DEADLINE_EXCEEDED"),
        ])
    func written(kind: ProviderError.Kind, status: String) throws {
        let bytes = GeminiFormat.writeError(ProviderError(kind, "a \"b\""), status: 418)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"error":{"code":418,"message":"a \"b\"","status":"\#(status)"}}"#)
        let back = GeminiFormat.readError(
            status: GeminiFormat.status(of: kind), body: try JSONScanner().parse(bytes).root)
        #expect(back.message == "a \"b\"")
    }
}
