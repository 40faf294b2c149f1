// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayAdmin
import GatewayDomain

/// `sluice usage`: what was used and what it cost.
struct UsageCommand: AdminCommand {
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
        if request == "" { throw ValidationError("--request needs the x-request-id of an answer") }
        if by != nil, limit != nil { throw ValidationError("--by sums and --limit lists; give one of them") }
        if let limit, !(1...1000).contains(limit) {
            throw ValidationError("--limit must be from 1 to 1000, not \(limit)")
        }
        if let since, Lifespan(since) == nil {
            throw ValidationError("--since must be \(Lifespan.form), not '\(TerminalText.safe(since))'")
        }
    }

    func ask(_ client: AdminClient) async throws -> Data {
        if let request { return try await client.get("/v1/usage", query: [("request_id", request)]) }
        let what = limit.map { ("limit", String($0)) } ?? ("by", (by ?? .model).rawValue)
        return try await client.get("/v1/usage", query: [what] + filters)
    }

    func show(_ answer: Report.Usage) throws {
        switch answer {
        case .sums(let sums): try show(sums: sums)
        case .calls(let rows): try show(calls: rows)
        }
    }

    private func show(sums: Report.UsageSums) throws {
        let span = span ?? ""
        guard !sums.groups.isEmpty else { return Terminal.complain("No\(such) calls in the last \(span).") }
        try Terminal.print(raw: "Usage by \(sums.by), last \(span)\n")
        try Terminal.print(TextTable(sums: sums))
        if !sums.remarks.isEmpty { try Terminal.print(raw: "\n" + sums.remarks.joined(separator: "\n")) }
    }

    private func show(calls rows: [Report.UsageRow]) throws {
        if let row = rows.first, rows.count == 1, request != nil {
            try Terminal.print(TextTable(row: row))
        } else if !rows.isEmpty {
            try Terminal.print(TextTable(rows: rows))
        } else if let request {
            throw AdminFailure("no call has the request id '\(request)'")
        } else {
            Terminal.complain("No\(such) calls.")
        }
    }

    /// A word for calls that a filter chose.
    private var such: String { key ?? model ?? provider == nil ? "" : " such" }

    /// How far back to look; nil for everything.
    private var span: String? { since ?? (limit == nil ? "7d" : nil) }

    private var filters: [(String, String?)] {
        let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        let from = span.flatMap(Lifespan.init).map { $0.before(now).rfc3339 }
        return [("from", from), ("key", key), ("model", model), ("provider", provider)]
    }
}
