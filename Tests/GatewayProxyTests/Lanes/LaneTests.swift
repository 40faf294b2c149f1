// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayPipeline
import GatewayProxy
import Testing

extension DataPlaneTests {
    @Suite("Lanes")
    struct LaneTests {
        private static var threads: Int {
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
        }

        /// What the threads of this process are called, without those that come and go with the test's own wires.
        private static var poolThreads: Int {
            let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
            return tasks.count { task in
                let name = (try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)) ?? ""
                return name.hasPrefix("NIO") || name.hasPrefix("TP-")
            }
        }

        @Test("thousands of calls over many connections stay on their lanes' threads, and make no more threads")
        func load() async throws {
            try await Gateway.with(
                { $0.lanes = 2 },
                provider: { connection in
                    while let request = try connection.request() {
                        guard request.body.contains("stream") else {
                            try connection.answer()
                            continue
                        }
                        try connection.beginStream()
                        for event in [Calls.event("a"), Calls.event("b"), Calls.usageEvent, Calls.done] {
                            try connection.chunk(event)
                        }
                        try connection.endStream()
                    }
                }
            ) { gateway, provider in
                @Sendable func run(_ rounds: Int) throws -> Int {
                    var good = 0
                    let wires = try (0..<24).map { _ in try gateway.connect() }
                    for round in 0..<rounds {
                        for (index, wire) in wires.enumerated() {
                            try wire.send(Calls.chat(stream: (round + index) % 3 == 0))
                        }
                        for wire in wires { if try wire.readReply()?.status == 200 { good += 1 } }
                    }
                    return good
                }
                let warm = try await blocking { try run(5) }
                #expect(warm == 120)
                let before = (Self.poolThreads, Self.threads)
                let good = try await blocking { try run(150) }
                #expect(good == 3600)
                // The wires of `run` and the provider's threads come and go; pools and lanes must not.
                #expect(Self.poolThreads == before.0)
                #expect(Self.threads <= before.1 + 2 * 48)
                #expect(gateway.books.visitsOffLoop == 0)
                #expect(await gateway.eventually { gateway.books.rows.count == 3720 && gateway.books.openCount == 0 })
                #expect(provider.connections <= 96)
            }
        }

        @Test("a configuration takes effect on every lane for the next request, and running ones keep theirs")
        func refresh() async throws {
            let gate = Gate()
            try await Gateway.with(
                { $0.lanes = 2 },
                provider: { connection in
                    while let request = try connection.request() {
                        if request.body.contains("stream") { gate.wait() }
                        try connection.answer()
                    }
                }
            ) { gateway, provider in
                async let running = blocking { try gateway.connect().call(Calls.chat(stream: true)) }
                #expect(await gateway.eventually { provider.requests.count == 1 })
                let empty = Compiled(Snapshot(Configuration(), revision: 2))
                let keys = gateway.keys
                await gateway.plane.refresh { LaneState(compiled: empty, keys: keys) }
                let statuses = try await blocking {
                    try (0..<8).map { _ in try gateway.connect().call(Calls.chat()).status }
                }
                #expect(statuses == Array(repeating: 404, count: 8))
                gate.open()
                #expect(try await running.status == 200)
                await gateway.plane.refresh { LaneState(compiled: empty, keys: KeyDirectory()) }
                let refused = try await blocking {
                    try (0..<8).map { _ in try gateway.connect().call(Calls.chat()).status }
                }
                #expect(refused == Array(repeating: 401, count: 8))
            }
        }
    }
}
