// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Lets only holders of the admin key in. Without a key (the configuration allows that on loopback alone) it lets in
/// whoever can reach the port, except browsers led here by a foreign name or page.
final class AdminGuard: RouterMiddleware {
    private let adminKey: Secret?
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let throttle = Mutex(AuthenticationThrottle())

    init(adminKey: Secret?, now: @escaping @Sendable () -> Timestamp, logger: Logger) {
        self.adminKey = adminKey
        self.now = now
        self.logger = logger
    }

    @concurrent func handle(
        _ request: Request, context: AdminContext, next: @concurrent (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        if let adminKey {
            try authenticate(request, adminKey, from: context.address)
        } else {
            try refuseForeign(request)
            if Self.presentsVirtualKey(request) { throw Self.virtualKeyProblem }
        }
        return try await next(request, context)
    }

    private func authenticate(_ request: Request, _ adminKey: Secret, from address: String) throws(Problem) {
        if let seconds = throttle.withLock({ $0.wait(for: address, at: now()) }) {
            throw Problem(
                .tooManyFailures, "Too many wrong keys came from this address; try again in \(seconds) s.",
                retryAfter: seconds)
        }
        switch Credential(request) {
        case .bearer(let token) where !adminKey.isEmpty && Secret(token).matches(adminKey):
            return
        case .absent:
            if !Self.presentsVirtualKey(request) {
                throw Problem(.missingAdminKey, "Send the admin key as \"Authorization: Bearer …\".")
            }
        case .bearer, .unreadable:
            break
        }
        throttle.withLock { $0.noteFailure(by: address, at: now()) }
        logger.warning("admin authentication failed", metadata: ["address": "\(address)"])
        if Self.presentsVirtualKey(request) { throw Self.virtualKeyProblem }
        throw Problem(.invalidAdminKey, "This is not the admin key; send it as \"Authorization: Bearer …\".")
    }

    private func refuseForeign(_ request: Request) throws(Problem) {
        // A second Host field stays among the header fields, the first is the authority.
        let hosts = [request.head.authority].compactMap { $0 } + request.headers[values: .host]
        guard hosts.count == 1, LoopbackHost.isLoopback(authority: hosts[0]) else {
            throw Problem(
                .foreignOrigin,
                "Without an admin key, requests must name this machine as 127.0.0.1, [::1] or localhost in \"Host\".")
        }
        guard request.headers[values: .origin].allSatisfy(LoopbackHost.isLoopback(origin:)) else {
            throw Problem(
                .foreignOrigin, "Without an admin key, requests from web pages of other origins are refused.")
        }
    }

    private static let virtualKeyProblem = Problem(
        .virtualKeyPresented,
        "A virtual key (sk-sluice-…) is for the data port; the admin API takes the admin key (server.admin.key).")

    private static func presentsVirtualKey(_ request: Request) -> Bool {
        let names: [HTTPField.Name] = [.authorization, .apiKey, .xAPIKey, .xGoogAPIKey]
        return names.contains { name in
            request.headers[values: name].contains { value in
                value.split(separator: " ").contains { $0.hasPrefix(VirtualKey.clearPrefix) }
            }
        }
    }
}

/// What a request presents in `Authorization`.
private enum Credential {
    case absent
    case bearer(String)
    /// Another scheme, or several values.
    case unreadable

    init(_ request: Request) {
        let values = request.headers[values: .authorization]
        guard let value = values.first else {
            self = .absent
            return
        }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard values.count == 1, parts.count == 2, parts[0].lowercased() == "bearer" else {
            self = .unreadable
            return
        }
        self = .bearer(parts[1].trimmingPrefix { $0 == " " }.description)
    }
}

extension HTTPField.Name {
    fileprivate static let host = Self.named("Host")
    fileprivate static let apiKey = Self.named("api-key")
    fileprivate static let xAPIKey = Self.named("x-api-key")
    fileprivate static let xGoogAPIKey = Self.named("x-goog-api-key")
}
