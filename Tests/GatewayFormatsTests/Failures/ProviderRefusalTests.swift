// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct ProviderRefusalTests {
    private func read(
        _ body: String, _ dialect: Dialect = .openAI, credential: Secret? = Secret("s3cret/key-of-ours")
    ) -> ProviderRefusal {
        Array(body.utf8).withUnsafeBytes {
            ProviderRefusal($0, dialect: dialect, credential: credential, scanner: JSONScanner())
        }
    }

    private func isWellFormed(_ body: String, _ dialect: Dialect) -> Bool {
        if case .wellFormed = read(body, dialect) { true } else { false }
    }

    @Test(
        "An error in the form of its dialect is known, and no other",
        arguments: [
            (#"{"error":{"message":"no","type":"x","param":null,"code":"y"}}"#, true, false),
            (#"{"error":{"message":"no"}}"#, true, false),
            (#"{"error":{"code":"429","message":"Azure says no"}}"#, true, false),
            (#"{"type":"error","error":{"type":"overloaded_error","message":"no"}}"#, true, true),
            (#"{"request_id":"r","error":{"message":"no","type":"x"},"type":"err\u006fr"}"#, true, true),
            (#"{"type":"message","error":{"type":"x","message":"no"}}"#, true, false),
            (#"{"type":"error","error":{"message":"no"}}"#, true, false),
            (#"{"error":"no"}"#, false, false), (#"{"error":{"message":null}}"#, false, false), ("{}", false, false),
            ("", false, false), ("null", false, false), ("[]", false, false), ("<html>", false, false),
        ])
    func forms(_ body: String, _ openAI: Bool, _ anthropic: Bool) {
        #expect(isWellFormed(body, .openAI) == openAI)
        #expect(isWellFormed(body, .anthropic) == anthropic)
    }

    @Test(
        "The words for people are found under the names that servers use",
        arguments: [
            (#"{"error":"Model not loaded"}"#, "Model not loaded"),
            (#"{"message":"Too Many Requests"}"#, "Too Many Requests"),
            (#"{"detail":"Not Found"}"#, "Not Found"), (#"{"object":"error","message":"m","type":"t","code":4}"#, "m"),
            (#"{"detail":[{"loc":["body","n"],"msg":"field required"}]}"#, "field required"),
            (#"{"error":{"code":7},"message":"outside"}"#, "outside"), (#"{"error":{"message":9}}"#, nil),
            (#"{"error":""}"#, nil), (#"{"error":" \n\t "}"#, nil), (#"{"text":"no"}"#, nil),
        ] as [(String, String?)])
    func words(_ body: String, _ message: String?) {
        #expect(read(body) == .other(message: message))
    }

    @Test("Words are shown on one line, without what cannot be seen, and no longer than need be")
    func sanitised() {
        #expect(read(#"{"error":"a\u0000b\r\n\u001b[31mc\u202ed\u2028e"}"#) == .other(message: "a b [31mc d e"))
        guard case .other(let message?) = read("{\"error\":\"\(String(repeating: "word ", count: 1000))\"}") else {
            Issue.record("no message")
            return
        }
        #expect(message.count == 501 && message.hasSuffix("…"))
    }

    @Test(
        "No credential is shown",
        arguments: [
            "key s3cret/key-of-ours refused", "'s3cret/key-of-ours'", "key=s3cret/key-of-ours.", "Bearer abcdef",
            "Authorization: Bearer abcdef!", "Incorrect API key: sk-abcdef123", "(sk-ant-abcdef)", "\\\"AIzaabcdef\\\"",
            "gsk_abcdef", "key=sk-abcdef", "https://a.test/?key=AIzaabcdef", "s3cret\\/key-of-ours",
            "\\u0073\\u0033cret/key-of-ours",
        ])
    func credentials(_ text: String) {
        guard case .other(let message?) = read("{\"detail\":\"\(text)\"}") else {
            Issue.record("no message")
            return
        }
        #expect(message.contains("[redacted]"))
        for part in ["s3cret", "abcdef"] { #expect(!message.contains(part), "\(message)") }
    }

    @Test("A long credential is not shown in part")
    func longCredential() {
        let key = String(repeating: "k", count: 900)
        let body = "{\"error\":\"\(String(repeating: "word ", count: 90))\(key) end\"}"
        guard case .other(let message?) = read(body, credential: Secret(key)) else {
            Issue.record("no message")
            return
        }
        #expect(!message.contains("kk") && message.contains("[redacted]"))
    }

    @Test(
        "An error that has the gateway's credential in it is not passed on as it is",
        arguments: [
            #"{"error":{"message":"s3cret/key-of-ours"}}"#, #"{"error":{"message":"no"},"x":["s3cret/key-of-ours"]}"#,
            #"{"error":{"message":"no"},"s3cret/key-of-ours":1}"#, #"{"error":{"message":"s3cret\/key-of-ours"}}"#,
            #"{"error":{"message":"\u0073\u0033cret\u002fkey-of-ours"}}"#,
        ])
    func credentialsInside(_ body: String) {
        #expect(!isWellFormed(body, .openAI))
        #expect(read(body, credential: nil) != .other(message: nil))
    }

    @Test("Nothing is secret where there is no credential, and an empty one is none")
    func noCredential() {
        let body = #"{"error":{"message":"no"}}"#
        #expect(read(body, credential: nil) == .wellFormed(0..<body.utf8.count))
        #expect(read(body, credential: Secret("")) == .wellFormed(0..<body.utf8.count))
    }

    @Test("The error's place is given without what is around it")
    func place() {
        let error = #"{"error":{"message":"no"}}"#
        let size = error.utf8.count
        #expect(read("  \(error)\n") == .wellFormed(2..<2 + size))
        #expect(read("[\(error)]") == .wellFormed(1..<1 + size))
        #expect(read("data: \(error)\n\n") == .wellFormed(6..<6 + size))
        #expect(read("event: error\ndata: \(error)") == .wellFormed(19..<19 + size))
        #expect(read("[\(error),\(error)]") == .other(message: nil))
        #expect(read("[[\(error)]]") == .other(message: nil))
        #expect(read("data: [\(error)]\n\n") == .other(message: nil))
    }
}

@Suite struct RefusalFormatTests {
    @Test(
        "A refusal has the type that each dialect has for its status",
        arguments: [
            (400, "invalid_request_error", "invalid_request_error"), (402, "insufficient_quota", "billing_error"),
            (404, "invalid_request_error", "not_found_error"), (408, "timeout", "timeout_error"),
            (413, "invalid_request_error", "request_too_large"),
            (422, "invalid_request_error", "invalid_request_error"),
            (429, "rate_limit_error", "rate_limit_error"), (500, "server_error", "api_error"),
            (502, "server_error", "api_error"), (503, "server_error", "overloaded_error"),
            (504, "timeout", "timeout_error"), (529, "server_error", "overloaded_error"),
        ])
    func types(_ status: Int, _ openAI: String, _ anthropic: String) throws {
        for (dialect, type) in [(Dialect.openAI, openAI), (.anthropic, anthropic)] {
            let body = ErrorFormat.body(status: status, message: "No \"way\".", dialect: dialect, requestID: "req_1")
            let error = try #require(try parsed(body)["error"] as? [String: Any])
            #expect(error["type"] as? String == type)
            #expect(error["message"] as? String == "No \"way\".")
            // It has the form that its own dialect passes on.
            let read = body.withUnsafeBytes {
                ProviderRefusal($0, dialect: dialect, credential: nil, scanner: JSONScanner())
            }
            #expect(read == .wellFormed(0..<body.count))
        }
    }

    @Test("Without words the status is told")
    func noWords() throws {
        let body = ErrorFormat.body(status: 418, message: nil, dialect: .openAI, requestID: "r")
        let error = try #require(try parsed(body)["error"] as? [String: Any])
        #expect((error["message"] as? String)?.contains("418") == true)
    }
}
