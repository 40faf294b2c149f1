// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
package import Hummingbird
package import Logging

/// What the admin API works with.
package struct AdminDependencies: Sendable {
    package var keys: any KeyStore
    package var hasher: any KeyHashing
    package var reports: any LedgerReports
    package var gateway: any GatewayControl
    /// Nil lets in whoever reaches the port; the configuration allows that on a loopback address alone.
    package var adminKey: Secret?
    /// The product's version, as `GET /v1/status` shows it.
    package var version: String
    package var logger: Logger
    /// The wall clock.
    package var now: @Sendable () -> Timestamp

    package init(
        keys: any KeyStore, hasher: any KeyHashing, reports: any LedgerReports, gateway: any GatewayControl,
        adminKey: Secret?, version: String, logger: Logger, now: @escaping @Sendable () -> Timestamp
    ) {
        self.keys = keys
        self.hasher = hasher
        self.reports = reports
        self.gateway = gateway
        self.adminKey = adminKey
        self.version = version
        self.logger = logger
        self.now = now
    }
}

/// The admin REST API. docs/admin-api.md describes it for its users.
package enum AdminAPI {
    /// The router to serve on `server.admin.address`. Making it counts as the start, for the uptime.
    package static func router(_ dependencies: AdminDependencies) -> Router<AdminContext> {
        let routes = routes(dependencies)
        let router = Router(context: AdminContext.self, options: .autoGenerateHeadEndpoints)
        let paths = PathTable(routes.map { ($0.method, $0.path) })
        router.add(middleware: AnswerMiddleware(paths: paths, logger: dependencies.logger))
        router.add(
            middleware: AdminGuard(
                adminKey: dependencies.adminKey, now: dependencies.now, logger: dependencies.logger))
        router.add(middleware: NormalPathMiddleware())
        for route in routes {
            router.on(RouterPath(route.path), method: route.method, use: route.handler)
        }
        return router
    }

    /// Every route.
    package static func routes(_ dependencies: AdminDependencies) -> [AdminRoute] {
        let keys = KeyAdministration(
            store: dependencies.keys, hasher: dependencies.hasher, gateway: dependencies.gateway, now: dependencies.now)
        return KeyRoutes(keys: keys, now: dependencies.now, logger: dependencies.logger).routes
            + UsageRoutes(reports: dependencies.reports).routes
            + GatewayRoutes(dependencies, startedAt: dependencies.now()).routes
    }
}
