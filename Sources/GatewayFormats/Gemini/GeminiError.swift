// SPDX-License-Identifier: Apache-2.0

extension GeminiFormat {
    /// Reads `{"error": {code, message, status, details}}`, which may be alone in an array. `body` is nil when the answer was
    /// no JSON.
    package static func readError(status: Int, body: JSONValue?) -> ProviderError {
        let error = body.flatMap(errorObject)
        let native = error?["status"]?.text
        let code = error?["code"]?.integer.flatMap { Int(exactly: $0) }
        let message = ProviderError.cleaned(error?["message"]?.text ?? "the provider answered with status \(status)")
        let kind = kind(native, code ?? status, message, reason: error.flatMap(reason))
        return ProviderError(kind, message, native: native)
    }

    /// How long Google asks to wait, in milliseconds: the `retryDelay` of its `RetryInfo`; nil when it does not say.
    package static func retryDelay(_ body: JSONValue) -> Int64? {
        for detail in errorObject(body)?["details"]?.elements.map({ $0 }) ?? [] {
            guard let text = detail["retryDelay"]?.text, text.last == "s", let seconds = Double(text.dropLast()) else {
                continue
            }
            guard (0...86_400).contains(seconds) else { return nil }
            return Int64((seconds * 1000).rounded(.up))
        }
        return nil
    }

    /// Writes an error for clients.
    ///
    /// - status: the answer's HTTP status; in a stream, what it would have been.
    package static func writeError(_ error: ProviderError, status: Int) -> [UInt8] {
        JSONWriter.object { json in
            json.object("error") { json in
                json.member("code", Int64(status))
                json.member("message", JSONString(error.message))
                json.member("status", JSONString(statusName(error.kind)))
            }
        }
    }

    /// The object that describes the error of an answer that is one.
    static func errorObject(_ body: JSONValue) -> JSONValue? {
        var body = body
        if body.kind == .array, let first = body.elements.first(where: { _ in true }) { body = first }
        guard let error = body["error"], error.kind == .object else { return nil }
        return error
    }

    private static func reason(_ error: JSONValue) -> String? {
        error["details"]?.elements.lazy.compactMap { $0["reason"]?.text }.first
    }

    private static func kind(_ native: String?, _ status: Int, _ message: String, reason: String?) -> ProviderError.Kind
    {
        if reason == "API_KEY_INVALID" || reason == "API_KEY_EXPIRED" || message.hasPrefix("API key not valid") {
            return .authentication
        }
        switch native {
        case "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE":
            if status == 413 { return .tooLarge }
            return message.contains("token count") && message.contains("exceeds") ? .contextTooLong : .invalidRequest
        case "UNAUTHENTICATED": return .authentication
        case "PERMISSION_DENIED": return .permission
        case "NOT_FOUND": return .notFound
        case "RESOURCE_EXHAUSTED": return status == 402 ? .billing : .rateLimit
        case "UNAVAILABLE": return .overloaded
        case "DEADLINE_EXCEEDED": return .timeout
        case "INTERNAL", "UNKNOWN", "DATA_LOSS", "ABORTED", "CANCELLED": return .failure
        default: return kind(ofStatus: status)
        }
    }

    private static func kind(ofStatus status: Int) -> ProviderError.Kind {
        switch status {
        case 401: .authentication
        case 402: .billing
        case 403: .permission
        case 404: .notFound
        case 408, 504: .timeout
        case 413: .tooLarge
        case 429: .rateLimit
        case 503, 529: .overloaded
        case 400..<499: .invalidRequest
        default: .failure
        }
    }

    private static func statusName(_ kind: ProviderError.Kind) -> String {
        switch kind {
        case .invalidRequest, .contextTooLong, .tooLarge: "INVALID_ARGUMENT"
        case .authentication: "UNAUTHENTICATED"
        case .permission: "PERMISSION_DENIED"
        case .billing, .rateLimit: "RESOURCE_EXHAUSTED"
        case .notFound: "NOT_FOUND"
        case .overloaded: "UNAVAILABLE"
        case .failure: "INTERNAL"
        case .timeout: "DEADLINE_EXCEEDED"
        }
    }

    /// The status that an error would have had, had it come before a stream began.
    static func status(of kind: ProviderError.Kind) -> Int {
        switch kind {
        case .invalidRequest, .contextTooLong: 400
        case .authentication: 401
        case .billing: 402
        case .permission: 403
        case .notFound: 404
        case .tooLarge: 413
        case .rateLimit: 429
        case .failure: 500
        case .overloaded: 503
        case .timeout: 504
        }
    }
}
