// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore

/// Whether the gateway can take calls, and if not, why.
package struct HealthReport: Sendable, Equatable {
    /// One thing the gateway needs.
    package struct Check: Sendable, Equatable {
        package var name: String
        /// What is wrong, for an operator, without secrets or tenants' names; nil when all is well.
        package var failure: String?

        package init(_ name: String, failure: String? = nil) {
            self.name = name
            self.failure = failure
        }
    }

    package var checks: [Check]

    package init(_ checks: [Check]) { self.checks = checks }

    package var isReady: Bool { checks.allSatisfy { $0.failure == nil } }
}

/// The health port: for probes and scrapers, without authentication, so nothing here names a caller or a secret.
package enum HealthAPI {
    /// - `live`: the process is not beyond help; false asks the supervisor for a restart.
    /// - `ready`: what it needs to take calls; not ready while draining.
    /// - `metrics`: the Prometheus text exposition.
    package static func router(
        live: @escaping @Sendable () -> Bool, ready: @escaping @Sendable () -> HealthReport,
        metrics: @escaping @Sendable () async -> String, logger: Logger
    ) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        let paths = PathTable(["/livez", "/readyz", "/health", "/metrics"].map { (HTTPRequest.Method.get, $0) })
        router.add(middleware: AnswerMiddleware(paths: paths, logger: logger))
        router.add(middleware: NormalPathMiddleware())
        router.get("/livez") { _, _ in
            let isLive = live()
            return text(isLive ? "ok\n" : "failing\n", status: isLive ? .ok : .serviceUnavailable)
        }
        router.get("/readyz") { _, _ in
            let report = ready()
            return text(report.isReady ? "ok\n" : report.reasons, status: report.status)
        }
        router.get("/health") { _, _ in
            let report = ready()
            return Response(report.json(isLive: live()), status: report.status)
        }
        router.get("/metrics") { _, _ in text(await metrics(), type: "text/plain; version=0.0.4; charset=utf-8") }
        return router
    }

    private static func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HealthReport {
    fileprivate var status: HTTPResponse.Status { isReady ? .ok : .serviceUnavailable }

    /// One line for each failed check.
    fileprivate var reasons: String {
        checks.compactMap { check in check.failure.map { "\(check.name): \($0)\n" } }.joined()
    }

    fileprivate func json(isLive: Bool) -> JSONValue {
        [
            "live": .bool(isLive),
            "ready": .bool(isReady),
            "checks": .array(
                checks.map { check in
                    ["name": .string(check.name), "ok": .bool(check.failure == nil), "reason": .text(check.failure)]
                }),
        ]
    }
}
