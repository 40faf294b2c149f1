// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayTelemetry
import Testing

/// A settlement with a value of its own in every field.
func sampleSettlement() -> Settlement {
    Settlement(
        row: RowID(high: 1, low: 2), requestID: "req-1", traceID: "4bf92f3577b34da6a3ce929d0e0e4736",
        // 2026-11-21T07:41:56.000123Z
        startedAt: Timestamp(microseconds: 1_795_246_916_000_123), keyID: "key_01", keyName: "demo",
        endpoint: .chatCompletions, modelAsked: "coding-default", provider: "openai", modelServed: "gpt-5-mini",
        usage: Usage(prompt: 100, completion: 50, cached: 30, cacheWrite: 20, reasoning: 10), usageSource: .provider,
        cost: .priced(NanoDollars(123_400)), latency: 1_500_000, firstToken: 400_000, overhead: 85, status: 200,
        attempts: 2, streamed: true, ending: .complete)
}

func sampleRefusal() -> Refusal {
    Refusal(
        requestID: "req-2", code: .invalidKey, status: 401, path: "/v1/chat/completions",
        startedAt: Timestamp(microseconds: 1_795_246_916_000_123), latency: 77)
}

func sampleLookup() -> ModelLookup {
    ModelLookup(
        requestID: "req-3", traceID: "trace-3", keyID: "key_1", keyName: "demo", model: "gpt", status: 404,
        startedAt: Timestamp(microseconds: 1_795_246_916_000_123), latency: 77)
}

/// A log that goes to a file.
struct FileLog {
    let sink: LogSink
    private let file: FileHandle
    private let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sluice-log-\(UUID().uuidString)"
        try Data().write(to: URL(fileURLWithPath: path))
        file = try #require(FileHandle(forUpdatingAtPath: path))
        sink = LogSink(descriptor: file.fileDescriptor)
    }

    /// Ends the log, and gives what is in it.
    func finish() throws -> Data {
        #expect(sink.close(milliseconds: 20_000))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    /// Ends the log, and gives its lines, each parsed.
    func finishObjects() throws -> [[String: Any]] {
        try finish().split(separator: UInt8(ascii: "\n")).map(object)
    }
}

func object(_ line: Data) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: line) as? [String: Any])
}

/// The lines that `body` makes a lane log.
func logged(_ body: (LaneTelemetry) -> Void) throws -> [[String: Any]] {
    let log = try FileLog()
    let lane = Telemetry(lanes: 1, version: "1", log: log.sink).lane(0)
    body(lane)
    return try log.finishObjects()
}
