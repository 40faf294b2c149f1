// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Errors as Anthropic's clients expect them.
enum AnthropicError {
    /// The whole body, which is also the data of an `error` event.
    static func body(_ failure: GatewayFailure, requestID: String) -> [UInt8] {
        JSONObject {
            $0.string("type", "error")
            $0.object(
                "error",
                JSONObject {
                    $0.string("type", type(of: failure.code))
                    $0.string("message", failure.message)
                })
            $0.string("request_id", requestID)
        }.bytes
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
