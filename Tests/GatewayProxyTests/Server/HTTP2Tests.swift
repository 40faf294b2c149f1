// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import NIOHPACK
import NIOHTTP2
import Testing

extension DataPlaneTests {
    @Suite("HTTP/2, frame by frame")
    struct HTTP2Tests {
        private static let certificates = Result { try Certificates() }

        private func with(
            _ change: (inout Gateway.Settings) -> Void = { _ in },
            provider script: @escaping @Sendable (ScriptedProvider.Connection) throws -> Void = { try $0.serve() },
            _ body: (Gateway, ScriptedProvider, FrameClient) async throws -> Void
        ) async throws {
            let certificates = try Self.certificates.get()
            try await Gateway.with(
                {
                    $0.tls = .init(
                        address: ListenAddress(host: "127.0.0.1", port: 0), certificate: certificates.chain,
                        privateKey: certificates.key)
                    change(&$0)
                }, provider: script
            ) { gateway, provider in
                let client = try await FrameClient(port: gateway.tlsPort ?? 0, authority: certificates.authority)
                try await body(gateway, provider, client)
                await client.close()
            }
        }

        private static func post(_ path: String = "/v1/chat/completions", _ more: [(String, String)] = []) -> [(
            String, String
        )] {
            [(":method", "POST"), (":scheme", "https"), (":authority", "gw"), (":path", path)]
                + [("authorization", "Bearer \(Calls.key)"), ("content-type", "application/json")] + more
        }

        @Test("a call is served, its body in any frames")
        func serves() async throws {
            try await with { _, provider, client in
                let stream = try await client.open(Self.post())
                for byte in Calls.chatBody().utf8 { try await client.send([byte], on: stream) }
                try await client.send([], on: stream, ends: true)
                let reply = await client.reply(on: stream)
                #expect(reply.status == "200" && reply.body == Calls.completion() && reply.isEnded, "\(reply)")
                #expect(provider.requests.map(\.body) == [Calls.chatBody()])
            }
        }

        @Test(
            "requests that HTTP/1 would refuse are refused here too, and others on the connection go on",
            arguments: [
                [(":method", "GET"), (":scheme", "https"), (":authority", "gw"), (":path", "/v1//models")],
                [(":method", "GET"), (":scheme", "https"), (":authority", "gw"), (":path", "/v1/%2e%2e/models")],
                [(":method", "GET"), (":scheme", "https"), (":authority", "gw"), (":path", "*")],
                [(":method", "GET"), (":scheme", "https"), (":authority", "gw"), (":path", "/v1/models#x")],
                [
                    (":method", "GET"), (":scheme", "https"), (":authority", "gw"), (":path", "/v1/models"),
                    ("host", "evil"),
                ],
                [
                    (":method", "GET"), (":scheme", "https"), (":authority", "gw"), (":path", "/v1/models"),
                    ("x-a", "b\r\nc: d"),
                ],
                [
                    (":method", "GET"), (":scheme", "https"), (":authority", "gw"), (":path", "/v1/models"),
                    ("x-a", "\0"),
                ],
                [
                    (":method", "GET"), (":scheme", "https"), (":authority", "gw"), (":path", "/v1/models"),
                    ("x a", "b"),
                ],
            ] as [[(String, String)]])
        func refuses(_ headers: [(String, String)]) async throws {
            try await with { _, provider, client in
                let bad = try await client.open(headers, ends: true)
                let refused = await client.reply(on: bad)
                #expect(refused.status == "400" && refused.isEnded || refused.isReset, "\(refused)")
                let good = try await client.open(Self.post(), ends: false)
                try await client.send(Array(Calls.chatBody().utf8), on: good, ends: true)
                #expect(await client.reply(on: good).status == "200")
                #expect(provider.requests.count == 1)
            }
        }

        @Test("too many fields are refused")
        func manyFields() async throws {
            try await with { _, _, client in
                let stream = try await client.open(
                    Self.post("/v1/models", (0..<120).map { ("x-\($0)", "v") }), ends: true)
                let reply = await client.reply(on: stream)
                #expect(reply.status == "431" || reply.isReset, "\(reply)")
            }
        }

        @Test("a body that is not what content-length says reaches no provider", arguments: ["1", "100000"])
        func wrongLength(_ length: String) async throws {
            try await with { _, provider, client in
                let stream = try await client.open(Self.post("/v1/chat/completions", [("content-length", length)]))
                try await client.send(Array(Calls.chatBody().utf8), on: stream, ends: true)
                let reply = await client.reply(on: stream)
                #expect(reply.status != "200", "\(reply)")
                #expect(provider.requests.isEmpty)
            }
        }

        @Test("a client whose window stays closed is given up, whole answer or stream", arguments: [false, true])
        func closedWindow(isStream: Bool) async throws {
            let text = Calls.completion(String(repeating: "x", count: 1 << 20))
            try await with(
                { $0.limits.writeIdle = 600 },
                provider: { connection in
                    guard try connection.request() != nil else { return }
                    if isStream {
                        try connection.beginStream(fields: [])
                        let event = Array(Calls.event(String(repeating: "x", count: 8000)).utf8)
                        while connection.wire.sendUntilBlocked(event, most: 16 << 20, milliseconds: 8000) > 0 {}
                    } else {
                        try connection.answer(200, text)
                    }
                }
            ) { gateway, _, client in
                client.setInitialWindow(0)
                let stream = try await client.open(Self.post())
                try await client.send(Array(Calls.chatBody(stream: isStream).utf8), on: stream, ends: true)
                let reply = await client.reply(on: stream)
                #expect(reply.isReset && !reply.isEnded, "\(reply)")
                #expect(await gateway.eventually { gateway.books.rows.count == 1 && gateway.books.openCount == 0 })
                // The connection itself stays, with nothing on it.
                #expect(await gateway.eventually { gateway.clientCount == 1 })
            }
        }

        @Test("a stream that the client resets cancels its call, and no other")
        func reset() async throws {
            let gate = Gate()
            try await with(provider: { connection in
                while try connection.request() != nil {
                    gate.wait()
                    try connection.answer()
                }
            }) { gateway, provider, client in
                let (first, second) = (try await client.open(Self.post()), try await client.open(Self.post()))
                for stream in [first, second] {
                    try await client.send(Array(Calls.chatBody().utf8), on: stream, ends: true)
                }
                #expect(await gateway.eventually { provider.requests.count == 2 })
                try await client.reset(first)
                #expect(await gateway.eventually { gateway.books.rows.count == 1 })
                #expect(gateway.books.rows.first?.ending == .clientGone)
                gate.open()
                #expect(await client.reply(on: second).status == "200")
            }
        }

        @Test("streams opened and reset in a flood end the connection, or are all refused, and nothing stays open")
        func rapidReset() async throws {
            try await with { gateway, _, client in
                for _ in 0..<3000 {
                    guard let stream = try? await client.open(Self.post("/v1/models"), ends: true) else { break }
                    try? await client.reset(stream)
                }
                #expect(await gateway.eventually { gateway.clientCount <= 1 && gateway.books.openCount == 0 })
            }
        }
    }
}
