// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// Lets only paths through that are in their one normal form. The router itself would take `/v1//keys/` for `/v1/keys`,
/// which whatever stands before the gateway and restricts paths may see differently.
struct NormalPathMiddleware<Context: RequestContext>: RouterMiddleware {
    @concurrent func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard Self.isNormal(request.uri.path) else {
            throw Problem(
                .unknownRoute,
                "A path has no empty step, no \"/\" at its end, no \".\" or \"..\", and nothing percent-encoded.")
        }
        return try await next(request, context)
    }

    /// Whether `path` is steps of unreserved characters (RFC 3986), each after one slash.
    static func isNormal(_ path: String) -> Bool {
        let steps = path.split(separator: "/", omittingEmptySubsequences: false)
        guard steps.count > 1, steps[0].isEmpty else { return false }
        if path == "/" { return true }
        return steps.dropFirst().allSatisfy { step in
            !step.isEmpty && step != "." && step != ".." && step.utf8.allSatisfy(isUnreserved)
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || "-._~".utf8.contains(byte)
    }
}
