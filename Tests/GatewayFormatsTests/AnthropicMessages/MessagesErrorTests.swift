// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Messages errors") struct MessagesErrorTests {
    private func read(_ status: Int, _ body: String?) throws -> ProviderError {
        MessagesFormat.readError(status: status, body: try body.map(MessagesTrial.value))
    }

    @Test(
        "Each type of error keeps its identity both ways",
        arguments: [
            ("invalid_request_error", ProviderError.Kind.invalidRequest), ("authentication_error", .authentication),
            ("billing_error", .billing), ("permission_error", .permission), ("not_found_error", .notFound),
            ("request_too_large", .tooLarge), ("rate_limit_error", .rateLimit), ("timeout_error", .timeout),
            ("api_error", .failure), ("overloaded_error", .overloaded),
        ])
    func types(_ type: String, _ kind: ProviderError.Kind) throws {
        let body = "{\"type\":\"error\",\"error\":{\"type\":\"\(type)\",\"message\":\"Why\"},\"request_id\":\"req_1\"}"
        let error = try read(400, body)
        #expect(error == ProviderError(kind, "Why", native: type))
        #expect(
            String(decoding: MessagesFormat.writeError(error, status: 400, requestID: "req_1"), as: UTF8.self) == body)
    }

    @Test(
        "What the API has no type for is known by its words",
        arguments: [
            ("prompt is too long: 210000 tokens > 200000 maximum", ProviderError.Kind.contextTooLong),
            ("input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000", .contextTooLong),
            ("Your credit balance is too low to access the Anthropic API.", .billing),
        ])
    func words(_ message: String, _ kind: ProviderError.Kind) throws {
        let body = "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"\(message)\"}}"
        #expect(try read(400, body).kind == kind)
    }

    @Test(
        "Errors of the clouds that serve Claude",
        arguments: [
            (429, #"{"message":"Too many tokens"}"#, ProviderError.Kind.rateLimit, "Too many tokens"),
            (403, #"{"error":{"code":403,"message":"Denied","status":"PERMISSION_DENIED"}}"#, .permission, "Denied"),
            (404, #"[{"error":{"code":404,"message":"No model","status":"NOT_FOUND"}}]"#, .notFound, "No model"),
            (500, #"{"error":"broken"}"#, .failure, "broken"),
        ])
    func clouds(_ status: Int, _ body: String, _ kind: ProviderError.Kind, _ message: String) throws {
        let error = try read(status, body)
        #expect(error.kind == kind && error.message == message)
    }

    @Test(
        "Without a body that says anything, the status tells",
        arguments: [
            (400, ProviderError.Kind.invalidRequest), (401, .authentication), (402, .billing), (403, .permission),
            (404, .notFound), (408, .timeout), (413, .tooLarge), (422, .invalidRequest), (429, .rateLimit),
            (500, .failure),
            (502, .failure), (503, .overloaded), (504, .timeout), (529, .overloaded),
        ])
    func statuses(_ status: Int, _ kind: ProviderError.Kind) throws {
        #expect(try read(status, nil).kind == kind)
        #expect(try read(status, "[]").kind == kind)
        #expect(try read(status, "{\"error\":{\"message\":7}}").message.contains("\(status)"))
    }

    @Test("A context that is too long is told in the words that clients know it by")
    func contextTooLong() throws {
        let error = ProviderError(.contextTooLong, "This model's maximum context length is 8192 tokens.")
        let body = String(decoding: MessagesFormat.writeError(error, status: 400), as: UTF8.self)
        let again = try read(400, body)
        #expect(again.kind == .contextTooLong)
        #expect(again.message == "prompt is too long: \(error.message)")
        #expect(String(decoding: MessagesFormat.writeError(again, status: 400), as: UTF8.self) == body)
    }

    @Test("A credential in the provider's words is masked")
    func secrets() throws {
        let key = "sk-" + "ant-" + "abcdefghijklmnopqrst"
        let body = "{\"error\":{\"type\":\"authentication_error\",\"message\":\"invalid x-api-key \(key)\"}}"
        let message = try read(401, body).message
        #expect(message.hasPrefix("invalid x-api-key"))
        #expect(!message.contains("abcdefgh"))
    }
}
