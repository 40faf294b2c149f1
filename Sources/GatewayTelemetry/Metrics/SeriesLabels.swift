// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// What calls are counted apart by. Every value comes from the configuration or is one of ours, so that callers cannot make
/// series; the status may come from a provider.
struct CallLabels: Hashable, Sendable {
    let endpoint: Endpoint
    let traffic: TrafficLabels
    /// 0 for one that HTTP does not have, and for all statuses of calls that are counted together.
    let status: Int
    let ending: Ending
    let streamed: Bool

    init(_ settlement: Settlement, route: String?) {
        endpoint = settlement.endpoint
        traffic = TrafficLabels(route: route ?? "", provider: settlement.provider ?? "")
        status = (100...599).contains(settlement.status) ? settlement.status : 0
        ending = settlement.ending
        streamed = settlement.streamed
    }

    private init(other labels: CallLabels) {
        endpoint = labels.endpoint
        traffic = .other
        status = 0
        ending = labels.ending
        streamed = labels.streamed
    }

    /// The labels under which a call is counted when there is no room for its own: at most one set for each combination
    /// of what is ours.
    var folded: CallLabels { CallLabels(other: self) }

    var pairs: [Label] {
        [("endpoint", endpoint.rawValue)] + traffic.pairs + [
            ("status", status == 0 ? "other" : "\(status)"), ("ended", ending.rawValue),
            ("stream", streamed ? "true" : "false"),
        ]
    }
}

/// What tokens and money are counted apart by. A name is empty where there was none, which to Prometheus is no label.
struct TrafficLabels: Hashable, Sendable {
    let route: String
    let provider: String

    static let other = TrafficLabels(route: "other", provider: "other")

    var pairs: [Label] { [("route", route), ("provider", provider)] }
}

/// What durations are counted apart by.
struct TimingLabels: Hashable, Sendable {
    let endpoint: Endpoint
    let provider: String

    var pairs: [Label] { [("endpoint", endpoint.rawValue), ("provider", provider)] }
}
