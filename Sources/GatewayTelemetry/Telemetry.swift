// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the gateway tells about itself: a line for each request, and metrics. One for the process; each lane counts on its
/// own, and a scrape adds the lanes up.
package final class Telemetry: Sendable {
    private let version: String
    private let log: LogSink?
    private let lanes: [LaneMetrics]
    private let lineQueues: [LogQueue?]
    private let gauges = Mutex<[Gauge]>([])

    /// - version: of the gateway, for `sluice_build_info`.
    /// - log: where request lines go; nil writes none.
    /// - seriesLimit: how many sets of label values one lane counts apart. Later ones are counted together, as `other`.
    package init(lanes: Int, version: String, log: LogSink?, seriesLimit: Int = 2_000) {
        self.version = version
        self.log = log
        self.lanes = (0..<lanes).map { _ in LaneMetrics(limit: seriesLimit) }
        lineQueues = (0..<lanes).map { _ in log?.makeQueue(sharedBy: lanes) }
        if let log {
            register(.droppedLogLines { Int(clamping: log.droppedLines) })
        }
    }

    /// The observer of one lane, for that lane alone: made once for each index, counted from 0.
    package func lane(_ index: Int) -> sending LaneTelemetry {
        LaneTelemetry(metrics: lanes[index], queue: lineQueues[index])
    }

    /// Adds a figure that is read at each scrape.
    package func register(_ gauge: Gauge) {
        gauges.withLock { $0.append(gauge) }
    }

    /// All metrics in Prometheus' text format, version 0.0.4.
    package func render() -> String {
        var exposition = Exposition()
        exposition.add(
            "build_info", .gauge, "The running version; the value is always 1.",
            [Sample([("version", version)], "1")])
        LaneReading(lanes).render(into: &exposition)
        for gauge in gauges.withLock({ $0 }) { gauge.render(into: &exposition) }
        ProcessFigures.render(into: &exposition)
        return exposition.text
    }
}
