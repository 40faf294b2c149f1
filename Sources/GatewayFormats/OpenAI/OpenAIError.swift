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
