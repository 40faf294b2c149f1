// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Glibc
import Testing

extension DataPlaneTests {
    @Suite("Deadlines and limits towards providers")
    struct DeadlineTests {
        private func expect(_ reply: Reply, _ status: Int, _ code: String, _ gateway: Gateway, _ ending: Ending)
            async throws
        {
            #expect(reply.status == status && reply.body.contains("\"\(code)\""), "\(reply)")
            let row = try await gateway.row()
            #expect(row.status == status && row.ending == ending)
        }

        @Test("a provider that refuses connections is told as unreachable, and billed nothing")
        func refused() async throws {
            let closed = try ScriptedProvider.refusing()
            let gateway = try await Gateway(provider: closed.port, Gateway.Settings())
            let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
            try await expect(reply, 502, "provider_unreachable", gateway, .providerFailed)
            #expect(!reply.body.contains("127.0.0.1") && !reply.body.contains("\(closed.port)"))
            closed.holder.close()
            await gateway.stop()
        }

        @Test("the spare serves where the first cannot be reached")
        func fallback() async throws {
            let closed = try ScriptedProvider.refusing()
            let spare = try ScriptedProvider.serving()
            let gateway = try await Gateway(provider: closed.port, spare: spare.port, Gateway.Settings())
            let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
            #expect(
                reply.status == 200 && reply.fields["x-sluice-provider"] == "spare"
                    && reply.fields["x-sluice-attempts"] == "2")
            spare.stop()
            closed.holder.close()
            await gateway.stop()
        }

        @Test("a provider that accepts no connection has the connect deadline")
        func connectDeadline() async throws {
            // A backlog that is full: the kernel lets further handshakes hang.
            let listener = try ScriptedProvider.listen(0)
            let port = Wire.port(listener, getsockname)
            let fillers = (0..<8).map { _ in
                let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
                var address = Wire.loopback(port)
                withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        _ = Glibc.connect(filler, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
                return filler
            }
            var settings = Gateway.Settings()
            settings.deadlines.connect = 500
            let gateway = try await Gateway(provider: port, settings)
            let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
            #expect([502, 504].contains(reply.status))
            #expect(try await gateway.row().cost == .priced(.zero))
            for filler in fillers + [listener] { Glibc.close(filler) }
            await gateway.stop()
        }

        @Test("a provider that does not begin to answer has the first-byte deadline")
        func firstByte() async throws {
            try await Gateway.with(
                { $0.deadlines.firstByte = 300 },
                provider: { connection in
                    _ = try connection.request()
                    _ = connection.wire.waitForEnd()
                }
            ) { gateway, provider in
                let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
                try await expect(reply, 504, "provider_timeout", gateway, .timedOut)
                #expect(gateway.books.rows[0].usageSource == .estimated, "it may have worked")
                #expect(provider.requests.count == 1)
            }
        }

        @Test("a head that never ends has the first-byte deadline")
        func endlessHead() async throws {
            try await Gateway.with(
                { $0.deadlines.firstByte = 500 },
                provider: { connection in
                    _ = try connection.request()
                    try connection.wire.send("HTTP/1.1 200 OK\r\nx: ")
                    while true {
                        try connection.wire.send("y")
                        Thread.sleep(forTimeInterval: 0.05)
                    }
                }
            ) { gateway, _ in
                let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
                try await expect(reply, 504, "provider_timeout", gateway, .timedOut)
            }
        }

        @Test("an answer that stops has the idle deadline", arguments: [false, true])
        func idle(isStream: Bool) async throws {
            try await Gateway.with(
                { $0.deadlines.idle = 300 },
                provider: { connection in
                    _ = try connection.request()
                    try connection.beginStream()
                    try connection.chunk(isStream ? Calls.event("Hello") : "{")
                    _ = connection.wire.waitForEnd()
                }
            ) { gateway, _ in
                let reply = try await blocking { try gateway.connect().call(Calls.chat(stream: isStream)) }
                #expect(reply.status == (isStream ? 200 : 504))
                if isStream { #expect(reply.body.hasPrefix(Calls.event("Hello") + #"data: {"error":"#)) }
                #expect(reply.body.contains("provider_timeout") && !reply.body.contains("[DONE]"))
                #expect(try await gateway.row().ending == .timedOut)
            }
        }

        @Test("an answer that goes on and on has the total deadline", arguments: [false, true])
        func total(isStream: Bool) async throws {
            try await Gateway.with(
                { $0.deadlines.total = 700 },
                provider: { connection in
                    _ = try connection.request()
                    try connection.beginStream()
                    while true {
                        try connection.chunk(isStream ? Calls.event("more") : " ")
                        Thread.sleep(forTimeInterval: 0.05)
                    }
                }
            ) { gateway, _ in
                let reply = try await blocking { try gateway.connect().call(Calls.chat(stream: isStream)) }
                #expect(reply.status == (isStream ? 200 : 504) && reply.body.contains("provider_timeout"))
                #expect(try await gateway.row().ending == .timedOut)
            }
        }

        @Test("calls beyond the connections to a provider wait their turn")
        func waiting() async throws {
            let busy = Counter()
            let most = Slot<Int>()
            try await Gateway.with(
                { $0.maxConnections = 2 },
                provider: { connection in
                    while try connection.request() != nil {
                        busy.add()
                        most.set(max(most.value ?? 0, busy.value))
                        Thread.sleep(forTimeInterval: 0.05)
                        busy.add(-1)
                        try connection.answer()
                    }
                }
            ) { gateway, provider in
                let statuses = try await blocking {
                    let wires = try (0..<12).map { _ in try gateway.connect() }
                    for wire in wires { try wire.send(Calls.chat()) }
                    return try wires.map { try $0.readReply()?.status }
                }
                #expect(statuses == Array(repeating: 200, count: 12))
                #expect(provider.connections == 2 && most.value == 2)
            }
        }

        @Test("a call whose turn does not come is told that the provider is busy, and billed nothing")
        func busy() async throws {
            let gate = Gate()
            try await Gateway.with(
                {
                    $0.maxConnections = 1
                    $0.deadlines.connect = 400
                },
                provider: { connection in
                    while try connection.request() != nil {
                        gate.wait()
                        try connection.answer()
                    }
                }
            ) { gateway, provider in
                let (waited, first) = try await blocking {
                    let first = try gateway.connect()
                    try first.send(Calls.chat())
                    Thread.sleep(forTimeInterval: 0.1)
                    let waited = try gateway.connect().call(Calls.chat())
                    gate.open()
                    return (waited, try first.readReply())
                }
                #expect(
                    waited.status == 503 && waited.body.contains("provider_busy")
                        && waited.fields["retry-after"] == "1", "\(waited)")
                #expect(first?.status == 200 && provider.requests.count == 1)
                #expect(await gateway.eventually { gateway.books.rows.count == 2 })
                #expect(gateway.books.rows.first { $0.status == 503 }?.cost == .priced(.zero))
            }
        }

        @Test("a client that leaves while it waits gives its turn to the next")
        func leavingTheQueue() async throws {
            let gate = Gate()
            try await Gateway.with(
                { $0.maxConnections = 1 },
                provider: { connection in
                    while try connection.request() != nil {
                        gate.wait()
                        try connection.answer()
                    }
                }
            ) { gateway, provider in
                let statuses = try await blocking {
                    let wires = try (0..<4).map { _ in
                        let wire = try gateway.connect()
                        try wire.send(Calls.chat())
                        Thread.sleep(forTimeInterval: 0.05)
                        return wire
                    }
                    wires[1].close()
                    wires[2].close()
                    Thread.sleep(forTimeInterval: 0.2)
                    gate.open()
                    return [try wires[0].readReply()?.status, try wires[3].readReply()?.status]
                }
                #expect(statuses == [200, 200] && provider.requests.count == 2)
                #expect(await gateway.eventually { gateway.books.rows.count == 4 })
                #expect(gateway.books.rows.filter { $0.ending == .clientGone && $0.cost == .priced(.zero) }.count == 2)
            }
        }

        @Test("connections that break do not use up the limit")
        func slotsComeBack() async throws {
            try await Gateway.with(
                { $0.maxConnections = 2 },
                provider: { connection in
                    _ = try connection.request()
                    if connection.number < 10 { connection.wire.reset() } else { try connection.answer() }
                }
            ) { gateway, _ in
                let statuses = try await blocking {
                    try (0..<12).map { _ in try gateway.connect().call(Calls.chat()).status }
                }
                #expect(statuses == Array(repeating: 502, count: 10) + [200, 200])
            }
        }

        @Test("a redirect is not followed", arguments: [301, 302, 307, 308])
        func redirects(_ status: Int) async throws {
            let elsewhere = try ScriptedProvider.serving()
            try await Gateway.with(provider: { connection in
                while try connection.request() != nil {
                    try connection.answer(
                        status, "", fields: ["location: http://127.0.0.1:\(elsewhere.port)/v1/chat/completions"])
                }
            }) { gateway, provider in
                let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
                #expect(reply.status == 502 && reply.fields["location"] == nil)
                #expect(elsewhere.connections == 0 && provider.requests.count == 1)
            }
            elsewhere.stop()
        }
    }
}
