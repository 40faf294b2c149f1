// SPDX-License-Identifier: Apache-2.0

/// Errors of chat completions and of everything else of OpenAI's: OpenAI's own object at `error`, and the shapes in which
/// compatible servers say the same.
enum ChatError {
    // MARK: Reading

    /// The error that an answer of `status` tells. `body` is nil where it is no JSON.
    static func read(status: Int, body: JSONValue?) -> ProviderError {
        guard let said = body.flatMap(told) else {
            return ProviderError(kind(status: status), "The provider answered with status \(status).")
        }
        return error(said, status: status)
    }

    /// The error in a chunk of a stream, if it tells of one.
    static func find(in chunk: JSONValue, isNamedError: Bool) -> ProviderError? {
        let error = chunk["error"] ?? chunk["x_groq"]?["error"]
        let tells = error.map { !$0.isNull } ?? false
        guard tells || isNamedError || chunk["object"]?.text == "error" else { return nil }
        return ChatError.error(
            told(chunk) ?? Told(message: "The provider failed in the middle of its answer."), status: 0)
    }

    /// What a server says of an error, wherever it says it.
    private struct Told {
        var message: String
        var type: String?
        /// A word, or a number that stands for a status.
        var code: String?
    }

    private static func told(_ body: JSONValue) -> Told? {
        // Google's endpoint puts the object into a list.
        let body = body.elements.first { _ in true } ?? body
        let error = body["error"] ?? body["x_groq"]?["error"]
        // xAI: the message is the error, and the code beside it.
        if let message = error?.text { return Told(message: message, type: nil, code: body["code"]?.text) }
        if let error, error.kind == .object { return told(object: error) }
        // FastAPI: what was wrong, and where.
        if let detail = body["detail"] { return Told(message: message(detail: detail)) }
        // Mistral, older vLLM, Azure's front.
        return body["message"].map { _ in told(object: body) }
    }

    private static func told(object: JSONValue) -> Told {
        let raw = object["metadata"]?["raw"]?.text
        let said = object["message"].map { message(detail: $0["detail"] ?? $0) }
        let code = object["code"].flatMap { $0.text ?? $0.integer.map { String($0) } }
        return Told(
            message: [said, raw].compactMap { $0 }.joined(separator: " "), type: object["type"]?.text, code: code)
    }

    private static func message(detail: JSONValue) -> String {
        if let text = detail.text { return text }
        let faults = detail.elements.map { fault in
            guard let message = fault["msg"]?.text else { return fault.fragment.text }
            let place = fault["loc"]?.elements.compactMap { $0.text ?? $0.integer.map { String($0) } } ?? []
            return "\(place.joined(separator: ".")): \(message)"
        }
        return faults.isEmpty ? detail.fragment.text : faults.joined(separator: "; ")
    }

    private static func error(_ told: Told, status: Int) -> ProviderError {
        let status = (200..<400).contains(status) || status == 0 ? told.code.flatMap { Int($0) } ?? 0 : status
        let native = [told.code, told.type].compactMap { $0 }.first { Int($0) == nil }
        let words = [told.code, told.type].compactMap { $0?.lowercased() }
        let kind = kind(message: told.message) ?? words.lazy.compactMap(kind(word:)).first ?? kind(status: status)
        return ProviderError(kind, ProviderError.cleaned(told.message), native: native)
    }

    private static func kind(word: String) -> ProviderError.Kind? {
        switch word {
        case "context_length_exceeded", "context_window_exceeded": .contextTooLong
        case "insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "billing_error": .billing
        case "invalid_api_key", "authentication_error", "unauthenticated": .authentication
        case "permission_error", "permission_denied": .permission
        case "model_not_found", "not_found_error", "deploymentnotfound": .notFound
        case "rate_limit_exceeded", "rate_limit_error", "resource_exhausted": .rateLimit
        case "overloaded", "overloaded_error", "engine_overloaded", "capacity_exceeded": .overloaded
        case "request_too_large": .tooLarge
        case "timeout", "timeout_error": .timeout
        default: nil
        }
    }

    /// Servers without a word for it say in the text that the prompt is too long.
    private static func kind(message: String) -> ProviderError.Kind? {
        let message = message.prefix(512).lowercased()
        let signs = ["maximum context length", "context length exceeded", "context window", "prompt is too long"]
        return signs.contains { message.contains($0) } ? .contextTooLong : nil
    }

    private static func kind(status: Int) -> ProviderError.Kind {
        switch status {
        case 400, 405, 406, 409, 415, 422: .invalidRequest
        case 401: .authentication
        case 402: .billing
        case 403: .permission
        case 404: .notFound
        case 408, 504: .timeout
        case 413: .tooLarge
        case 429: .rateLimit
        case 498, 503, 529: .overloaded
        default: .failure
        }
    }

    // MARK: Writing

    /// The body that tells a client of `error`, also as the data of a stream's event.
    static func write(_ error: ProviderError) -> [UInt8] {
        JSONWriter.object(capacity: 256) { $0.object("error") { write(error, &$0) } }
    }

    /// Writes the members of the object at `error`.
    static func write(_ error: ProviderError, _ json: inout JSONWriter) {
        json.member("type", JSONString(type(of: error.kind)))
        writeDetails(of: error, &json)
    }

    /// Writes what it says besides its type.
    static func writeDetails(of error: ProviderError, _ json: inout JSONWriter) {
        json.member("message", JSONString(error.message))
        json.key("param")
        json.null()
        json.key("code")
        if let code = code(of: error.kind) ?? error.native { json.value(JSONString(code)) } else { json.null() }
    }

    private static func type(of kind: ProviderError.Kind) -> String {
        switch kind {
        case .invalidRequest, .contextTooLong, .notFound, .tooLarge: "invalid_request_error"
        case .authentication: "authentication_error"
        case .permission: "permission_error"
        case .billing: "insufficient_quota"
        case .rateLimit: "rate_limit_error"
        case .overloaded, .failure: "server_error"
        case .timeout: "timeout"
        }
    }

    /// The code that OpenAI's clients look for, where there is one.
    private static func code(of kind: ProviderError.Kind) -> String? {
        switch kind {
        case .contextTooLong: "context_length_exceeded"
        case .authentication: "invalid_api_key"
        case .billing: "insufficient_quota"
        case .notFound: "model_not_found"
        case .rateLimit: "rate_limit_exceeded"
        case .overloaded: "overloaded"
        case .invalidRequest, .permission, .tooLarge, .failure, .timeout: nil
        }
    }
}
