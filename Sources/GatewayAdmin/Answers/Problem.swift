// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// Why the admin API refuses or fails a request, as RFC 9457 problem details.
package struct Problem: Error, Sendable, Equatable {
    /// The kinds of problem: what callers may test for, stable across releases.
    package enum Code: String, Sendable, CaseIterable {
        case invalidJSON = "invalid_json"
        case invalidField = "invalid_field"
        case unknownField = "unknown_field"
        case invalidParameter = "invalid_parameter"
        case unknownParameter = "unknown_parameter"
        case missingAdminKey = "missing_admin_key"
        case invalidAdminKey = "invalid_admin_key"
        case virtualKeyPresented = "virtual_key_presented"
        case foreignOrigin = "foreign_origin"
        case unknownRoute = "unknown_route"
        case keyNotFound = "key_not_found"
        case methodNotAllowed = "method_not_allowed"
        case keyNameTaken = "key_name_taken"
        case keyOwnedByFile = "key_owned_by_file"
        case bodyTooLarge = "request_too_large"
        case unsupportedMediaType = "unsupported_media_type"
        case tooManyFailures = "too_many_failures"
        case requestRefused = "request_refused"
        case internalError = "internal_error"
    }

    package var code: Code
    /// What was wrong, where, and what to do. Never holds a secret.
    package var detail: String
    /// The request field or parameter at fault, where there is one.
    package var field: String?
    /// The methods a path answers to, for 405.
    package var allow: [String]
    /// Seconds after which trying again makes sense.
    package var retryAfter: Int?
    /// The status of a refusal that the HTTP library made; the other codes have their own.
    private let libraryStatus: Int?

    package init(
        _ code: Code, _ detail: String, field: String? = nil, allow: [String] = [], retryAfter: Int? = nil
    ) {
        self.code = code
        self.detail = detail
        self.field = field
        self.allow = allow
        self.retryAfter = retryAfter
        libraryStatus = nil
    }

    /// A request that the HTTP library refused with `status`.
    init(refusedWith status: HTTPResponse.Status) {
        code = .requestRefused
        detail = "The request could not be handled: \(status.reasonPhrase.lowercased())."
        field = nil
        allow = []
        retryAfter = nil
        libraryStatus = status.code
    }

    package var status: Int {
        switch code {
        case .invalidJSON, .invalidField, .unknownField, .invalidParameter, .unknownParameter: 400
        case .missingAdminKey, .invalidAdminKey: 401
        case .virtualKeyPresented, .foreignOrigin: 403
        case .unknownRoute, .keyNotFound: 404
        case .methodNotAllowed: 405
        case .keyNameTaken, .keyOwnedByFile: 409
        case .bodyTooLarge: 413
        case .unsupportedMediaType: 415
        case .tooManyFailures: 429
        case .requestRefused: libraryStatus ?? 400
        case .internalError: 500
        }
    }

    /// The same for every problem of one code, as RFC 9457 asks.
    package var title: String {
        switch code {
        case .invalidJSON: "The body is not the JSON it should be"
        case .invalidField: "A field has an invalid value"
        case .unknownField: "A field is unknown"
        case .invalidParameter: "A query parameter has an invalid value"
        case .unknownParameter: "A query parameter is unknown"
        case .missingAdminKey: "The admin key is missing"
        case .invalidAdminKey: "The admin key is wrong"
        case .virtualKeyPresented: "A virtual key does not open the admin API"
        case .foreignOrigin: "The request comes from elsewhere"
        case .unknownRoute: "There is no such route"
        case .keyNotFound: "There is no such key"
        case .methodNotAllowed: "The route does not take this method"
        case .keyNameTaken: "Another key has this name"
        case .keyOwnedByFile: "The configuration file owns this key"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedMediaType: "The body is not declared as JSON"
        case .tooManyFailures: "Too many failed attempts"
        case .requestRefused: "The request was refused"
        case .internalError: "Something failed inside the gateway"
        }
    }

    /// The body of the answer.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", .string("urn:sluice:problem:\(code.rawValue)")),
            .init("title", .string(title)),
            .init("status", .integer(status)),
            .init("detail", .string(detail)),
            .init("code", .string(code.rawValue)),
        ]
        if let field { members.append(.init("field", .string(field))) }
        return .object(members)
    }

    /// The header fields that belong to the answer beside the usual ones.
    var headers: HTTPFields {
        var fields = HTTPFields()
        fields[.contentType] = "application/problem+json"
        if status == 401 { fields[.wwwAuthenticate] = "Bearer realm=\"sluice admin\"" }
        if !allow.isEmpty { fields[.allow] = allow.joined(separator: ", ") }
        if let retryAfter { fields[.retryAfter] = String(retryAfter) }
        return fields
    }
}
