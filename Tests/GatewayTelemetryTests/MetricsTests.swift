// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayTelemetry
import Testing

@Suite("Metrics")
struct MetricsTests {
    private func metrics(_ telemetry: Telemetry) throws -> PrometheusText { try PrometheusText(telemetry.render()) }

    @Test("a call is counted by where it went and how it ended")
    func call() throws {
        let telemetry = Telemetry(lanes: 1, version: "1.2.3", log: nil)
        telemetry.lane(0).observe(sampleSettlement(), route: "coding-*")
        let metrics = try metrics(telemetry)
        #expect(
            try metrics.value(
                "sluice_requests_total",
                [
                    "endpoint": "chat_completions", "route": "coding-*", "provider": "openai", "status": "200",
                    "ended": "complete", "stream": "true",
                ]) == 1)
        let traffic = ["route": "coding-*", "provider": "openai"]
        let tokens = ["input": 100, "output": 50, "cached": 30, "cache_write": 20, "reasoning": 10]
        for (kind, count) in tokens {
            #expect(
                try metrics.value("sluice_tokens_total", traffic.merging(["kind": kind]) { $1 }) == Double(count))
        }
        #expect(try metrics.value("sluice_cost_usd_total", traffic) == 0.0001234)
        #expect(try metrics.value("sluice_attempts_total", traffic) == 2)
        #expect(try metrics.value("sluice_unpriced_requests_total", traffic) == 0)
        #expect(try metrics.value("sluice_estimated_usage_total", traffic) == 0)
        #expect(try metrics.value("sluice_build_info", ["version": "1.2.3"]) == 1)
    }

    @Test("unpriced and estimated calls are visible as such")
    func unpriced() throws {
        let telemetry = Telemetry(lanes: 1, version: "1", log: nil)
        var settlement = sampleSettlement()
        settlement.cost = .unpriced
        settlement.usageSource = .estimated
        telemetry.lane(0).observe(settlement, route: "r")
        let metrics = try metrics(telemetry)
        #expect(try metrics.value("sluice_unpriced_requests_total", ["route": "r"]) == 1)
        #expect(try metrics.value("sluice_estimated_usage_total", ["route": "r"]) == 1)
        #expect(try metrics.value("sluice_cost_usd_total", ["route": "r"]) == 0)
    }

    @Test("refusals are counted by reason, strangers' apart, and every reason is there from the start")
    func refusals() throws {
        let telemetry = Telemetry(lanes: 2, version: "1", log: nil)
        let lanes = [telemetry.lane(0), telemetry.lane(1)]
        for lane in lanes {
            lane.observeRefusal(sampleRefusal())
            lane.observe(sampleSettlement(), route: nil, refusal: .modelNotAllowed)
            lane.observe(sampleLookup(), refusal: .unknownModel)
            lane.observe(sampleLookup(), refusal: nil)
        }
        let metrics = try metrics(telemetry)
        for code in GatewayFailure.Code.allCases {
            let strangers: Double = code == .invalidKey ? 2 : 0
            let known: Double = code == .modelNotAllowed || code == .unknownModel ? 2 : 0
            #expect(
                try metrics.value("sluice_refusals_total", ["code": code.rawValue, "caller": "unknown"]) == strangers)
            #expect(try metrics.value("sluice_refusals_total", ["code": code.rawValue, "caller": "known"]) == known)
        }
        #expect(try metrics.value("sluice_model_lookups_total", [:]) == 4)
    }

    @Test("lanes are added up")
    func lanes() throws {
        let telemetry = Telemetry(lanes: 3, version: "1", log: nil)
        for index in 0..<3 {
            let lane = telemetry.lane(index)
            for _ in 0...index { lane.observe(sampleSettlement(), route: "r") }
        }
        let metrics = try metrics(telemetry)
        #expect(try metrics.value("sluice_requests_total", ["route": "r"]) == 6)
        #expect(try metrics.value("sluice_tokens_total", ["route": "r", "kind": "input"]) == 600)
        #expect(try metrics.value("sluice_request_duration_seconds_count") == 6)
        #expect(try metrics.value("sluice_request_duration_seconds_sum") == 9)
    }

    @Test("each duration is in every bucket whose bound it does not exceed")
    func histogram() throws {
        let telemetry = Telemetry(lanes: 1, version: "1", log: nil)
        let lane = telemetry.lane(0)
        var random = SplitMix(seed: 11)
        var durations: [Int64] = [0, 1, 5_000, 5_001, 600_000_000, 600_000_001]
        for _ in 0..<1_000 {
            durations.append(Int64.random(in: 0...(1 << Int64.random(in: 1...32, using: &random)), using: &random))
        }
        for duration in durations {
            var settlement = sampleSettlement()
            settlement.latency = duration
            lane.observe(settlement, route: "r")
        }
        let name = "sluice_request_duration_seconds"
        let metrics = try metrics(telemetry)
        let buckets = metrics.samples.filter { $0.name == "\(name)_bucket" }
        #expect(buckets.count == 17)
        for bucket in buckets {
            let bound = try #require(bucket.labels["le"].flatMap(Double.init))
            let expected = durations.count { Double($0) / 1_000_000 <= bound }
            #expect(bucket.value == Double(expected), "le \(bound)")
        }
        #expect(buckets.last?.labels["le"] == "+Inf")
        #expect(try metrics.value("\(name)_count") == Double(durations.count))
        let sum = try #require(metrics.samples.first { $0.name == "\(name)_sum" })
        #expect(Decimal(string: sum.text) == Decimal(durations.reduce(0, +)) / 1_000_000)
    }

    @Test("no first token and no attempt are not counted as zero time")
    func absentTimes() throws {
        let telemetry = Telemetry(lanes: 1, version: "1", log: nil)
        var settlement = sampleSettlement()
        settlement.firstToken = nil
        settlement.attempts = 0
        telemetry.lane(0).observe(settlement, route: "r")
        let metrics = try metrics(telemetry)
        #expect(try metrics.value("sluice_time_to_first_token_seconds_count") == 0)
        #expect(try metrics.value("sluice_overhead_seconds_count") == 0)
        #expect(try metrics.value("sluice_request_duration_seconds_count") == 1)
    }

    @Test("label values read back unchanged", arguments: [#"a"b\c"#, "line\nfeed", #"\n"#, "模型=,{}", ""])
    func escaping(value: String) throws {
        let telemetry = Telemetry(lanes: 1, version: value, log: nil)
        telemetry.lane(0).observe(sampleSettlement(), route: value)
        let metrics = try metrics(telemetry)
        #expect(try metrics.value("sluice_requests_total", ["route": value]) == 1)
        #expect(try metrics.value("sluice_build_info", ["version": value]) == 1)
    }

    @Test("nothing a caller names becomes a label")
    func boundedLabels() throws {
        let telemetry = Telemetry(lanes: 1, version: "1", log: nil)
        let lane = telemetry.lane(0)
        var settlement = sampleSettlement()
        for index in 0..<10_000 {
            settlement.modelAsked = "canary-\(index)"
            settlement.modelServed = "canary-\(index)"
            settlement.keyName = "canary-\(index)"
            settlement.keyID = "canary-\(index)"
            settlement.requestID = "canary-\(index)"
            lane.observe(settlement, route: "*")
        }
        let text = telemetry.render()
        #expect(!text.contains("canary"))
        #expect(try PrometheusText(text).value("sluice_requests_total") == 10_000)
    }

    @Test("series are bounded: what has no room is counted as other, and nothing is lost from the sums")
    func seriesLimit() throws {
        let telemetry = Telemetry(lanes: 1, version: "1", log: nil, seriesLimit: 50)
        let lane = telemetry.lane(0)
        var settlement = sampleSettlement()
        for index in 0..<500 {
            settlement.provider = "provider-\(index)"
            settlement.status = 100 + index
            lane.observe(settlement, route: "route-\(index)")
        }
        let metrics = try metrics(telemetry)
        let calls = metrics.samples.filter { $0.name == "sluice_requests_total" }
        #expect(calls.count == 51)
        #expect(calls.reduce(0) { $0 + $1.value } == 500)
        #expect(
            try metrics.value("sluice_requests_total", ["route": "other", "provider": "other", "status": "other"])
                == 450)
        #expect(try metrics.value("sluice_metric_series_folded_total") == 450)
        let input = metrics.samples.filter { $0.name == "sluice_tokens_total" && $0.labels["kind"] == "input" }
        #expect(input.count == 51)
        #expect(input.reduce(0) { $0 + $1.value } == 50_000)
        #expect(metrics.samples.filter { $0.name == "sluice_overhead_seconds_count" }.count == 51)
    }

    @Test("a status that HTTP does not have makes no series of its own", arguments: [-1, 0, 99, 600, Int.max])
    func oddStatus(status: Int) throws {
        let telemetry = Telemetry(lanes: 1, version: "1", log: nil)
        var settlement = sampleSettlement()
        settlement.status = status
        telemetry.lane(0).observe(settlement, route: "r")
        #expect(try metrics(telemetry).value("sluice_requests_total", ["status": "other"]) == 1)
    }

    @Test("figures of other parts are read at each scrape")
    func gauges() throws {
        let telemetry = Telemetry(lanes: 1, version: "1", log: nil)
        telemetry.register(.connections { 3 })
        telemetry.register(.providerConnections { 4 })
        telemetry.register(.inFlight { 5 })
        telemetry.register(.openReservations { 6 })
        telemetry.register(.journalBytes { 7 })
        telemetry.register(.keys { 8 })
        telemetry.register(.configurationRevision { 9 })
        telemetry.register(.configurationReloadFailures { 10 })
        telemetry.register(.storeWritable { false })
        let metrics = try metrics(telemetry)
        let expected: [String: Double] = [
            "connections": 3, "provider_connections": 4, "requests_in_flight": 5, "reservations_open": 6,
            "journal_bytes": 7, "keys": 8, "configuration_revision": 9, "configuration_reload_failures_total": 10,
            "store_writable": 0,
        ]
        for (name, value) in expected { #expect(try metrics.value("sluice_\(name)") == value) }
    }

    #if os(Linux)
        @Test("the process tells its memory, descriptors and start")
        func process() throws {
            let metrics = try metrics(Telemetry(lanes: 1, version: "1", log: nil))
            #expect(try metrics.value("process_resident_memory_bytes") > 1_000_000)
            #expect(try metrics.value("process_cpu_seconds_total") > 0)
            let open = try metrics.value("process_open_fds")
            #expect(open >= 3)
            #expect(try metrics.value("process_max_fds") >= open)
            let started = Date(timeIntervalSince1970: try metrics.value("process_start_time_seconds"))
            #expect(started < Date())
            #expect(started > Date(timeIntervalSinceNow: -86_400))
        }
    #endif

    @Test("scrapes while lanes count see sums that only grow and histograms that are consistent")
    func concurrentScrapes() async throws {
        let telemetry = Telemetry(lanes: 2, version: "1", log: nil)
        let rounds = 10_000
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<2 {
                group.addTask {
                    let lane = telemetry.lane(index)
                    var settlement = sampleSettlement()
                    for round in 0..<rounds {
                        settlement.status = 200 + round % 30
                        lane.observe(settlement, route: "route-\(round % 7)")
                    }
                }
            }
            group.addTask {
                var last: Double = 0
                for _ in 0..<20 {
                    let metrics = try PrometheusText(telemetry.render())
                    let calls = metrics.samples.filter { $0.name == "sluice_requests_total" }.reduce(0) {
                        $0 + $1.value
                    }
                    #expect(calls >= last)
                    last = calls
                    await Task.yield()
                }
            }
            try await group.waitForAll()
        }
        let calls = try metrics(telemetry).samples.filter { $0.name == "sluice_requests_total" }
        #expect(calls.reduce(0) { $0 + $1.value } == Double(2 * rounds))
    }
}
