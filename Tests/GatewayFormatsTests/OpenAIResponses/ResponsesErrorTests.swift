// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Errors of the Responses API") struct ResponsesErrorTests {
    private func read(_ status: Int, _ body: String?) throws -> ProviderError {
        ResponsesFormat.readError(status: status, body: try body.map(ResponsesTrial.value))
    }

    @Test(
        "The status, and a code that says more, tell the kind; the message is kept",
        arguments: [
            (
                400, #"{"error":{"message":"bad","type":"invalid_request_error","param":"x","code":null}}"#,
                .invalidRequest
            ),
            (
                400, #"{"error":{"message":"bad","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
                .contextTooLong
            ),
            (400, #"{"error":{"message":"bad: your input exceeds the context window"}}"#, .contextTooLong),
            (401, #"{"error":{"message":"bad","code":"invalid_api_key"}}"#, .authentication),
            (402, #"{"error":{"message":"bad"}}"#, .billing), (403, #"{"error":{"message":"bad"}}"#, .permission),
            (404, #"{"error":{"message":"bad","code":"model_not_found"}}"#, .notFound),
            (413, #"{"error":{"message":"bad"}}"#, .tooLarge), (422, #"{"detail":"bad"}"#, .invalidRequest),
            (429, #"{"error":{"message":"bad","code":"rate_limit_exceeded"}}"#, .rateLimit),
            (429, #"{"error":{"message":"bad","type":"insufficient_quota","code":"insufficient_quota"}}"#, .billing),
            (500, #"{"error":{"message":"bad","type":"server_error"}}"#, .failure),
            (503, #"{"error":{"message":"bad","code":"slow_down"}}"#, .overloaded),
            (504, #"{"error":"bad"}"#, .timeout),
            (529, #"[{"error":{"message":"bad"}}]"#, .overloaded),
            (400, #"{"error":{"message":"bad","code":7,"type":[]}}"#, .invalidRequest),
        ] as [(Int, String, ProviderError.Kind)])
    func kinds(_ status: Int, _ body: String, _ kind: ProviderError.Kind) throws {
        let error = try read(status, body)
        #expect(error.kind == kind && error.message.hasPrefix("bad"))
    }

    @Test("A body that says nothing leaves the status", arguments: [nil, "{}", "[]", #""""#, "7", #"{"error":{}}"#])
    func noBody(_ body: String?) throws {
        let error = try read(503, body)
        #expect(error.kind == .overloaded)
        #expect(error.message.isEmpty || error.message.contains("503"))
    }

    @Test("A provider's credential does not get out") func secrets() throws {
        let error = try read(401, #"{"error":{"message":"Incorrect API key provided: sk-proj-abcdefghijklmnop"}}"#)
        #expect(!error.message.contains("abcdefgh"))
    }

    @Test("Every kind is written in OpenAI's terms, and read back as it was", arguments: ProviderError.Kind.allCases)
    func writing(_ kind: ProviderError.Kind) throws {
        let error = ProviderError(kind, "it \"broke\"", native: "n")
        let text = String(decoding: ResponsesFormat.writeError(error, status: 400), as: UTF8.self)
        let object = try #require(try ResponsesTrial.value(text)["error"])
        #expect(object.members.map(\.name.text).sorted() == ["code", "message", "param", "type"])
        let status = [
            .invalidRequest: 400, .contextTooLong: 400, .authentication: 401, .permission: 403, .billing: 429,
            .notFound: 404,
            .tooLarge: 413, .rateLimit: 429, .overloaded: 503, .failure: 500, .timeout: 504,
        ][kind, default: 0]
        let read = try read(status, text)
        #expect(read.kind == kind && read.message == error.message)
    }
}
