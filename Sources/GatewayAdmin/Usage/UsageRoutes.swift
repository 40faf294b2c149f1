// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Hummingbird

/// `/v1/usage`: the ledger, by request, newest rows first, or summed.
struct UsageRoutes: Sendable {
    let reports: any LedgerReports

    var routes: [AdminRoute] { [AdminRoute(.get, "/v1/usage", usage)] }

    @Sendable private func usage(_ request: Request, _ context: AdminContext) async throws -> Response {
        switch try UsageQuery(request.uri.query) {
        case .request(let id):
            Response(Self.json(try await reports.rows(requestID: id)))
        case .rows(let filter, let limit):
            Response(Self.json(try await reports.rows(matching: filter, limit: limit)))
        case .sums(let grouping, let filter):
            Response(try UsageSums(groups: await reports.sums(by: grouping, matching: filter)).json(by: grouping))
        }
    }

    private static func json(_ rows: [Settlement]) -> JSONValue { ["rows": .array(rows.map(\.json))] }
}
