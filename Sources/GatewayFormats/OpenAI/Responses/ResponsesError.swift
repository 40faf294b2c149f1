// SPDX-License-Identifier: Apache-2.0

/// Errors in a `response` that failed, and in events. Bodies of error answers are those of chat completions.
enum ResponsesError {
    // MARK: Reading

    /// The error that an event tells: in the response at `response`, or itself.
    static func read(_ event: JSONValue) -> ProviderError {
        let response = event["response"]
        let body = response?["error"].map { $0.kind == .object } == true ? response : event
        var error = ChatError.read(status: 0, body: body)
        if error.kind == .failure, let kind = error.native.flatMap(kind) { error.kind = kind }
        return error
    }

    /// What words mean that say little beside a status, where there is none.
    private static func kind(word: String) -> ProviderError.Kind? {
        switch word {
        case "invalid_prompt", "invalid_request_error": .invalidRequest
        case "slow_down": .overloaded
        case let word where word.contains("image"): .invalidRequest
        default: nil
        }
    }

    // MARK: Writing

    /// What stands at `error` in a `response` that failed. Its codes are a closed list.
    static func object(_ error: ProviderError) -> JSONFragment {
        let code: StaticString =
            switch error.kind {
            case .invalidRequest, .contextTooLong, .notFound, .tooLarge: "invalid_prompt"
            case .rateLimit, .billing: "rate_limit_exceeded"
            case .authentication, .permission, .overloaded, .failure, .timeout: "server_error"
            }
        return JSONFragment(
            JSONWriter.object {
                $0.member("code", literal: code)
                $0.member("message", JSONString(error.message))
            }[...])
    }

    /// The same for an answer that ended in a way that leaves nothing to say.
    static func object(_ stop: Stop) -> JSONFragment {
        let native = stop.native.map { ": \($0.text)" } ?? ""
        return object(ProviderError(.failure, "The model failed\(native)."))
    }
}
