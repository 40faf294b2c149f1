// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension TextTable {
    private static let barCells = 16

    /// Sums of usage with a bar for each group's share: of the cost, or of the requests where nothing has a cost.
    package init(sums: Report.UsageSums) {
        self.init([
            .text(sums.by.uppercased(), canShrink: true), .figure("REQUESTS"), .figure("PROMPT"), .figure("CACHED"),
            .figure("COMPLETION"), .figure("COST"), .figure("SHARE"), .text(""),
        ])
        let hasCost = sums.total.costNanoUsd > 0
        func weight(_ sum: Report.UsageSum) -> Int64 { hasCost ? sum.costNanoUsd : sum.requests }
        for group in sums.groups {
            append(
                Self.cells(group, title: group.group ?? "(none)") + [
                    Figures.share(weight(group), of: weight(sums.total)),
                    Figures.bar(weight(group), of: weight(sums.total), cells: Self.barCells),
                ])
        }
        if sums.groups.count > 1 { append(Self.cells(sums.total, title: "total") + ["", ""]) }
    }

    private static func cells(_ sum: Report.UsageSum, title: String) -> [String] {
        [
            title, Figures.count(sum.requests), Figures.count(sum.promptTokens), Figures.count(sum.cachedTokens),
            Figures.count(sum.completionTokens), cost(sum),
        ]
    }

    /// A sum that leaves out unpriced calls is marked, for it is only a lower bound.
    private static func cost(_ sum: Report.UsageSum) -> String {
        guard sum.unpricedRequests > 0 else { return Figures.dollars(NanoDollars(sum.costNanoUsd)) }
        return sum.unpricedRequests == sum.requests
            ? "unpriced" : "≥ \(Figures.dollars(NanoDollars(sum.costNanoUsd)))"
    }

    /// Ledger rows, one a line.
    package init(rows: [Report.UsageRow]) {
        self.init([
            .text("STARTED"), .text("KEY", canShrink: true), .text("MODEL", canShrink: true),
            .text("PROVIDER", canShrink: true), .figure("STATUS"), .figure("PROMPT"), .figure("COMPLETION"),
            .figure("COST"), .figure("LATENCY"), .text("ENDED"),
        ])
        for row in rows {
            append([
                String(row.startedAt.prefix(19)) + "Z", row.keyName, row.model ?? "-", row.provider ?? "-",
                String(row.status),
                Self.tokens(row.promptTokens, row), Self.tokens(row.completionTokens, row), Self.cost(row),
                Figures.duration(microseconds: row.latencyUs), row.ended,
            ])
        }
    }

    /// One ledger row, a field a line.
    package init(row: Report.UsageRow) {
        self.init(fields: [
            ("Request", row.requestId), ("Row", row.rowId), ("Trace", row.traceId), ("Started", row.startedAt),
            ("Key", row.keyName), ("Endpoint", row.endpoint), ("Model", row.model ?? "-"),
            ("Served by", row.provider.map { "\($0) / \(row.servedModel ?? "-")" } ?? "-"),
            ("Prompt tokens", Figures.count(row.promptTokens)), ("- cached", Figures.count(row.cachedTokens)),
            ("- cache write", Figures.count(row.cacheWriteTokens)),
            ("Completion tokens", Figures.count(row.completionTokens)),
            ("- reasoning", Figures.count(row.reasoningTokens)), ("Counted by", row.usageSource),
            ("Cost", Self.cost(row)), ("Latency", Figures.duration(microseconds: row.latencyUs)),
            ("First token", row.firstTokenUs.map { Figures.duration(microseconds: $0) } ?? "-"),
            ("Gateway's part", Figures.duration(microseconds: row.overheadUs)), ("Status", String(row.status)),
            ("Attempts", String(row.attempts)), ("Streamed", row.stream ? "yes" : "no"), ("Ended", row.ended),
        ])
    }

    /// What is not simply the provider's count is marked.
    private static func tokens(_ count: Int64, _ row: Report.UsageRow) -> String {
        (["estimated", "corrected"].contains(row.usageSource) ? "~" : "") + Figures.count(count)
    }

    private static func cost(_ row: Report.UsageRow) -> String {
        row.costNanoUsd.map { Figures.dollars(NanoDollars($0)) } ?? "unpriced"
    }
}

extension Report.UsageSums {
    /// What the table cannot say in its cells.
    package var remarks: [String] {
        var remarks: [String] = []
        switch total.unpricedRequests {
        case ..<1: break
        case 1: remarks.append("1 request went to a model without a price; its cost is unknown and not included.")
        case let count:
            remarks.append(
                "\(Figures.count(count)) requests went to models without a price; "
                    + "their cost is unknown and not included.")
        }
        switch total.estimatedRequests {
        case ..<1: break
        case 1: remarks.append("1 request has estimated tokens.")
        case let count: remarks.append("\(Figures.count(count)) requests have estimated tokens.")
        }
        return remarks
    }
}
