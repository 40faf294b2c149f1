// SPDX-License-Identifier: Apache-2.0

/// An error that a provider answers with, in no dialect yet.
struct Refusal: Error, Sendable, Equatable {
    var status: Int
    var message: String
    /// The field at fault, written as the dialect does.
    var parameter: String?
    var code: String?
    /// The dialect's error type; nil takes the one that belongs to the status.
    var type: String?
    var retryAfter: Int?

    init(_ status: Int, _ message: String, parameter: String? = nil, code: String? = nil, type: String? = nil) {
        self.status = status
        self.message = message
        self.parameter = parameter
        self.code = code
        self.type = type
    }
}

/// Whose wire language a request speaks.
enum Dialect: Sendable {
    case openAI, anthropic

    /// The error body that clients of this dialect expect.
    func body(of refusal: Refusal, requestID: String) -> JSON {
        switch self {
        case .openAI:
            [
                "error": [
                    "message": .string(refusal.message),
                    "type": .string(refusal.type ?? openAIType(of: refusal.status)),
                    "param": JSON(refusal.parameter),
                    "code": JSON(refusal.code),
                ]
            ]
        case .anthropic:
            [
                "type": "error",
                "error": [
                    "type": .string(refusal.type ?? anthropicType(of: refusal.status)),
                    "message": .string(refusal.message),
                ],
                "request_id": .string(requestID),
            ]
        }
    }

    /// What the provider says when it is told to answer with `status`.
    func refusal(status: Int) -> Refusal {
        let message =
            switch status {
            case 401: "The credential was refused, as the directive asked."
            case 429: "Rate limit reached, as the directive asked. Try again later."
            case 500...: "The server had an error, as the directive asked."
            default: "The request was refused, as the directive asked."
            }
        return Refusal(status, message, code: self == .openAI ? openAICode(of: status) : nil)
    }

    private func openAIType(of status: Int) -> String {
        switch status {
        case 403: "permission_error"
        case 429: "requests"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    private func openAICode(of status: Int) -> String? {
        switch status {
        case 401: "invalid_api_key"
        case 404: "model_not_found"
        case 429: "rate_limit_exceeded"
        default: nil
        }
    }

    private func anthropicType(of status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 409: "conflict_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 503, 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
