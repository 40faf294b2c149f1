// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Finds the counters for a call. It belongs to its lane.
final class LaneSeries {
    /// All the counters that one set of labels leads to.
    private struct Series {
        let count: Counter
        let traffic: TrafficCounters
        let timing: TimingHistograms
    }

    private let metrics: LaneMetrics
    private var calls: [CallLabels: Series] = [:]
    private var traffic: [TrafficLabels: TrafficCounters] = [:]
    private var timings: [TimingLabels: TimingHistograms] = [:]
    private var indices: [GatewayFailure.Code: Int] = [:]

    init(_ metrics: LaneMetrics) {
        self.metrics = metrics
        for (index, code) in GatewayFailure.Code.allCases.enumerated() { indices[code] = index }
    }

    func count(_ settlement: Settlement, route: String?) {
        let series = series(CallLabels(settlement, route: route))
        series.count.add()
        series.traffic.count(settlement)
        series.timing.count(settlement)
    }

    /// Counts a refusal by its reason, apart for callers who are known and for strangers.
    func count(_ code: GatewayFailure.Code, _ caller: LaneMetrics.Caller) {
        guard let index = indices[code] else { return }
        metrics.refusals(caller)[index].add()
    }

    func countLookup() { metrics.lookups.add() }

    private func series(_ labels: CallLabels) -> Series {
        if let known = calls[labels] { return known }
        guard calls.count >= metrics.limit else { return add(labels) }
        metrics.folded.add()
        return calls[labels.folded] ?? add(labels.folded)
    }

    private func add(_ labels: CallLabels) -> Series {
        let series = Series(
            count: Counter(), traffic: counters(labels.traffic),
            timing: histograms(TimingLabels(endpoint: labels.endpoint, provider: labels.traffic.provider)))
        calls[labels] = series
        metrics.add(series.count, labels)
        return series
    }

    private func counters(_ labels: TrafficLabels) -> TrafficCounters {
        if let known = traffic[labels] { return known }
        let counters = TrafficCounters()
        traffic[labels] = counters
        metrics.add(counters, labels)
        return counters
    }

    private func histograms(_ labels: TimingLabels) -> TimingHistograms {
        if let known = timings[labels] { return known }
        let histograms = TimingHistograms()
        timings[labels] = histograms
        metrics.add(histograms, labels)
        return histograms
    }
}
