// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// What `GET /v1/usage` is asked for.
enum UsageQuery: Equatable {
    case request(id: String)
    case sums(UsageGrouping, UsageFilter)
    case rows(UsageFilter, limit: Int)

    private static let filters = ["from", "to", "key", "model", "provider"]

    init(_ query: String?) throws(Problem) {
        let parameters = try QueryParameters(query, known: ["request_id", "by", "limit"] + Self.filters)
        if let id = try parameters.text("request_id") {
            try Self.refuse(Self.filters + ["by", "limit"], beside: "request_id", in: parameters)
            self = .request(id: id)
            return
        }
        let filter = try Self.filter(parameters)
        if let grouping: UsageGrouping = try parameters.choice("by") {
            try Self.refuse(["limit"], beside: "by", in: parameters)
            self = .sums(grouping, filter)
        } else {
            self = .rows(filter, limit: try parameters.integer("limit", in: 1...1000, otherwise: 100))
        }
    }

    private static func filter(_ parameters: QueryParameters) throws(Problem) -> UsageFilter {
        let filter = UsageFilter(
            from: try moment("from", parameters), to: try moment("to", parameters),
            key: try parameters.text("key"), model: try parameters.text("model"),
            provider: try parameters.text("provider"))
        if let from = filter.from, let to = filter.to, from >= to {
            throw Problem(.invalidParameter, "\"from\" must be before \"to\".", field: "from")
        }
        return filter
    }

    private static func moment(_ name: String, _ parameters: QueryParameters) throws(Problem) -> Timestamp? {
        guard let text = try parameters.text(name) else { return nil }
        guard let moment = Timestamp(rfc3339: text, orDate: true) else {
            throw Problem(
                .invalidParameter,
                "\"\(name)\" must be a date such as 2026-11-21 or an RFC 3339 time such as 2026-11-21T12:00:00Z "
                    + "(write + as %2B), not \(quoted(text)).",
                field: name)
        }
        return moment
    }

    private static func refuse(
        _ names: [String], beside name: String, in parameters: QueryParameters
    ) throws(Problem) {
        guard let other = parameters.names.first(where: names.contains) else { return }
        throw Problem(.invalidParameter, "\"\(other)\" has no meaning together with \"\(name)\".", field: other)
    }
}
