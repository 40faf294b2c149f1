// SPDX-License-Identifier: Apache-2.0

extension MessagesFormat {
    private static let kinds: [(type: StaticString, kind: ProviderError.Kind)] = [
        ("invalid_request_error", .invalidRequest), ("authentication_error", .authentication),
        ("billing_error", .billing), ("permission_error", .permission), ("not_found_error", .notFound),
        ("request_too_large", .tooLarge), ("rate_limit_error", .rateLimit), ("timeout_error", .timeout),
        ("api_error", .failure), ("overloaded_error", .overloaded), ("conflict_error", .invalidRequest),
    ]

    /// How the API words what it has no type for.
    private static let tooLong = ["prompt is too long", "exceed context limit", "context window"]
    private static let unpaid = ["credit balance is too low"]

    /// Reads the body of an error answer: this dialect's, or that of a cloud that serves Claude. Without a body that
    /// says anything, the status tells.
    package static func readError(status: Int, body: JSONValue?) -> ProviderError {
        let body = body.flatMap { $0.kind == .array ? $0.elements.first { _ in true } : $0 }
        let error = body?["error"] ?? body
        let type = error?["type"]?.string ?? body?["__type"]?.string
        let message = error?["message"]?.text ?? body?["Message"]?.text ?? error?.text
        let words = message ?? "the provider answered with status \(status)"
        let known = kinds.first { type?.reads($0.type) ?? false }?.kind
        let kind = refined(known ?? kind(ofStatus: status), words)
        return ProviderError(
            kind, ProviderError.cleaned(words), native: type?.text ?? error?["status"]?.text)
    }

    /// Reads an exception frame of Bedrock's InvokeModel stream; nil when `name` is no exception's.
    static func readException(_ name: JSONString, _ body: JSONValue) -> ProviderError? {
        let word = name.text.lowercased()
        guard word.hasSuffix("exception") else { return nil }
        let status =
            switch word {
            case "validationexception": 400
            case "accessdeniedexception": 403
            case "resourcenotfoundexception": 404
            case "modeltimeoutexception": 408
            case "throttlingexception", "modelnotreadyexception", "servicequotaexceededexception": 429
            case "serviceunavailableexception": 503
            default: 500
            }
        var error = readError(status: status, body: body)
        error.native = name.text
        return error
    }

    private static func refined(_ kind: ProviderError.Kind, _ message: String) -> ProviderError.Kind {
        guard kind == .invalidRequest else { return kind }
        let words = message.lowercased()
        if tooLong.contains(where: words.contains) { return .contextTooLong }
        return unpaid.contains(where: words.contains) ? .billing : kind
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
        case 400..<500: .invalidRequest
        default: .failure
        }
    }

    /// The body of an error answer, which is also the data of an `error` event. It says nothing of the status.
    ///
    /// - requestID: by which the gateway knows the request.
    package static func writeError(
        _ error: ProviderError, status: Int, requestID: JSONString? = nil
    ) -> [UInt8] {
        JSONWriter.object { json in
            json.member("type", literal: "error")
            json.object("error") { json in
                json.member("type", literal: type(of: error.kind))
                json.member("message", JSONString(message(of: error)))
            }
            json.member("request_id", requestID)
        }
    }

    /// A context that is too long has no type of its own: clients know it by how the API words it.
    private static func message(of error: ProviderError) -> String {
        guard error.kind == .contextTooLong, refined(.invalidRequest, error.message) != .contextTooLong else {
            return error.message
        }
        return "prompt is too long: \(error.message)"
    }

    private static func type(of kind: ProviderError.Kind) -> StaticString {
        switch kind {
        case .invalidRequest, .contextTooLong: "invalid_request_error"
        case .authentication: "authentication_error"
        case .permission: "permission_error"
        case .billing: "billing_error"
        case .notFound: "not_found_error"
        case .tooLarge: "request_too_large"
        case .rateLimit: "rate_limit_error"
        case .overloaded: "overloaded_error"
        case .failure: "api_error"
        case .timeout: "timeout_error"
        }
    }
}
