// SPDX-License-Identifier: Apache-2.0

/// What sums of usage are grouped by.
package enum UsageGrouping: String, Sendable, CaseIterable {
    case key, model, provider, day
}

/// Which rows a report is about; nil fields do not restrict.
package struct UsageFilter: Sendable, Equatable {
    /// Rows that started at or after this moment.
    package var from: Timestamp?
    /// Rows that started before this moment.
    package var to: Timestamp?
    /// A key's name or id.
    package var key: String?
    /// The model as asked for.
    package var model: String?
    package var provider: String?

    package init(
        from: Timestamp? = nil, to: Timestamp? = nil, key: String? = nil, model: String? = nil, provider: String? = nil
    ) {
        self.from = from
        self.to = to
        self.key = key
        self.model = model
        self.provider = provider
    }
}

/// A sum of ledger rows.
package struct UsageSum: Sendable, Equatable {
    /// The key name, model, provider or day (`2026-11-21`, UTC) that the rows share.
    package var group: String
    package var requests: Int64
    package var usage: Usage
    /// The cost of the priced rows.
    package var cost: NanoDollars
    /// Rows whose model had no price: their cost is unknown and not in `cost`.
    package var unpricedRequests: Int64
    /// Rows whose tokens are not simply what the provider said: estimated or corrected.
    package var estimatedRequests: Int64

    package init(
        group: String, requests: Int64, usage: Usage, cost: NanoDollars, unpricedRequests: Int64,
        estimatedRequests: Int64
    ) {
        self.group = group
        self.requests = requests
        self.usage = usage
        self.cost = cost
        self.unpricedRequests = unpricedRequests
        self.estimatedRequests = estimatedRequests
    }
}

/// Reads the ledger. Every method first waits until all that was settled before the call is in it.
package protocol LedgerReports: Sendable {
    /// The rows of one request id; clients may choose ids, so there can be several.
    func rows(requestID: String) async throws -> [Settlement]

    /// The newest rows first, at most `limit`.
    func rows(matching filter: UsageFilter, limit: Int) async throws -> [Settlement]

    /// Sums by one grouping, the most expensive group first; days in order.
    func sums(by grouping: UsageGrouping, matching filter: UsageFilter) async throws -> [UsageSum]

    /// How many reservations are open now, in this process.
    func openReservations() async -> Int
}
