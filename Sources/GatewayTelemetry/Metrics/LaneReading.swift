// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The figures of all lanes added up, at one moment.
struct LaneReading {
    private var calls: [CallLabels: UInt64] = [:]
    private var traffic: [TrafficLabels: TrafficReading] = [:]
    private var timings: [TimingLabels: TimingReading] = [:]
    private var refusals: [LaneMetrics.Caller: [UInt64]] = [:]
    private var lookups: UInt64 = 0
    private var folded: UInt64 = 0

    init(_ lanes: [LaneMetrics]) {
        for lane in lanes {
            let lists = lane.current
            for (labels, count) in lists.calls { calls[labels, default: 0] &+= count.value }
            for (labels, counters) in lists.traffic { traffic[labels, default: TrafficReading()].add(counters) }
            for (labels, histograms) in lists.timings { add(histograms, labels) }
            for caller in LaneMetrics.Caller.allCases {
                let counts = lane.refusals(caller).map(\.value)
                refusals[caller] = refusals[caller].map { zip($0, counts).map(&+) } ?? counts
            }
            lookups &+= lane.lookups.value
            folded &+= lane.folded.value
        }
    }

    private mutating func add(_ histograms: TimingHistograms, _ labels: TimingLabels) {
        let reading = TimingReading(histograms)
        if timings[labels]?.add(reading) == nil { timings[labels] = reading }
    }

    func render(into exposition: inout Exposition) {
        renderCalls(&exposition)
        renderTraffic(&exposition)
        renderTimings(&exposition)
    }

    private func renderCalls(_ exposition: inout Exposition) {
        exposition.add(
            "requests_total", .counter, "Calls of known callers, by how they ended.",
            Self.sorted(calls.map { Sample($0.pairs, "\($1)") }))
        exposition.add(
            "refusals_total", .counter, "Requests that the gateway refused, by reason and whether it knew the caller.",
            LaneMetrics.Caller.allCases.flatMap { caller in
                zip(GatewayFailure.Code.allCases, refusals[caller] ?? []).map { code, count in
                    Sample([("code", code.rawValue), ("caller", caller.rawValue)], "\(count)")
                }
            })
        exposition.add(
            "model_lookups_total", .counter, "Requests for the list of models, or for one of them.",
            [Sample([], "\(lookups)")])
        exposition.add(
            "metric_series_folded_total", .counter,
            "Calls counted under the label value 'other' because the bound on series was reached.",
            [Sample([], "\(folded)")])
    }

    private func renderTraffic(_ exposition: inout Exposition) {
        exposition.add(
            "tokens_total", .counter,
            "Tokens, as the provider or an estimate counted them. Input includes cached and written ones, output reasoning.",
            Self.sorted(traffic.flatMap { labels, reading in reading.tokens(labels) }))
        let figures: [(String, String, (TrafficReading) -> String)] = [
            ("cost_usd_total", "What priced calls cost, in US dollars.", { decimal($0.cost, places: 9) }),
            ("unpriced_requests_total", "Calls whose model has no price: their cost is unknown.", { "\($0.unpriced)" }),
            ("estimated_usage_total", "Calls whose tokens are estimates.", { "\($0.estimated)" }),
            ("attempts_total", "How often a provider was asked.", { "\($0.attempts)" }),
        ]
        for (name, help, figure) in figures {
            exposition.add(name, .counter, help, Self.sorted(traffic.map { Sample($0.pairs, figure($1)) }))
        }
    }

    private func renderTimings(_ exposition: inout Exposition) {
        let figures: [(String, String, (TimingReading) -> HistogramReading)] = [
            ("request_duration_seconds", "From the first byte of a request to the last of its answer.", \.duration),
            (
                "time_to_first_token_seconds", "From the first byte of a request to the first of its answer's content.",
                \.firstToken
            ),
            ("overhead_seconds", "What the gateway itself spent on a call that a provider was asked for.", \.overhead),
        ]
        let ordered = timings.sorted {
            ($0.key.endpoint.rawValue, $0.key.provider) < ($1.key.endpoint.rawValue, $1.key.provider)
        }
        for (name, help, figure) in figures {
            exposition.add(name, .histogram, help, ordered.flatMap { figure($1).samples($0.pairs) })
        }
    }

    /// In the order of their labels, so that two scrapes can be compared.
    private static func sorted(_ samples: [Sample]) -> [Sample] {
        samples.sorted { left, right in left.labels.map(\.value).lexicographicallyPrecedes(right.labels.map(\.value)) }
    }
}

private struct TrafficReading {
    var kinds: [(name: String, count: UInt64)] = []
    var cost: UInt64 = 0
    var unpriced: UInt64 = 0
    var estimated: UInt64 = 0
    var attempts: UInt64 = 0

    mutating func add(_ counters: TrafficCounters) {
        let counts = [
            ("input", counters.input), ("output", counters.output), ("cached", counters.cached),
            ("cache_write", counters.cacheWrite), ("reasoning", counters.reasoning),
        ]
        kinds = counts.enumerated().map { index, kind in
            (kind.0, kind.1.value &+ (kinds.isEmpty ? 0 : kinds[index].count))
        }
        cost &+= counters.cost.value
        unpriced &+= counters.unpriced.value
        estimated &+= counters.estimated.value
        attempts &+= counters.attempts.value
    }

    func tokens(_ labels: TrafficLabels) -> [Sample] {
        kinds.map { Sample([("kind", $0.name)] + labels.pairs, "\($0.count)") }
    }
}

private struct TimingReading {
    var duration: HistogramReading
    var firstToken: HistogramReading
    var overhead: HistogramReading

    init(_ histograms: TimingHistograms) {
        duration = histograms.duration.reading
        firstToken = histograms.firstToken.reading
        overhead = histograms.overhead.reading
    }

    mutating func add(_ other: TimingReading) {
        duration.add(other.duration)
        firstToken.add(other.firstToken)
        overhead.add(other.overhead)
    }
}
