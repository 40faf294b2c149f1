// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Errors as OpenAI's clients expect them. `code` is the gateway's own, which is OpenAI's where that has one.
enum OpenAIError {
    /// The object that stands at `error`.
    static func object(_ failure: GatewayFailure) -> JSONObject {
        JSONObject {
            $0.string("message", failure.message)
            $0.string("type", type(of: failure.code))
            $0.string("param", failure.parameter)
            $0.string("code", failure.code.rawValue)
        }
    }

    /// The data of an `error` event of the Responses API. Besides the fields of the event's documented type it has the
    /// `error` object, because that is what makes the official clients raise an error instead of passing on the event.
    static func responsesEvent(_ failure: GatewayFailure) -> [UInt8] {
        JSONObject {
            $0.string("type", "error")
            // Where in the order of events it stands is not known here; clients do not order by it.
            $0.integer("sequence_number", 0)
            $0.string("code", failure.code.rawValue)
            $0.string("message", failure.message)
            $0.string("param", failure.parameter)
            $0.object("error", object(failure))
        }.bytes
    }

    /// The body for a provider's refusal. The clients tell its kind by the status; type and code are OpenAI's own for it.
    static func body(status: Int, message: String) -> [UInt8] {
        let (type, code) = kind(ofStatus: status)
        return JSONObject {
            $0.object(
                "error",
                JSONObject {
                    $0.string("message", message)
                    $0.string("type", type)
                    $0.string("param", nil)
                    $0.string("code", code)
                })
        }.bytes
    }

    private static func kind(ofStatus status: Int) -> (type: String, code: String?) {
        switch status {
        case 402: ("insufficient_quota", "insufficient_quota")
        case 408, 504: ("timeout", nil)
        case 429: ("rate_limit_error", "rate_limit_exceeded")
        case 503, 529: ("server_error", "overloaded")
        case 400..<500: ("invalid_request_error", nil)
        default: ("server_error", nil)
        }
    }

    private static func type(of code: GatewayFailure.Code) -> String {
        switch code {
        case .malformedRequest, .bodyTooLarge, .unsupportedMediaType, .methodNotAllowed, .unknownRoute, .requestTimeout,
            .headersTooLarge, .unknownModel, .dialectMismatch:
            "invalid_request_error"
        case .missingKey, .invalidKey, .ambiguousKey: "authentication_error"
        case .modelNotAllowed: "permission_error"
        case .providerTimeout: "timeout"
        case .providerUnreachable, .providerBroken, .providerRefusedCredential, .providerBusy, .answerTooLarge,
            .ledgerUnavailable, .overloaded, .draining, .internalError:
            "server_error"
        }
    }
}
