// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

extension DataPlaneTests {
    @Suite("Limits on clients")
    struct ClientLimitTests {
        /// Seconds until the gateway ends the connection.
        private static func time(_ wire: Wire) -> Double {
            let start = Date()
            return wire.waitForEnd() ? Date().timeIntervalSince(start) : .infinity
        }

        @Test("connections beyond the limit are closed, and there is room again when one leaves")
        func connections() async throws {
            try await Gateway.with({ $0.limits.connections = 3 }, provider: { try $0.serve() }) { gateway, _ in
                let result = try await blocking {
                    var wires = try (0..<3).map { _ in try gateway.connect() }
                    for wire in wires { guard try wire.call(Calls.chat()).status == 200 else { return false } }
                    guard try gateway.connect().waitForEnd() else { return false }
                    wires.removeLast().close()
                    Thread.sleep(forTimeInterval: 0.2)
                    return try gateway.connect().call(Calls.chat()).status == 200
                }
                #expect(result)
            }
        }

        @Test(
            "a head that does not come in time is refused, drop by drop or not",
            arguments: [
                "", "P", "POST /v1/chat/completions HTTP/1.1\r\nhost: gw\r\n",
            ])
        func slowHead(_ start: String) async throws {
            try await Gateway.with({ $0.limits.headerTime = 400 }, provider: { try $0.serve() }) { gateway, _ in
                let (text, seconds) = try await blocking {
                    let wire = try gateway.connect()
                    try wire.send(start)
                    let begin = Date()
                    if !start.isEmpty {
                        Thread.detachNewThread {
                            for _ in 0..<50 {
                                Thread.sleep(forTimeInterval: 0.1)
                                guard (try? wire.send("x")) != nil else { return }
                            }
                        }
                    }
                    let text = String(decoding: wire.readToEnd(), as: UTF8.self)
                    return (text, Date().timeIntervalSince(begin))
                }
                #expect(start.isEmpty ? text.isEmpty : text.hasPrefix("HTTP/1.1 408 "), "\(text)")
                #expect(seconds > 0.3 && seconds < 5)
            }
        }

        @Test("a head after an idle time has the head's time, not the rest of the idle time")
        func slowSecondHead() async throws {
            try await Gateway.with({ $0.limits.headerTime = 400 }, provider: { try $0.serve() }) { gateway, _ in
                let text = try await blocking {
                    let wire = try gateway.connect()
                    _ = try wire.call(Calls.chat())
                    Thread.sleep(forTimeInterval: 1)
                    try wire.send("POST ")
                    return String(decoding: wire.readToEnd(), as: UTF8.self)
                }
                #expect(text.hasPrefix("HTTP/1.1 408 "))
            }
        }

        @Test("a head larger than the limit is refused", arguments: [1 << 10, 64 << 10, 256 << 10])
        func largeHead(limit: Int) async throws {
            try await Gateway.with({ $0.limits.header = limit }, provider: { try $0.serve() }) { gateway, _ in
                let (fits, large, endless) = try await blocking {
                    let request = Calls.chat(fields: ["x-pad: "])
                    let head = request.utf8.count - Calls.chatBody().utf8.count
                    let fits = request.replacingOccurrences(
                        of: "x-pad: ", with: "x-pad: " + String(repeating: "a", count: limit - head))
                    let large = request.replacingOccurrences(
                        of: "x-pad: ", with: "x-pad: " + String(repeating: "a", count: limit - head + 1))
                    let endless = try gateway.connect()
                    try? endless.send(
                        "POST /v1/chat/completions HTTP/1.1\r\nx-pad: " + String(repeating: "a", count: limit + 1000))
                    return (
                        try gateway.connect().call(fits).status, try gateway.connect().call(large).status,
                        try endless.readReply()?.status
                    )
                }
                #expect(fits == 200 && large == 431 && endless == 431)
            }
        }

        @Test("a body that stops coming is refused")
        func stalledBody() async throws {
            try await Gateway.with({ $0.limits.bodyIdle = 400 }, provider: { try $0.serve() }) { gateway, provider in
                for start in [
                    Calls.head(fields: ["content-length: 100"]) + "{",
                    Calls.head(fields: ["transfer-encoding: chunked"]) + "5\r\nab",
                ] {
                    let (reply, seconds) = try await blocking {
                        let wire = try gateway.connect()
                        let reply = try wire.call(start)
                        return (reply, Self.time(wire))
                    }
                    #expect(reply.status == 408 && reply.fields["connection"] == "close" && seconds < 5)
                }
                #expect(provider.requests.isEmpty)
                #expect(gateway.books.rows.map(\.status) == [408, 408])
            }
        }

        @Test("a body that only drips is refused once the idle time is over")
        func drippingBody() async throws {
            try await Gateway.with({ $0.limits.bodyIdle = 1000 }, provider: { try $0.serve() }) { gateway, _ in
                let (status, seconds) = try await blocking {
                    let wire = try gateway.connect()
                    try wire.send(Calls.head(fields: ["content-length: 1000"]))
                    let begin = Date()
                    while !wire.isReadable(within: 100), Date().timeIntervalSince(begin) < 8 { try? wire.send(" ") }
                    return (try wire.readReply()?.status, Date().timeIntervalSince(begin))
                }
                #expect(status == 408 && seconds < 6)
            }
        }

        @Test("a connection without a request is closed after the idle time")
        func idle() async throws {
            try await Gateway.with({ $0.limits.keepAlive = 400 }, provider: { try $0.serve() }) { gateway, _ in
                let seconds = try await blocking {
                    let wire = try gateway.connect()
                    _ = try wire.call(Calls.chat())
                    return Self.time(wire)
                }
                #expect(seconds > 0.2 && seconds < 5)
            }
        }

        @Test("a client that reads nothing of its stream is given up, the provider told, and the call billed")
        func stoppedReader() async throws {
            try await Gateway.with(
                { $0.limits.writeIdle = 500 },
                provider: { connection in
                    guard try connection.request() != nil else { return }
                    try connection.beginStream(fields: [])
                    let piece = Array(Calls.event(String(repeating: "x", count: 8000)).utf8)
                    while connection.wire.sendUntilBlocked(piece, most: 64 << 20, milliseconds: 5000) > 0 {}
                }
            ) { gateway, _ in
                let wire = try await blocking {
                    let wire = try gateway.connect(receiveBuffer: 4096)
                    try wire.send(Calls.chat(stream: true))
                    return wire
                }
                let row = try await gateway.row()
                #expect(row.ending == .clientGone && row.usageSource == .estimated && row.usage.completion > 0)
                wire.close()
            }
        }

        @Test("a whole answer reaches a slow reader whole, although the connection is to be closed")
        func slowReader() async throws {
            let body = Calls.completion(String(repeating: "x", count: 12 << 20))
            try await Gateway.with(provider: { try $0.serve(body) }) { gateway, _ in
                for fields in [["connection: close"], []] {
                    let received = try await blocking {
                        let wire = try gateway.connect(receiveBuffer: 4096)
                        try wire.send(Calls.chat(fields: fields))
                        // Longer than the gateway waits for a client to close.
                        Thread.sleep(forTimeInterval: 2.5)
                        return try wire.readReply()?.body.utf8.count
                    }
                    #expect(received == body.utf8.count)
                }
            }
        }

        @Test(
            "a whole answer that nobody reads is given up after the idle time", arguments: [["connection: close"], []])
        func unreadAnswer(_ fields: [String]) async throws {
            let body = Calls.completion(String(repeating: "x", count: 30 << 20))
            try await Gateway.with(
                {
                    $0.limits.writeIdle = 600
                    $0.limits.keepAlive = 600_000
                }, provider: { try $0.serve(body) }
            ) { gateway, _ in
                let wire = try await blocking {
                    let wire = try gateway.connect(receiveBuffer: 4096)
                    try wire.send(Calls.chat(fields: fields))
                    return wire
                }
                _ = try await gateway.row()
                #expect(await gateway.eventually { gateway.clientCount == 1 })
                #expect(await gateway.eventually { gateway.clientCount == 0 })
                wire.close()
            }
        }
    }
}
