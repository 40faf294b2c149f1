// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewaySimulator

@Suite("Simulator")
struct SimulatorTests {
    @Test("it tells its port when ready, and ends when cancelled, whatever is in flight")
    func lifecycle() async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Simulator(options: SimulatorOptions(port: 0)).run { continuation.yield($0) }
            }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let body = #"{"model":"m+chunks=5,stall=2","stream":true,"messages":[{"role":"user","content":"x"}]}"#
            let connection = try await RawConnection.chat("/v1/chat/completions", body: body, port: port)
            let (text, _) = try await connection.receive { $0.components("data: ") == 2 }
            #expect(text.hasPrefix("HTTP/1.1 200 OK"))
            group.cancelAll()
            #expect(try await connection.receive().end != .open)
            connection.hangUp()
            try await group.waitForAll()
        }
    }

    @Test("a port that is taken is an error")
    func portTaken() async throws {
        try await Provider.run { provider in
            let options = SimulatorOptions(port: try provider.port)
            await #expect(throws: SimulatorFailure.self) { try await Simulator(options: options).run() }
        }
    }
}
