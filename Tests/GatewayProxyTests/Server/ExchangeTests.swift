// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

extension DataPlaneTests {
    @Suite("Requests and answers over HTTP/1")
    struct ExchangeTests {
        @Test("requests sent ahead are answered in order, the malformed one and what follows it not at all")
        func pipelined() async throws {
            try await Gateway.with(provider: { connection in
                while let request = try connection.request() {
                    try connection.answer(200, Calls.completion(String(request.body.count)))
                }
            }) { gateway, provider in
                let (replies, isEnded) = try await blocking {
                    let wire = try gateway.connect()
                    let good = (1...17).map { Calls.chat(padding: $0) }.joined()
                    try wire.send(
                        good + "POST /v1/chat/completions HTTP/1.1\r\nhost: gw\r\nhost: gw\r\n\r\n"
                            + Calls.chat(padding: 99))
                    var replies: [Reply] = []
                    while let reply = try wire.readReply() { replies.append(reply) }
                    return (replies, wire.waitForEnd())
                }
                #expect(replies.map(\.status) == Array(repeating: 200, count: 17) + [400])
                #expect(
                    replies.prefix(17).map(\.body)
                        == (1...17).map { Calls.completion(String(Calls.chatBody(padding: $0).count)) })
                #expect(replies.last?.fields["connection"] == "close" && isEnded)
                #expect(provider.requests.count == 17)
                #expect(gateway.books.refusals.count == 1)
            }
        }

        @Test("twenty requests in one packet are all answered, in order")
        func packet() async throws {
            try await Gateway.with(provider: { connection in
                while let request = try connection.request() {
                    try connection.answer(200, Calls.completion(String(request.body.count)))
                }
            }) { gateway, _ in
                let bodies = try await blocking {
                    let wire = try gateway.connect()
                    try wire.send((1...20).map { Calls.chat(padding: $0) }.joined())
                    return try (1...20).map { _ in try wire.readReply()?.body }
                }
                #expect(bodies == (1...20).map { Calls.completion(String(Calls.chatBody(padding: $0).count)) })
            }
        }

        @Test("a client may send far ahead, and is only read as far as makes sense")
        func farAhead() async throws {
            let gate = Gate()
            try await Gateway.with(provider: { connection in
                gate.wait()
                try connection.serve()
            }) { gateway, _ in
                let statuses = try await blocking {
                    let wire = try gateway.connect(receiveBuffer: 4096)
                    let requests = Array((0..<200).map { _ in Calls.chat(padding: 2000) }.joined().utf8)
                    let sender = Thread { try? wire.send(requests) }
                    sender.start()
                    Thread.sleep(forTimeInterval: 0.3)
                    gate.open()
                    return try (0..<200).map { _ in try wire.readReply()?.status }
                }
                #expect(statuses == Array(repeating: 200, count: 200))
            }
        }

        @Test("a request in pieces of every size is the same request", arguments: [1, 3, 50])
        func pieces(size: Int) async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, provider in
                let statuses = try await blocking {
                    let wire = try gateway.connect()
                    return try (0..<3).map { number in
                        let bytes = Array(Calls.chat(padding: number).utf8)
                        for start in stride(from: 0, to: bytes.count, by: size) {
                            try wire.send(Array(bytes[start..<min(bytes.count, start + size)]))
                        }
                        return try wire.readReply()?.status
                    }
                }
                #expect(statuses == [200, 200, 200])
                #expect(provider.requests.map(\.body) == (0..<3).map { Calls.chatBody(padding: $0) })
            }
        }

        @Test("a chunked body reaches the provider whole and with a length")
        func chunked() async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, provider in
                let body = Calls.chatBody(padding: 5000)
                let statuses = try await blocking {
                    let wire = try gateway.connect()
                    return try (0..<3).map { _ in
                        var request = Calls.head(fields: ["transfer-encoding: chunked"])
                        var rest = body[...]
                        while !rest.isEmpty {
                            let piece = rest.prefix(777)
                            rest = rest.dropFirst(777)
                            request += "\(String(piece.utf8.count, radix: 16));ext=1\r\n\(piece)\r\n"
                        }
                        return try wire.call(request + "0\r\nx-sum: 1\r\n\r\n").status
                    }
                }
                #expect(statuses == [200, 200, 200])
                #expect(provider.requests.map(\.body) == [body, body, body])
                #expect(provider.requests.allSatisfy { !$0.head.lowercased().contains("transfer-encoding") })
            }
        }

        @Test("a chunked body that breaks its framing is refused and the connection closed")
        func brokenChunks() async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, provider in
                for broken in [
                    "4\r\n{\"mo\r\nzz\r\n", "0x4\r\n", "5\r\nabcde0\r\n",
                    "1;\(String(repeating: "x", count: 2000))\r\na\r\n0\r\n\r\n",
                ] {
                    let (reply, isEnded) = try await blocking {
                        let wire = try gateway.connect()
                        let reply = try wire.call(Calls.head(fields: ["transfer-encoding: chunked"]) + broken)
                        return (reply, wire.waitForEnd())
                    }
                    #expect(reply.status == 400 && reply.fields["connection"] == "close" && isEnded)
                }
                #expect(provider.requests.isEmpty)
            }
        }

        @Test("100 Continue is said to a caller who is known, and to nobody else")
        func expectations() async throws {
            try await Gateway.with({ $0.limits.body = 4096 }, provider: { try $0.serve() }) { gateway, _ in
                let body = Calls.chatBody()
                func head(_ key: String, _ length: Int) -> String {
                    Calls.head(key: key, fields: ["content-length: \(length)", "expect: 100-continue"])
                }
                let known = head(Calls.key, body.utf8.count)
                let (interim, reply) = try await blocking {
                    let wire = try gateway.connect()
                    let interim = try wire.call(known)
                    return (interim, try wire.call(body))
                }
                #expect(interim.status == 100 && interim.fields.isEmpty && reply.status == 200)
                // Whoever sends the body unasked is not told to.
                let unasked = try await blocking { try gateway.connect().call(known + body) }
                #expect(unasked.status == 200)
                let unknown = head("sk-unknown", 10)
                #expect(try await blocking { try gateway.connect().call(unknown) }.status == 401)
                let large = head(Calls.key, 4097)
                #expect(try await blocking { try gateway.connect().call(large) }.status == 413)
            }
        }

        @Test("HTTP/1.0 gets one answer each, without chunks")
        func http10() async throws {
            try await Gateway.with(provider: { connection in
                while let request = try connection.request() {
                    if request.body.contains("stream") {
                        try connection.beginStream()
                        for event in [Calls.event("a"), Calls.event("b"), Calls.done] { try connection.chunk(event) }
                        try connection.endStream()
                    } else {
                        try connection.answer()
                    }
                }
            }) { gateway, _ in
                for isStream in [false, true] {
                    let request = Calls.chat(stream: isStream, version: "HTTP/1.0", fields: ["connection: keep-alive"])
                    let (reply, isEnded) = try await blocking {
                        let wire = try gateway.connect()
                        let reply = try wire.call(request)
                        return (reply, wire.waitForEnd())
                    }
                    #expect(reply.status == 200 && isEnded)
                    #expect(reply.fields["transfer-encoding"] == nil && reply.fields["connection"] == "close")
                    #expect(
                        reply.body == (isStream ? Calls.event("a") + Calls.event("b") + Calls.done : Calls.completion())
                    )
                }
            }
        }

        @Test("HEAD gets GET's head and no body, and the connection goes on")
        func head() async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, _ in
                let (get, head, again) = try await blocking {
                    let wire = try gateway.connect()
                    let fields = "host: gw\r\nx-api-key: \(Calls.key)\r\nx-request-id: r\r\n\r\n"
                    let get = try wire.call("GET /v1/models HTTP/1.1\r\n" + fields)
                    try wire.send("HEAD /v1/models HTTP/1.1\r\n" + fields)
                    let head = try wire.readReply(toHead: true)
                    return (get, head, try wire.call("GET /v1/models HTTP/1.1\r\n" + fields))
                }
                #expect(get.status == 200 && get.body.contains("gpt") && again == get)
                #expect(head?.status == 200 && head?.fields == get.fields && head?.body == "")
            }
        }

        @Test("an offer to upgrade is not taken up")
        func upgrade() async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, provider in
                for fields in [
                    ["connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAMAAABk"],
                    [
                        "connection: upgrade", "upgrade: websocket", "sec-websocket-key: dGhlIHNhbXBsZQ==",
                        "sec-websocket-version: 13",
                    ],
                ] {
                    let reply = try await blocking { try gateway.connect().call(Calls.chat(fields: fields)) }
                    #expect(reply.status == 200)
                }
                #expect(provider.requests.allSatisfy { !$0.head.lowercased().contains("upgrade") })
            }
        }

        @Test(
            "what is no request is refused and the connection closed, and nothing reaches a provider",
            arguments: [
                "GET /v1/models HTTP/1.1\r\nhost: gw\r\nhost: gw\r\n\r\n",
                "GET  /v1/models HTTP/1.1\r\nhost: gw\r\n\r\n", "GET /v1/models HTTP/1.1\nhost: gw\n\n",
                "POST /v1/x HTTP/1.1\r\nhost: gw\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET http://evil/ HTTP/1.1\r\nhost: gw\r\n\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n\r\n",
                "\u{16}\u{3}\u{1}\r\n\r\n", "SSH-2.0-x\r\n\r\n",
            ])
        func noRequest(_ bytes: String) async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, provider in
                let (reply, isEnded) = try await blocking {
                    let wire = try gateway.connect()
                    let reply = try wire.call(bytes)
                    return (reply, wire.waitForEnd())
                }
                #expect(reply.status == 400 && reply.fields["connection"] == "close" && isEnded)
                #expect(reply.body.contains("malformed_request"))
                #expect(provider.connections == 0)
                #expect(await gateway.eventually { gateway.books.refusals.count == 1 })
            }
        }

        @Test("noise on the port is closed", arguments: [0, 0x16, 0xff])
        func noise(_ byte: Int) async throws {
            try await Gateway.with({ $0.limits.headerTime = 300 }, provider: { try $0.serve() }) { gateway, _ in
                let isEnded = try await blocking {
                    let wire = try gateway.connect()
                    try? wire.send([UInt8](repeating: UInt8(byte), count: 66_000))
                    return wire.waitForEnd()
                }
                #expect(isEnded)
            }
        }

        @Test("a body of many megabytes passes unchanged")
        func largeBody() async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, provider in
                let padding = 20 << 20
                let reply = try await blocking { try gateway.connect().call(Calls.chat(padding: padding)) }
                #expect(reply.status == 200)
                #expect(provider.requests.first?.body == Calls.chatBody(padding: padding))
            }
        }

        @Test("a refused body does not cost the client its answer", arguments: [1001, 500_000, 900_000])
        func refusedWhileSending(length: Int) async throws {
            try await Gateway.with({ $0.limits.body = 1000 }, provider: { try $0.serve() }) { gateway, provider in
                let (reply, isEnded) = try await blocking {
                    let wire = try gateway.connect()
                    let reply = try wire.call(
                        Calls.head(fields: ["content-length: \(length)"]) + String(repeating: " ", count: length))
                    // A body that has come whole leaves the connection usable, any other ends it.
                    let isKept = reply.fields["connection"] == nil
                    return (reply, isKept ? try wire.call(Calls.chat()).status == 200 : wire.waitForEnd())
                }
                #expect(reply.status == 413 && isEnded)
                #expect(provider.requests.allSatisfy { $0.body == Calls.chatBody() })
            }
        }

        @Test("a client that sends requests and reads no answers is served only a few ahead")
        func readsNothing() async throws {
            let answer = Calls.completion(String(repeating: "x", count: 4 << 20))
            try await Gateway.with(provider: { try $0.serve(answer) }) { gateway, provider in
                let wire = try await blocking {
                    let wire = try gateway.connect(receiveBuffer: 4096)
                    try wire.send((0..<40).map { _ in Calls.chat() }.joined())
                    Thread.sleep(forTimeInterval: 1.5)
                    return wire
                }
                #expect(provider.requests.count <= 3, "\(provider.requests.count) answers made for nobody")
                let lengths = try await blocking { try (0..<40).map { _ in try wire.readReply()?.body.utf8.count } }
                #expect(lengths == Array(repeating: answer.utf8.count, count: 40))
            }
        }
    }
}
