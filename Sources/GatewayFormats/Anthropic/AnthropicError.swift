// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Errors as Anthropic's clients expect them.
enum AnthropicError {
    /// The whole body, which is also the data of an `error` event.
    static func body(_ failure: GatewayFailure, requestID: String) -> [UInt8] {
        body(type: type(of: failure.code), message: failure.message, requestID: requestID)
    }

    /// The body for a provider's refusal.
    static func body(status: Int, message: String, requestID: String) -> [UInt8] {
        body(type: type(ofStatus: status), message: message, requestID: requestID)
    }

    private static func body(type: String, message: String, requestID: String) -> [UInt8] {
        JSONObject {
            $0.string("type", "error")
            $0.object(
                "error",
                JSONObject {
                    $0.string("type", type)
                    $0.string("message", message)
                })
            $0.string("request_id", requestID)
        }.bytes
    }

    private static func type(ofStatus status: Int) -> String {
        switch status {
        case 402: "billing_error"
        case 404: "not_found_error"
        case 408, 504: "timeout_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 503, 529: "overloaded_error"
        case 400..<500: "invalid_request_error"
        default: "api_error"
        }
    }

    private static func type(of code: GatewayFailure.Code) -> String {
        switch code {
        case .malformedRequest, .unsupportedMediaType, .methodNotAllowed, .requestTimeout, .headersTooLarge,
            .dialectMismatch:
            "invalid_request_error"
        case .missingKey, .invalidKey, .ambiguousKey: "authentication_error"
        case .modelNotAllowed: "permission_error"
        case .unknownRoute, .unknownModel: "not_found_error"
        case .bodyTooLarge: "request_too_large"
        case .providerTimeout: "timeout_error"
        case .providerBusy, .ledgerUnavailable, .overloaded, .draining: "overloaded_error"
        case .providerUnreachable, .providerBroken, .providerRefusedCredential, .answerTooLarge, .internalError:
            "api_error"
        }
    }
}
