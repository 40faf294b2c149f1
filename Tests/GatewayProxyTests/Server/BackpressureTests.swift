// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Glibc
import Testing

extension DataPlaneTests {
    @Suite("Backpressure")
    struct BackpressureTests {
        private static let event = Array(Calls.event(String(repeating: "x", count: 4000)).utf8)

        @Test("while a client does not read, its provider is paused and the gateway holds at most 256 KiB")
        func slowReader() async throws {
            let offered = Counter()
            let providerWire = Slot<Wire>()
            try await Gateway.with(
                { $0.limits.writeIdle = 60_000 },
                provider: { connection in
                    guard try connection.request() != nil else { return }
                    providerWire.set(connection.wire)
                    // Until the connection closes, so that every byte after the head is payload.
                    try connection.beginStream(fields: [])
                    while true {
                        let count = connection.wire.sendUntilBlocked(Self.event, most: 1 << 20, milliseconds: 100)
                        offered.add(count)
                        if offered.value > 100 << 20 { return }
                        if count == 0 { Thread.sleep(forTimeInterval: 0.05) }
                    }
                }
            ) { gateway, provider in
                // HTTP/1.0, so that the answer has no chunks either.
                let wire = try await blocking {
                    let wire = try gateway.connect(receiveBuffer: 4096)
                    try wire.send(Calls.chat(stream: true, version: "HTTP/1.0"))
                    return wire
                }
                try await Self.waitUntilStill(offered)
                let sent = offered.value
                #expect(sent < 90 << 20, "the provider was not paused")
                let upstream = try #require(providerWire.value)
                let held =
                    sent - upstream.unsent - Self.unread(from: provider.port) - Self.unsent(to: wire.localPort)
                    - wire.unread
                // The answer's head is in the client's part but not in the provider's: at most a KiB.
                #expect(held <= 256 << 10, "\(held) bytes held")
                #expect(held >= 0, "the books do not balance: \(held)")
                wire.close()
                _ = try await gateway.row()
            }
        }

        @Test("a client that reads on after a long pause gets everything")
        func resumes() async throws {
            let events = 4000
            try await Gateway.with(
                {
                    $0.limits.writeIdle = 60_000
                    // Shorter than the client's pause: a provider that is paused is not idle.
                    $0.deadlines.idle = 1000
                },
                provider: { connection in
                    guard try connection.request() != nil else { return }
                    try connection.beginStream()
                    for _ in 0..<events {
                        try connection.wire.send("\(String(Self.event.count, radix: 16))\r\n");
                        try connection.wire.send(Self.event + Array("\r\n".utf8))
                    }
                    try connection.chunk(Calls.usageEvent + Calls.done)
                    try connection.endStream()
                    _ = connection.wire.waitForEnd()
                }
            ) { gateway, _ in
                let body = try await blocking {
                    let wire = try gateway.connect(receiveBuffer: 4096)
                    try wire.send(Calls.chat(stream: true))
                    Thread.sleep(forTimeInterval: 2.5)
                    return try wire.readReply()?.body
                }
                #expect(body?.utf8.count == events * Self.event.count + Calls.done.utf8.count)
                #expect(body?.hasSuffix(Calls.done) == true)
                #expect(try await gateway.row().ending == .complete)
            }
        }

        @Test("a paused stream does not hold up others on its lane")
        func others() async throws {
            try await Gateway.with(
                { $0.limits.writeIdle = 60_000 },
                provider: { connection in
                    while let request = try connection.request() {
                        guard request.body.contains("stream") else {
                            try connection.answer()
                            continue
                        }
                        try connection.beginStream(fields: [])
                        while connection.wire.sendUntilBlocked(Self.event, most: 64 << 20, milliseconds: 8000) > 0 {}
                        return
                    }
                }
            ) { gateway, _ in
                let statuses = try await blocking {
                    let slow = try (0..<10).map { _ in
                        let wire = try gateway.connect(receiveBuffer: 4096)
                        try wire.send(Calls.chat(stream: true))
                        return wire
                    }
                    Thread.sleep(forTimeInterval: 0.5)
                    let wire = try gateway.connect()
                    let statuses = try (0..<50).map { _ in try wire.call(Calls.chat()).status }
                    for wire in slow { wire.close() }
                    return statuses
                }
                #expect(statuses == Array(repeating: 200, count: 50))
                #expect(await gateway.eventually { gateway.books.openCount == 0 })
            }
        }

        /// Waits until nothing has moved for half a second.
        private static func waitUntilStill(_ counter: Counter) async throws {
            var last = -1
            for _ in 0..<60 where last != counter.value {
                last = counter.value
                try await Task.sleep(for: .milliseconds(500))
            }
        }

        // MARK: The gateway's own sockets, which are in this process

        private static var descriptors: [Int32] {
            ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
        }

        /// What the gateway's socket to the provider at `port` has in its kernel buffer.
        private static func unread(from port: Int) -> Int {
            descriptors.filter { Wire.port($0, getpeername) == port }.map { Wire.queued($0, UInt(FIONREAD)) }.reduce(
                0, +)
        }

        /// What the gateway's socket to the client at `port` has in its kernel buffer.
        private static func unsent(to port: Int) -> Int {
            descriptors.filter { Wire.port($0, getpeername) == port }.map { Wire.queued($0, UInt(TIOCOUTQ)) }.reduce(
                0, +)
        }
    }
}
