// SPDX-License-Identifier: Apache-2.0

/// Why the gateway itself refuses or fails a call. A dialect turns it into the error its clients understand.
package struct GatewayFailure: Error, Sendable, Equatable {
    /// The kinds of failure: what callers may test for, stable across releases.
    package enum Code: String, Sendable, CaseIterable {
        // The request is not one we can read.
        case malformedRequest = "malformed_request"
        case bodyTooLarge = "request_too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case methodNotAllowed = "method_not_allowed"
        case unknownRoute = "unknown_route"
        case requestTimeout = "request_timeout"
        case headersTooLarge = "headers_too_large"
        // The caller may not do this.
        case missingKey = "missing_api_key"
        case invalidKey = "invalid_api_key"
        case ambiguousKey = "ambiguous_api_key"
        case modelNotAllowed = "model_not_allowed"
        // The configuration has no answer.
        case unknownModel = "model_not_found"
        case dialectMismatch = "dialect_mismatch"
        // The provider does not answer as it should.
        case providerUnreachable = "provider_unreachable"
        case providerBroken = "provider_broken"
        case providerRefusedCredential = "upstream_authentication"
        case providerTimeout = "provider_timeout"
        case providerBusy = "provider_busy"
        case answerTooLarge = "answer_too_large"
        // We are not able to.
        case ledgerUnavailable = "ledger_unavailable"
        case overloaded
        case draining
        case internalError = "internal_error"
    }

    package var code: Code
    /// What was wrong, where, and what to do: for the caller, so without secrets, addresses or internals.
    package var message: String
    /// The request field at fault, where there is one.
    package var parameter: String?
    /// Seconds after which trying again makes sense.
    package var retryAfter: Int?

    package init(_ code: Code, _ message: String, parameter: String? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.parameter = parameter
        self.retryAfter = retryAfter
    }

    /// The HTTP status that clients of every dialect are sent.
    package var status: Int {
        switch code {
        case .malformedRequest, .dialectMismatch: 400
        case .missingKey, .invalidKey, .ambiguousKey: 401
        case .modelNotAllowed: 403
        case .unknownRoute, .unknownModel: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .headersTooLarge: 431
        case .internalError: 500
        case .providerUnreachable, .providerBroken, .providerRefusedCredential, .answerTooLarge: 502
        case .ledgerUnavailable, .overloaded, .draining, .providerBusy: 503
        case .providerTimeout: 504
        }
    }
}
