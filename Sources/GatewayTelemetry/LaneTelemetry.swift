// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// Counts and logs the calls of one lane. It belongs to its lane. It never waits: counters are relaxed atomics that a
/// scrape reads, and a finished line is appended to the lane's queue under a lock that the log writer takes ten times a
/// second for as long as a swap takes.
package final class LaneTelemetry: SettlementObserver {
    private let series: LaneSeries
    private let queue: LogQueue?
    private var line = LogLine()

    init(metrics: LaneMetrics, queue: LogQueue?) {
        series = LaneSeries(metrics)
        self.queue = queue
    }

    package func observe(_ settlement: Settlement, route: String?, refusal: GatewayFailure.Code?) {
        series.count(settlement, route: route)
        if let refusal { series.count(refusal, .known) }
        guard let queue else { return }
        line.write(settlement, refusal: refusal)
        queue.append(line.bytes)
    }

    package func observe(_ lookup: ModelLookup, refusal: GatewayFailure.Code?) {
        series.countLookup()
        if let refusal { series.count(refusal, .known) }
        guard let queue else { return }
        line.write(lookup, refusal: refusal)
        queue.append(line.bytes)
    }

    package func observeRefusal(_ refusal: Refusal) {
        series.count(refusal.code, .unknown)
        guard let queue else { return }
        line.write(refusal)
        queue.append(line.bytes)
    }
}
