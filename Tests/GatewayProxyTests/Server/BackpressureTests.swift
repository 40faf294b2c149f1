// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Glibc
import Synchronization
import Testing

extension DataPlaneTests {
    @Suite("Backpressure")
    struct BackpressureTests {
        private static let event = Array(Calls.event(String(repeating: "x", count: 4000)).utf8)

        private static let streams = 50
        private static let most = 256 << 10

        /// A provider that streams to every request as fast as it is taken. Requests are told apart by their padding.
        private final class Torrent: Sendable {
            private struct Flow {
                let wire: Wire
                var offered = 0
            }

            private let flows = Mutex<[Int: Flow]>([:])
            private let total = Counter()

            var isPaused: Bool { total.value < streams * 9 << 20 }

            /// Until the connection closes, so that every byte after the head is payload.
            func serve(_ connection: ScriptedProvider.Connection) throws {
                guard let request = try connection.request() else { return }
                let number = request.body.utf8.count - Calls.chatBody(stream: true).utf8.count
                flows.withLock { $0[number] = Flow(wire: connection.wire) }
                try connection.beginStream(fields: [])
                while total.value < streams * 10 << 20 {
                    let count = connection.wire.sendUntilBlocked(event, most: 1 << 20, milliseconds: 100)
                    total.add(count)
                    flows.withLock { $0[number]?.offered += count }
                    // The gateway says no more, so what there is to read is its leaving.
                    if count == 0, connection.wire.isReadable(within: 50) { return }
                }
            }

            /// What the gateway's process has taken out of its socket for each stream, once that stands still. What lies in
            /// kernel buffers, on either side, it has not taken.
            func taken() async throws -> [Int] {
                try await waitUntilStill(total)
                let flows = flows.withLock { $0 }
                #expect(flows.count == streams)
                return flows.sorted { $0.key < $1.key }.map { _, flow in
                    flow.offered - flow.wire.unsent - BackpressureTests.unread(on: flow.wire.peerPort)
                }
            }
        }

        @Test(
            "while clients do not read, their providers are paused and the gateway holds at most 256 KiB of each stream"
        )
        func slowReaders() async throws {
            let torrent = Torrent()
            try await Gateway.with({ $0.limits.writeIdle = 60_000 }, provider: torrent.serve) { gateway, _ in
                // HTTP/1.0, so that the answer has no chunks either.
                let wires = try await blocking {
                    try (0..<Self.streams).map { number in
                        let wire = try gateway.connect(receiveBuffer: 4096)
                        try wire.send(Calls.chat(stream: true, padding: number, version: "HTTP/1.0"))
                        return wire
                    }
                }
                let taken = try await torrent.taken()
                #expect(torrent.isPaused)
                for (taken, wire) in zip(taken, wires) {
                    // Given away is what the kernel has for the client, in the gateway's socket and in its own. The head is
                    // in it, and was not taken from the provider: at most a KiB.
                    let held = taken - Self.unsent(to: wire.localPort) - wire.unread
                    #expect(held <= Self.most, "\(held) bytes held of a stream")
                    #expect(held >= -1024, "the books do not balance: \(held)")
                }
                for wire in wires { wire.close() }
                #expect(await gateway.eventually { gateway.books.rows.count == Self.streams })
            }
        }

        @Test("the same over HTTP/2, for clients that give no window")
        func slowReadersOverHTTP2() async throws {
            let torrent = Torrent()
            try await Gateway.withHTTP2({ $0.limits.writeIdle = 60_000 }, provider: torrent.serve) { _, _, wire in
                try await Self.openAll(wire)
                let taken = try await torrent.taken()
                #expect(torrent.isPaused)
                for (number, taken) in taken.enumerated() {
                    let held = taken - wire.received(on: 2 * number + 1)
                    #expect(held <= Self.most, "\(held) bytes held of a stream")
                    #expect(held >= 0, "the books do not balance: \(held)")
                }
            }
        }

        @Test("the same over HTTP/2, for a client that gives a window and takes nothing from its socket")
        func fullSocket() async throws {
            let torrent = Torrent()
            try await Gateway.withHTTP2(
                { $0.limits.writeIdle = 60_000 }, provider: torrent.serve, initialWindow: 1 << 30
            ) { _, _, wire in
                try await wire.send(.windowUpdate, [], on: 0, HTTP2Wire.bytes(1 << 30))
                try await wire.stopReading()
                try await Self.openAll(wire)
                let taken = try await torrent.taken().reduce(0, +)
                #expect(torrent.isPaused)
                // One socket carries all: what of each stream is in its buffers, encrypted, cannot be told apart.
                let given = Self.unsent(to: wire.localPort) + Self.unread(on: wire.localPort)
                #expect(taken - given <= Self.streams * Self.most, "\(taken - given) bytes held of all streams")
            }
        }

        private static func openAll(_ wire: HTTP2Wire) async throws {
            for number in 0..<streams {
                try await wire.open(HTTP2Wire.chat, on: 2 * number + 1, ends: false)
                let body = Calls.chatBody(stream: true, padding: number)
                try await wire.send(.data, [.endStream], on: 2 * number + 1, Array(body.utf8))
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

        // MARK: Kernel buffers of sockets, which are all in this process

        private static var descriptors: [Int32] {
            ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
        }

        /// What was received on the socket at `port` of this machine, the gateway's or a client's, and not read.
        private static func unread(on port: Int) -> Int {
            descriptors.filter { Wire.port($0, getsockname) == port }.map { Wire.queued($0, UInt(FIONREAD)) }.reduce(
                0, +)
        }

        /// What was sent to the client at `port`, and has not reached it.
        private static func unsent(to port: Int) -> Int {
            descriptors.filter { Wire.port($0, getpeername) == port }.map { Wire.queued($0, UInt(TIOCOUTQ)) }.reduce(
                0, +)
        }
    }
}
