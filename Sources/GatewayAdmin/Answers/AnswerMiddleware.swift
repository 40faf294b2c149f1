// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The outermost layer: turns whatever was thrown into problem details, and puts the security headers on every answer.
struct AnswerMiddleware<Context: RequestContext>: RouterMiddleware {
    /// Which methods each path answers to, to tell 405 from 404.
    var paths: PathTable
    var logger: Logger

    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = Response(problem(for: error, request))
        }
        secure(&response.headers)
        // A HEAD answer has no body, whatever made it.
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func problem(for error: any Error, _ request: Request) -> Problem {
        switch error {
        case let problem as Problem:
            return problem
        case is NIOTooManyBytesError:
            return Problem(.bodyTooLarge, "The body is larger than \(RequestBodyLimit.bytes) bytes.")
        case let error as any HTTPResponseError where error.status == .notFound:
            return paths.problem(method: request.method, path: request.uri.path)
        case let error as any HTTPResponseError where error.status.code < 500:
            return Problem(refusedWith: error.status)
        default:
            logger.error("admin request failed", metadata: ["error": "\(error)"])
            return Problem(.internalError, "The request failed inside the gateway; its log has the cause.")
        }
    }

    private func secure(_ headers: inout HTTPFields) {
        headers[.xContentTypeOptions] = "nosniff"
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        headers[.referrerPolicy] = "no-referrer"
        headers[.frameOptions] = "DENY"
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = Self.named("Referrer-Policy")
    fileprivate static let frameOptions = Self.named("X-Frame-Options")

    /// A name written in this source.
    static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("not a header name") }
        return name
    }
}

/// The largest request body the admin API reads.
package enum RequestBodyLimit {
    package static let bytes = 64 << 10
}
