// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayAdmin
import GatewayDomain

/// `sluice usage`: what was used and what it cost.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show what was used and what it cost.",
        discussion: """
            Without options: sums by model over the last 7 days. With --limit: the newest calls, one a line. With \
            --request: one call in full.
            """)

    enum Grouping: String, ExpressibleByArgument, CaseIterable { case key, model, provider, day }

    @Option(help: "Sum by key, model, provider or day (UTC).")
    var by: Grouping?

    @Option(help: "How far back to look, such as 12h, 7d or 6w. Default: 7d for sums, everything for --limit.")
    var since: String?

    @Option(help: "Show the calls with this request id (the x-request-id of the answer).")
    var request: String?

    @Option(help: "Show the newest calls, this many at most (1 to 1000).")
    var limit: Int?

    @Option(help: "Only calls of this key, by name or id.")
    var key: String?

    @Option(help: "Only calls that asked for this model.")
    var model: String?

    @Option(help: "Only calls that this provider served.")
    var provider: String?

    @OptionGroup var admin: AdminOptions

    mutating func validate() throws {
        if request != nil, by != nil || since != nil || limit != nil || key != nil || model != nil || provider != nil {
            throw ValidationError("--request stands alone: a request id needs no other choice")
        }
        if by != nil, limit != nil { throw ValidationError("--by sums and --limit lists; give one of them") }
        if let limit, !(1...1000).contains(limit) {
            throw ValidationError("--limit must be from 1 to 1000, not \(limit)")
        }
        if let since, Lifespan(since) == nil {
            throw ValidationError("--since must be \(Lifespan.form), not '\(TerminalText.safe(since))'")
        }
    }

    func run() async throws {
        try await admin.run { client in
            if let request {
                try await showCalls(client, [("request_id", request)])
            } else if let limit {
                try await showCalls(client, [("limit", String(limit))] + filters(since: since))
            } else {
                try await showSums(client, by: by ?? .model)
            }
        }
    }

    private func showSums(_ client: AdminClient, by grouping: Grouping) async throws {
        let span = since ?? "7d"
        let answer = try await client.get("/v1/usage", query: [("by", grouping.rawValue)] + filters(since: span))
        if admin.json { return client.printJSON(answer) }
        let sums = try client.read(Report.UsageSums.self, from: answer)
        guard !sums.groups.isEmpty else { return Terminal.complain("No calls in the last \(span).") }
        Terminal.print(raw: "Usage by \(sums.by), last \(span)\n")
        Terminal.print(TextTable(sums: sums))
        if !sums.remarks.isEmpty { Terminal.print(raw: "\n" + sums.remarks.joined(separator: "\n")) }
    }

    private func showCalls(_ client: AdminClient, _ query: [(String, String?)]) async throws {
        let answer = try await client.get("/v1/usage", query: query)
        if admin.json { return client.printJSON(answer) }
        let rows = try client.read(Report.UsageRows.self, from: answer).rows
        if let row = rows.first, rows.count == 1, request != nil {
            Terminal.print(TextTable(row: row))
        } else if !rows.isEmpty {
            Terminal.print(TextTable(rows: rows))
        } else if let request {
            throw AdminFailure("no call has the request id '\(request)'")
        } else {
            Terminal.complain("No calls.")
        }
    }

    private func filters(since span: String?) -> [(String, String?)] {
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        let from = span.flatMap(Lifespan.init).map { $0.before(now).rfc3339 }
        return [("from", from), ("key", key), ("model", model), ("provider", provider)]
    }
}
