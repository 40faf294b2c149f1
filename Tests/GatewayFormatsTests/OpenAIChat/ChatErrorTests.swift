// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct ChatErrorTests {
    @Test(
        "Errors in every shape that compatible servers have",
        arguments: [
            (
                400, #"{"error":{"message":"bad","type":"invalid_request_error","param":"n","code":null}}"#,
                ProviderError(.invalidRequest, "bad", native: "invalid_request_error")
            ),
            (
                400, #"{"error":{"message":"long","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
                ProviderError(.contextTooLong, "long", native: "context_length_exceeded")
            ),
            (
                400, #"{"object":"error","message":"This model's maximum context length is 9 tokens.","code":400}"#,
                ProviderError(.contextTooLong, "This model's maximum context length is 9 tokens.")
            ),
            (401, #"{"error":{"code":"401","message":"denied"}}"#, ProviderError(.authentication, "denied")),
            (401, #"{"statusCode":401,"message":"denied"}"#, ProviderError(.authentication, "denied")),
            (
                403, #"{"code":"permission denied","error":"no credits"}"#,
                ProviderError(.permission, "no credits", native: "permission denied")
            ),
            (
                404, #"{"error":{"message":"none","code":"DeploymentNotFound"}}"#,
                ProviderError(.notFound, "none", native: "DeploymentNotFound")
            ),
            (
                402, #"{"error":{"message":"Insufficient Balance","code":402}}"#,
                ProviderError(.billing, "Insufficient Balance")
            ),
            (
                429, #"{"error":{"message":"slow","type":"requests","code":"rate_limit_exceeded"}}"#,
                ProviderError(.rateLimit, "slow", native: "rate_limit_exceeded")
            ),
            (
                429, #"{"error":{"message":"pay","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                ProviderError(.billing, "pay", native: "insufficient_quota")
            ),
            (
                422, #"{"detail":[{"loc":["body","messages",0],"msg":"field required","type":"missing"}]}"#,
                ProviderError(.invalidRequest, "body.messages.0: field required")
            ),
            (
                422, #"{"object":"error","message":{"detail":[{"loc":["body"],"msg":"no"}]},"type":"invalid"}"#,
                ProviderError(.invalidRequest, "body: no", native: "invalid")
            ),
            (
                400, #"[{"error":{"code":400,"message":"Bad field","status":"INVALID_ARGUMENT"}}]"#,
                ProviderError(.invalidRequest, "Bad field")
            ),
            (
                502, #"{"error":{"code":502,"message":"Provider failed","metadata":{"raw":"upstream: x"}}}"#,
                ProviderError(.failure, "Provider failed upstream: x")
            ),
            (413, #"{"error":{"message":"big","type":"tokens"}}"#, ProviderError(.tooLarge, "big", native: "tokens")),
            (503, "[]", ProviderError(.overloaded, "The provider answered with status 503.")),
            (500, #"{"error":{}}"#, ProviderError(.failure, "")),
        ])
    func reads(_ status: Int, _ body: String, _ error: ProviderError) throws {
        #expect(ChatFormat.readError(status: status, body: try Sample.value(body)) == error)
    }

    @Test(
        "Without a body that says anything, the status tells",
        arguments: [
            (400, ProviderError.Kind.invalidRequest), (401, .authentication), (402, .billing), (403, .permission),
            (404, .notFound), (408, .timeout), (409, .invalidRequest), (413, .tooLarge), (422, .invalidRequest),
            (429, .rateLimit), (498, .overloaded), (500, .failure), (502, .failure), (503, .overloaded),
            (504, .timeout),
            (529, .overloaded),
        ])
    func statuses(_ status: Int, _ kind: ProviderError.Kind) {
        #expect(ChatFormat.readError(status: status, body: nil).kind == kind)
    }

    @Test("Credentials in a provider's words are masked, and nothing else is")
    func masks() throws {
        let key = "sk-proj-abcDEF1234567890ghi"
        let body =
            #"{"error":{"message":"Incorrect API key provided: \#(key) for model gpt-4o-2024-08-06 (req_011CSHoEeqs5C35K2UUqR7Fy)."}}"#
        let message = ChatFormat.readError(status: 401, body: try Sample.value(body)).message
        #expect(
            message
                == "Incorrect API key provided: [redacted] for model gpt-4o-2024-08-06 (req_011CSHoEeqs5C35K2UUqR7Fy).")
    }

    @Test(
        "An error as OpenAI's clients expect it",
        arguments: [
            (
                ProviderError(.invalidRequest, "m", native: "unsupported_parameter"), "invalid_request_error",
                "unsupported_parameter"
            ),
            (ProviderError(.contextTooLong, "m"), "invalid_request_error", "context_length_exceeded"),
            (ProviderError(.authentication, "m"), "authentication_error", "invalid_api_key"),
            (ProviderError(.permission, "m"), "permission_error", nil),
            (ProviderError(.billing, "m"), "insufficient_quota", "insufficient_quota"),
            (ProviderError(.notFound, "m"), "invalid_request_error", "model_not_found"),
            (ProviderError(.tooLarge, "m"), "invalid_request_error", nil),
            (ProviderError(.rateLimit, "m"), "rate_limit_error", "rate_limit_exceeded"),
            (ProviderError(.overloaded, "m", native: "overloaded_error"), "server_error", "overloaded"),
            (ProviderError(.failure, "m"), "server_error", nil), (ProviderError(.timeout, "m"), "timeout", nil),
        ] as [(ProviderError, String, String?)])
    func writes(_ error: ProviderError, _ type: String, _ code: String?) throws {
        let code = code.map { "\"\($0)\"" } ?? "null"
        try expectJSON(
            ChatFormat.writeError(error, status: 500),
            #"{"error":{"message":"m","type":"\#(type)","param":null,"code":\#(code)}}"#)
    }

    @Test("What is written is read as the same kind of error", arguments: ProviderError.Kind.allCases)
    func roundTrip(_ kind: ProviderError.Kind) throws {
        let body = ChatFormat.writeError(ProviderError(kind, "m \"quoted\" é"), status: 500)
        let status = kind == .tooLarge ? 413 : kind == .invalidRequest ? 400 : 500
        let error = ChatFormat.readError(status: status, body: try Sample.value(body))
        #expect(error.kind == kind)
        #expect(error.message == "m \"quoted\" é")
    }
}
