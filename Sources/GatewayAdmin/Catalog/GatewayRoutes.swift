// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Hummingbird

/// What the running gateway is: `/v1/models`, `/v1/providers`, `/v1/configuration`, `/v1/status`.
struct GatewayRoutes: Sendable {
    private let gateway: any GatewayControl
    private let reports: any LedgerReports
    private let version: String
    private let now: @Sendable () -> Timestamp
    private let startedAt: Timestamp

    init(_ dependencies: AdminDependencies, startedAt: Timestamp) {
        gateway = dependencies.gateway
        reports = dependencies.reports
        version = dependencies.version
        now = dependencies.now
        self.startedAt = startedAt
    }

    var routes: [AdminRoute] {
        [
            AdminRoute(.get, "/v1/models") { request, _ in
                try answer(request) { ["models": ModelAnswers(gateway.configuration).json] }
            },
            AdminRoute(.get, "/v1/providers") { request, _ in
                try answer(request) { ["providers": .array(gateway.configuration.providers.map(\.json))] }
            },
            AdminRoute(.get, "/v1/configuration") { request, _ in
                try answer(request) {
                    ["revision": .integer(gateway.revision), "configuration": gateway.configuration.json]
                }
            },
            AdminRoute(.get, "/v1/status", status),
        ]
    }

    private func answer(_ request: Request, _ json: () -> JSONValue) throws -> Response {
        _ = try QueryParameters(request.uri.query, known: [])
        return Response(json())
    }

    @Sendable private func status(_ request: Request, _ context: AdminContext) async throws -> Response {
        let open = await reports.openReservations()
        return try answer(request) {
            [
                "version": .string(version),
                "revision": .integer(gateway.revision),
                "started_at": .string(startedAt.rfc3339),
                "uptime_seconds": .integer(max(0, now().microseconds - startedAt.microseconds) / 1_000_000),
                "open_reservations": .integer(open),
            ]
        }
    }
}
