// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayProxy
import Testing

extension DataPlaneTests {
    @Suite("Draining")
    struct DrainTests {
        @Test("idle clients are sent off, new ones turned away, and the end comes at once")
        func idle() async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, _ in
                let (fresh, used) = try await blocking {
                    let used = try gateway.connect()
                    _ = try used.call(Calls.chat())
                    return (try gateway.connect(), used)
                }
                let start = Date()
                await gateway.drain(milliseconds: 8000)
                #expect(Date().timeIntervalSince(start) < 4)
                let isEnded = try await blocking { fresh.waitForEnd() && used.waitForEnd() }
                #expect(isEnded)
                #expect(throws: (any Error).self) { try gateway.connect() }
            }
        }

        @Test("what is under way finishes, and its connection is then closed")
        func finishes() async throws {
            let gate = Gate()
            try await Gateway.with(
                { $0.lanes = 2 },
                provider: { connection in
                    while let request = try connection.request() {
                        let isStream = request.body.contains("stream")
                        if isStream {
                            try connection.beginStream()
                            try connection.chunk(Calls.event("a"))
                        }
                        gate.wait()
                        if isStream {
                            try connection.chunk(Calls.usageEvent + Calls.done)
                            try connection.endStream()
                        } else {
                            try connection.answer()
                        }
                    }
                }
            ) { gateway, provider in
                async let replies = blocking {
                    let wires = try (0..<20).map { _ in try gateway.connect() }
                    for (index, wire) in wires.enumerated() { try wire.send(Calls.chat(stream: index % 2 == 0)) }
                    return try wires.map { wire in (try wire.readReply(), wire.waitForEnd()) }.map {
                        ($0.0?.status, $0.0?.body, $0.1)
                    }
                }
                #expect(await gateway.eventually { provider.requests.count == 20 })
                async let drained: Void = gateway.drain(milliseconds: 8000)
                try await Task.sleep(for: .milliseconds(200))
                gate.open()
                for (index, reply) in try await replies.enumerated() {
                    #expect(reply.0 == 200 && reply.2)
                    #expect(reply.1 == (index % 2 == 0 ? Calls.event("a") + Calls.done : Calls.completion()))
                }
                await drained
                #expect(gateway.books.rows.count == 20 && gateway.books.rows.allSatisfy { $0.ending == .complete })
            }
        }

        @Test("a process that is replaced serves the next request of every connection, and says that it is the last")
        func replaced() async throws {
            let gate = Gate()
            try await Gateway.with(provider: { connection in
                while let request = try connection.request() {
                    guard request.body.contains("stream") else {
                        try connection.answer()
                        continue
                    }
                    try connection.beginStream()
                    try connection.chunk(Calls.event("a"))
                    gate.wait()
                    try connection.chunk(Calls.usageEvent + Calls.done)
                    try connection.endStream()
                }
            }) { gateway, provider in
                let (fresh, used, busy) = try await blocking {
                    let (fresh, used, busy) = (try gateway.connect(), try gateway.connect(), try gateway.connect())
                    _ = try used.call(Calls.chat())
                    // Its head has promised that the connection stays.
                    try busy.send(Calls.chat(stream: true))
                    return (fresh, used, busy)
                }
                #expect(await gateway.eventually { provider.requests.count == 2 })
                async let drained: Void = gateway.drain(milliseconds: 8000, .replaced)
                // Nobody accepts any more from when it has begun.
                let isLeaving = await gateway.eventually { (try? gateway.connect()) == nil }
                #expect(isLeaving)
                gate.open()
                let last = try await blocking {
                    let stream = try busy.readReply()
                    #expect(stream?.body == Calls.event("a") + Calls.done && stream?.fields["connection"] == nil)
                    return try [fresh, used, busy].map { ($0, try $0.call(Calls.chat())) }.map {
                        ($0.1, $0.0.waitForEnd())
                    }
                }
                for (reply, isEnded) in last {
                    #expect(reply.status == 200 && reply.fields["connection"] == "close" && isEnded)
                }
                await drained
                #expect(gateway.books.rows.allSatisfy { $0.ending == .complete })
            }
        }

        @Test("a connection that comes during a pause waits, and is served when it is over")
        func pause() async throws {
            try await Gateway.with({ $0.lanes = 2 }, provider: { try $0.serve() }) { gateway, _ in
                await gateway.plane.pause()
                let waiting = try await blocking {
                    let wires = try (0..<8).map { _ in try gateway.connect() }
                    for wire in wires { try wire.send(Calls.chat()) }
                    return wires
                }
                #expect(gateway.books.rows.isEmpty)
                try await gateway.plane.accept()
                let replies = try await blocking { try waiting.map { try $0.readReply()?.status } }
                #expect(replies == Array(repeating: 200, count: 8))
            }
        }

        @Test("an answer that a slow client has not read yet is not cut off")
        func slowReader() async throws {
            let body = Calls.completion(String(repeating: "x", count: 12 << 20))
            try await Gateway.with(provider: { try $0.serve(body) }) { gateway, _ in
                let wire = try await blocking {
                    let wire = try gateway.connect(receiveBuffer: 4096)
                    try wire.send(Calls.chat())
                    return wire
                }
                _ = try await gateway.row()
                async let drained: Void = gateway.drain(milliseconds: 15_000)
                let received = try await blocking {
                    Thread.sleep(forTimeInterval: 2.5)
                    return (try wire.readReply()?.body.utf8.count, wire.waitForEnd())
                }
                #expect(received.0 == body.utf8.count && received.1)
                await drained
            }
        }

        @Test("a request that comes while the process drains is refused with when to come back")
        func refusesNewWork() async throws {
            let gate = Gate()
            try await Gateway.with(provider: { connection in
                while try connection.request() != nil {
                    gate.wait()
                    try connection.answer()
                }
            }) { gateway, provider in
                // Its head has begun, so the connection is not idle.
                let begun = try await blocking {
                    let wire = try gateway.connect()
                    try wire.send("POST /v1/chat/completions HTTP/1.1\r\n")
                    Thread.sleep(forTimeInterval: 0.1)
                    return wire
                }
                async let drained: Void = gateway.drain(milliseconds: 8000)
                try await Task.sleep(for: .milliseconds(200))
                let (reply, isEnded) = try await blocking {
                    let rest = Calls.chat().replacingOccurrences(of: "POST /v1/chat/completions HTTP/1.1\r\n", with: "")
                    return (try begun.call(rest), begun.waitForEnd())
                }
                #expect(
                    reply.status == 503 && reply.fields["retry-after"] == "1" && reply.fields["connection"] == "close"
                        && isEnded)
                gate.open()
                await drained
                #expect(provider.requests.isEmpty)
            }
        }

        @Test("what does not finish in time ends as a shutdown: a stream with an error event, a call with a status")
        func graceOver() async throws {
            try await Gateway.with(provider: { connection in
                guard let request = try connection.request() else { return }
                if request.body.contains("stream") {
                    try connection.beginStream()
                    try connection.chunk(Calls.event("a"))
                }
                _ = connection.wire.waitForEnd()
            }) { gateway, provider in
                async let replies = blocking {
                    let wires = try (0..<6).map { _ in try gateway.connect() }
                    for (index, wire) in wires.enumerated() { try wire.send(Calls.chat(stream: index % 2 == 0)) }
                    return try wires.map { try $0.readReply() }
                }
                #expect(await gateway.eventually { provider.requests.count == 6 })
                let start = Date()
                await gateway.drain(milliseconds: 300)
                #expect(Date().timeIntervalSince(start) < 3)
                for (index, reply) in try await replies.enumerated() {
                    #expect(reply?.status == (index % 2 == 0 ? 200 : 503))
                    #expect(reply?.body.contains(#""draining""#) == true)
                    if index % 2 == 0 { #expect(reply?.body.hasPrefix(Calls.event("a") + #"data: {"error":"#) == true) }
                }
                #expect(gateway.books.rows.count == 6 && gateway.books.rows.allSatisfy { $0.ending == .shutDown })
                #expect(gateway.books.openCount == 0)
            }
        }
    }
}
