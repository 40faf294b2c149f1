// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Synchronization

/// The figures of one lane as scrapes see them. The lane adds to counters that it already has without a lock; the lock
/// guards the lists, which grow when a set of labels is seen for the first time.
final class LaneMetrics: Sendable {
    struct Lists: Sendable {
        var calls: [(labels: CallLabels, count: Counter)] = []
        var traffic: [(labels: TrafficLabels, counters: TrafficCounters)] = []
        var timings: [(labels: TimingLabels, histograms: TimingHistograms)] = []
    }

    /// How many sets of call labels are counted apart. Sets of the other labels are never more than those of calls.
    let limit: Int
    private let lists = Mutex(Lists())
    /// Requests that the gateway refused, in the order of the codes: of callers it knows, and of strangers.
    private let refusalsOfKnown = GatewayFailure.Code.allCases.map { _ in Counter() }
    private let refusalsOfUnknown = GatewayFailure.Code.allCases.map { _ in Counter() }
    /// Looks at the list of models.
    let lookups = Counter()
    /// Calls that were counted under `other` because there was no room for their own labels.
    let folded = Counter()

    init(limit: Int) { self.limit = limit }

    /// Whether the key of a refused request was a good one.
    enum Caller: String, CaseIterable {
        case known, unknown
    }

    func refusals(_ caller: Caller) -> [Counter] {
        switch caller {
        case .known: refusalsOfKnown
        case .unknown: refusalsOfUnknown
        }
    }

    /// What there is now; the counters in it go on counting.
    var current: Lists { lists.withLock { $0 } }

    func add(_ count: Counter, _ labels: CallLabels) {
        lists.withLock { $0.calls.append((labels, count)) }
    }

    func add(_ counters: TrafficCounters, _ labels: TrafficLabels) {
        lists.withLock { $0.traffic.append((labels, counters)) }
    }

    func add(_ histograms: TimingHistograms, _ labels: TimingLabels) {
        lists.withLock { $0.timings.append((labels, histograms)) }
    }
}

/// Tokens, money and attempts of one route and provider.
final class TrafficCounters: Sendable {
    let input = Counter()
    let output = Counter()
    let cached = Counter()
    let cacheWrite = Counter()
    let reasoning = Counter()
    let cost = Counter()
    let unpriced = Counter()
    let estimated = Counter()
    let attempts = Counter()

    func count(_ settlement: Settlement) {
        input.add(settlement.usage.prompt)
        output.add(settlement.usage.completion)
        cached.add(settlement.usage.cached)
        cacheWrite.add(settlement.usage.cacheWrite)
        reasoning.add(settlement.usage.reasoning)
        attempts.add(Int64(settlement.attempts))
        switch settlement.cost {
        case .priced(let amount): cost.add(amount.amount)
        case .unpriced: unpriced.add()
        }
        if settlement.usageSource.isApproximate { estimated.add() }
    }
}

/// Durations of the calls of one endpoint at one provider.
final class TimingHistograms: Sendable {
    let duration = Histogram(.durations)
    let firstToken = Histogram(.durations)
    let overhead = Histogram(.overheads)

    func count(_ settlement: Settlement) {
        duration.observe(settlement.latency)
        if let time = settlement.firstToken { firstToken.observe(time) }
        // A call that no provider was asked for has no overhead to speak of.
        if settlement.attempts > 0 { overhead.observe(settlement.overhead) }
    }
}
