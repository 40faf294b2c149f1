// SPDX-License-Identifier: Apache-2.0

/// Requests and answers that tests send.
enum Calls {
    static let key = "sk-sluice-test-0123456789"

    /// A chat request, whole.
    static func chat(
        model: String = "gpt", stream: Bool = false, padding: Int = 0, version: String = "HTTP/1.1",
        fields: [String] = []
    ) -> String {
        let body = chatBody(model: model, stream: stream, padding: padding)
        return head(version: version, fields: ["content-length: \(body.utf8.count)"] + fields) + body
    }

    static func chatBody(model: String = "gpt", stream: Bool = false, padding: Int = 0) -> String {
        let text = String(repeating: "x", count: padding)
        return
            #"{"model":"\#(model)","messages":[{"role":"user","content":"\#(text)"}]\#(stream ? #","stream":true"# : "")}"#
    }

    static func head(
        _ path: String = "/v1/chat/completions", version: String = "HTTP/1.1", key: String? = key, fields: [String]
    ) -> String {
        let own = ["POST \(path) \(version)", "host: gw"] + (key.map { ["authorization: Bearer \($0)"] } ?? [])
        return (own + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// A provider's whole answer to a chat request.
    static func completion(_ text: String = "Hello") -> String {
        #"{"choices":[{"message":{"content":"\#(text)"}}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#
    }

    static func event(_ text: String) -> String { #"data: {"choices":[{"delta":{"content":"\#(text)"}}]}"# + "\n\n" }
    static let usageEvent =
        #"data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"# + "\n\n"
    static let done = "data: [DONE]\n\n"
}
