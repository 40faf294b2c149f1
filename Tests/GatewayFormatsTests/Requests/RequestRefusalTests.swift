// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct RequestRefusalTests {
    @Test(
        "A body that is no JSON object is refused",
        arguments: [
            ("", "empty"), (" ", "there is no value"), ("null", "null"), ("[]", "an array"), (#""x""#, "a string"),
            ("7", "a number"), ("true", "true or false"),
            ("{", "at byte 1 (line 1, column 2)"), ("{\n \"model\": 'm'}", "at byte 12 (line 2, column 11)"),
            (#"{"model":"m",}"#, "expected a key"),
        ])
    func notAnObject(_ body: String, _ words: String) {
        expectRefused(body, parameter: nil, words: words)
    }

    @Test(
        "A second key of those that policy reads is refused on every endpoint",
        arguments: Endpoint.allCases,
        [
            "model", "stream", "stream_options", "max_tokens", "max_completion_tokens", "max_output_tokens", "n",
            "best_of", "messages",
            "input", "prompt",
        ])
    func duplicates(_ endpoint: Endpoint, _ key: String) {
        let escaped = "\\u00" + String(key.utf8.first.map(Int.init) ?? 0, radix: 16) + key.dropFirst()
        for second in [key, escaped] {
            let body = request(endpoint, "\"\(key)\":null,\"\(second)\":null,\"\(key)\":null")
            expectRefused(body, endpoint: endpoint, parameter: key, words: "send it once")
        }
    }

    @Test("A second include_usage is refused")
    func duplicateUsageOption() {
        let options = #""stream":true,"stream_options":{"include_usage":false,"include_usag\u0065":true}"#
        expectRefused(request(.chatCompletions, options), parameter: "stream_options.include_usage", words: "2 times")
    }

    @Test(
        "A model that is no usable name is refused",
        arguments: [
            ("1", "must be a string, not a number"), ("null", "not null"), ("[\"m\"]", "not an array"),
            ("{}", "not an object"), ("true", "string"),
            (#""""#, "is empty"), ("\"" + String(repeating: "m", count: 257) + "\"", "longer than 256 bytes"),
            ("\"" + String(repeating: "é", count: 129) + "\"", "longer than 256 bytes"), (#""a\u0000""#, "control"),
            (#""a\n""#, "control"),
            (#""\u007f""#, "control"), (#""\u0085""#, "control"),
        ])
    func model(_ token: String, _ words: String) {
        expectRefused(request(.chatCompletions, model: token), parameter: "model", words: words)
    }

    @Test("A missing model is refused on every endpoint", arguments: Endpoint.allCases)
    func missingModel(_ endpoint: Endpoint) {
        let body = request(endpoint).replacing(#""model":"m","#, with: "")
        expectRefused(body, endpoint: endpoint, parameter: "model", words: "is missing")
    }

    @Test("stream is true or false", arguments: [#""true""#, "1", "0", "[]", "{}"])
    func stream(_ value: String) {
        expectRefused(request(.chatCompletions, "\"stream\":\(value)"), parameter: "stream", words: "true or false")
    }

    @Test(
        "stream_options and what is in it have their types",
        arguments: [
            ("true", "stream_options"), ("[]", "stream_options"),
            (#"{"include_usage":1}"#, "stream_options.include_usage"),
            (#"{"include_usage":"true"}"#, "stream_options.include_usage"),
        ])
    func streamOptions(_ value: String, _ parameter: String) {
        expectRefused(request(.chatCompletions, "\"stream\":true,\"stream_options\":\(value)"), parameter: parameter)
    }

    @Test(
        "An output limit is a positive whole number",
        arguments: ["max_tokens", "max_completion_tokens", "max_output_tokens"],
        [
            "0", "-1", "1.5", #""10""#, "true", "[]", "9223372036854775807", "9223372036854775808", "1e30",
            "1000000000001",
        ])
    func outputLimit(_ name: String, _ value: String) {
        expectRefused(
            request(.responses, "\"\(name)\":\(value)"), endpoint: .responses, parameter: name, words: "whole number")
    }

    @Test("The number of choices is 1 to 128", arguments: ["0", "-1", "129", "1000000000", "1.5", #""1""#, "{}"])
    func choices(_ value: String) {
        expectRefused(request(.chatCompletions, "\"n\":\(value)"), parameter: "n", words: "from 1 to 128")
        expectRefused(request(.completions, "\"best_of\":\(value)"), endpoint: .completions, parameter: "best_of")
    }

    @Test(
        "messages is an array", arguments: [Endpoint.chatCompletions, .messages, .countTokens],
        ["{}", "null", #""hi""#, "1"])
    func messages(_ endpoint: Endpoint, _ value: String) {
        expectRefused(
            "{\"model\":\"m\",\"max_tokens\":1,\"messages\":\(value)}", endpoint: endpoint, parameter: "messages",
            words: "array")
    }

    @Test(
        "A body for another endpoint is refused with a hint to the right one",
        arguments: [
            (Endpoint.chatCompletions, #"{"model":"m","input":"hi"}"#, "messages", "/v1/responses"),
            (.chatCompletions, #"{"model":"m","prompt":"hi"}"#, "messages", "/v1/completions"),
            (.chatCompletions, #"{"model":"m"}"#, "messages", "missing"),
            (.chatCompletions, request(.messages, #""system":"be brief""#), "system", "/v1/messages"),
            (.chatCompletions, request(.messages, #""anthropic_version":"x""#), "anthropic_version", "/v1/messages"),
            (
                .chatCompletions, request(.messages, #""tools":[{"name":"f","input_schema":{}}]"#),
                "tools.*.input_schema", "/v1/messages"
            ),
            (.messages, request(.chatCompletions), "max_tokens", "/v1/chat/completions"),
            (
                .messages, request(.chatCompletions, #""max_completion_tokens":5"#), "max_completion_tokens",
                "/v1/chat/completions"
            ),
            (.messages, request(.messages, #""stream_options":{}"#), "stream_options", "/v1/chat/completions"),
            (
                .messages, request(.messages, #""tools":[{"type":"function","function":{}}]"#), "tools.*.function",
                "/v1/chat/completions"
            ),
            (
                .countTokens, request(.countTokens, #""tools":[{"function":{}}]"#), "tools.*.function",
                "/v1/chat/completions"
            ),
            (.responses, request(.chatCompletions), "input", "/v1/chat/completions"),
            (.embeddings, request(.chatCompletions), "input", "/v1/chat/completions"),
            (.embeddings, #"{"model":"m"}"#, "input", "missing"),
            (.embeddings, #"{"model":"m","input":null}"#, "input", "missing"),
            (.completions, request(.chatCompletions), "prompt", "/v1/chat/completions"),
        ])
    func wrongEndpoint(_ endpoint: Endpoint, _ body: String, _ parameter: String, _ words: String) {
        expectRefused(body, endpoint: endpoint, parameter: parameter, words: words)
    }

    @Test("Bytes that are not UTF-8 are refused wherever they are")
    func invalidUTF8() {
        let valid = Array(#"{"model":"m","messages":[{"role":"user","content":""#.utf8)
        let failure = #expect(throws: GatewayFailure.self) { try read(valid + [0xc3, 0x28] + Array("\"}]}".utf8)) }
        #expect(failure?.message.contains("not UTF-8 at byte \(valid.count) ") == true)
    }

    @Test("A message does not repeat what the client sent")
    func saysNothingSecret() {
        let failure = #expect(throws: GatewayFailure.self) {
            try read(#"{"model":{"secret":"hunter2"},"messages":[]}"#)
        }
        #expect(failure?.message.contains("hunter2") == false)
    }
}
