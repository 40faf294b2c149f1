// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayHTTP
import Testing

@testable import GatewayPipeline

/// A lane with scripted ports: everything around the pipeline that a test sets up and looks at.
final class World {
    let timeline = Timeline()
    let clock = ManualClock()
    let ledger: RecordingLedger
    let observer = RecordingObserver()
    let upstream: ScriptedUpstream
    let lane: LaneContext
    private(set) var client: ScriptedClient

    init(
        _ scripts: ProviderScript..., configuration: Configuration = .sample, limits: ServerLimits = ServerLimits()
    ) {
        ledger = RecordingLedger(timeline)
        upstream = ScriptedUpstream(timeline, clock, scripts)
        client = ScriptedClient(timeline, body: .success([]))
        let ports = LanePorts(
            clock: clock, hasher: SpreadingHasher(), ledger: ledger, observer: observer, upstream: upstream)
        lane = LaneContext(
            compiled: Compiled(Snapshot(configuration, revision: 1)), keys: KeyDirectory(SampleKeys.stored),
            limits: limits, ports: ports)
    }

    /// Runs one call to its end. `prepare` may change the client before it starts.
    @discardableResult
    func run(_ request: Request, prepare: (ScriptedClient) -> Void = { _ in }) async throws -> ScriptedClient {
        client = ScriptedClient(timeline, body: request.body)
        prepare(client)
        let bytes = Array(request.headText.utf8)
        let head = try RequestHead(parsing: bytes.span, limits: HeadLimits(bytes: 64 << 10, fields: 100))
        await Pipeline(lane).run(head, client)
        #expect(ledger.openCount == 0, "a reservation was left open")
        #expect(observer.settlements == ledger.rows, "the observer saw other rows than the ledger")
        return client
    }

    /// The one row of the one call.
    var row: Settlement {
        get throws {
            #expect(ledger.rows.count == 1)
            return try #require(ledger.rows.first)
        }
    }

    /// The row bills the estimate of the input, and nothing else: the provider may have worked, and delivered nothing.
    func expectInputBilled() throws {
        let row = try row
        if row.endpoint == .countTokens {
            #expect(row.usage == .zero && row.usageSource == .none)
        } else {
            #expect(row.usage == Usage(prompt: ledger.openings.first?.estimatedPrompt ?? 0) && row.usage.prompt > 0)
            #expect(row.usageSource == .estimated && row.cost != .priced(.zero))
        }
    }

    /// The row is written before the client can have the whole answer.
    func expectSettledBeforeTheEnd() {
        let settled = timeline.index(of: .settled)
        let last = timeline.index(of: .responded) ?? timeline.index(of: .ended) ?? timeline.index(of: .brokeOff)
        #expect(settled != nil && last != nil && settled ?? 0 < last ?? 0, "\(timeline.moments)")
    }
}

/// A request as a client would send it.
struct Request {
    var line: String
    var fields: [String]
    var body: Result<[UInt8], BodyFailure>

    init(
        _ path: String, _ body: String, key: String? = SampleKeys.demo, fields: [String] = [], method: String = "POST"
    ) {
        line = "\(method) \(path) HTTP/1.1"
        self.fields = ["Host: gw"] + (key.map { ["Authorization: Bearer \($0)"] } ?? []) + fields
        self.body = .success(Array(body.utf8))
    }

    var headText: String { ([line] + fields).map { $0 + "\r\n" }.joined() + "\r\n" }
}

/// A digest that differs where keys differ, which is all these tests need.
struct SpreadingHasher: KeyHashing {
    func digest(of key: UnsafeRawBufferPointer) -> KeyDigest {
        var words = [UInt64](repeating: 0xcbf2_9ce4_8422_2325, count: 4)
        for (index, byte) in key.enumerated() {
            for lane in 0..<4 { words[lane] = (words[lane] ^ UInt64(byte) &+ UInt64(index * lane)) &* 0x100_0000_01b3 }
        }
        let bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
        guard let digest = KeyDigest(bytes: bytes) else { preconditionFailure("32 bytes make a digest") }
        return digest
    }
}

/// JSON as tests look into it.
enum JSON {
    static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    /// The `error` object of an answer in either dialect.
    static func error(_ text: String) throws -> [String: Any] {
        try #require(try object(text)["error"] as? [String: Any], "\(text)")
    }
}
