// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

extension DataPlaneTests {
    @Suite("HTTP/2, frame by frame")
    struct HTTP2Tests {
        @Test("a call is served, its body in any frames")
        func serves() async throws {
            try await Gateway.withHTTP2 { _, provider, wire in
                try await wire.open(HTTP2Wire.chat, on: 1, ends: false)
                for byte in Calls.chatBody().utf8 { try await wire.send(.data, [], on: 1, [byte]) }
                try await wire.send(.data, [.endStream], on: 1)
                let outcome = await wire.outcome(of: 1)
                #expect(outcome.statuses == ["200"] && outcome.body == Calls.completion() && outcome.isEnded)
                #expect(provider.requests.map(\.body) == [Calls.chatBody()])
            }
        }

        @Test("a client whose window stays closed is given up, whole answer or stream", arguments: [false, true])
        func closedWindow(isStream: Bool) async throws {
            let text = Calls.completion(String(repeating: "x", count: 1 << 20))
            try await Gateway.withHTTP2(
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
                }, initialWindow: 0
            ) { gateway, _, wire in
                try await wire.open(HTTP2Wire.chat, on: 1, ends: false)
                try await wire.send(.data, [.endStream], on: 1, Array(Calls.chatBody(stream: isStream).utf8))
                let outcome = await wire.outcome(of: 1)
                #expect(outcome.reset != nil && !outcome.isEnded, "\(outcome)")
                #expect(await gateway.eventually { gateway.books.rows.count == 1 && gateway.books.openCount == 0 })
                // The connection itself stays, with nothing on it.
                #expect(await gateway.eventually { gateway.clientCount == 1 })
            }
        }

        @Test("a stream that the client resets cancels its call, and no other")
        func reset() async throws {
            let gate = Gate()
            try await Gateway.withHTTP2(provider: { connection in
                while try connection.request() != nil {
                    gate.wait()
                    try connection.answer()
                }
            }) { gateway, provider, wire in
                for stream in [1, 3] {
                    try await wire.open(HTTP2Wire.chat, on: stream, ends: false)
                    try await wire.send(.data, [.endStream], on: stream, Array(Calls.chatBody().utf8))
                }
                #expect(await gateway.eventually { provider.requests.count == 2 })
                try await wire.send(.rstStream, [], on: 1, HTTP2Wire.bytes(HTTP2Wire.cancel))
                #expect(await gateway.eventually { gateway.books.rows.count == 1 })
                #expect(gateway.books.rows.first?.ending == .clientGone)
                gate.open()
                #expect(await wire.outcome(of: 3).status == "200")
            }
        }
    }
}
