// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

extension DataPlaneTests {
    @Suite("Slow clients over HTTP/2")
    struct HTTP2TimeTests {
        /// Times that end nothing in a test that is not about them.
        private static func patient(_ limits: inout ServerLimits) {
            limits.headerTime = 60_000
            limits.bodyIdle = 60_000
            limits.keepAlive = 60_000
        }

        @Test("a body that stops coming is refused, and other streams go on")
        func stalledBody() async throws {
            try await Gateway.withHTTP2({
                Self.patient(&$0.limits)
                $0.limits.bodyIdle = 400
            }) { gateway, provider, wire in
                try await wire.open(HTTP2Wire.chat, on: 1, ends: false)
                try await wire.send(.data, on: 1, Array("{".utf8))
                #expect(await wire.outcome(of: 1).status == "408")
                #expect(try await gateway.row().status == 408)
                try await wire.open(HTTP2Wire.list, on: 3)
                #expect(await wire.outcome(of: 3).status == "200")
                #expect(provider.requests.isEmpty)
            }
        }

        @Test("a body that only drips is refused once the idle time is over")
        func drippingBody() async throws {
            try await Gateway.withHTTP2({
                Self.patient(&$0.limits)
                $0.limits.bodyIdle = 1000
            }) { _, _, wire in
                try await wire.open(HTTP2Wire.chat, on: 1, ends: false)
                let drip = Task {
                    while !Task.isCancelled {
                        try await wire.send(.data, on: 1, Array(" ".utf8))
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
                #expect(await wire.outcome(of: 1).status == "408")
                drip.cancel()
            }
        }

        @Test("a body that comes slowly but steadily is taken")
        func slowBody() async throws {
            try await Gateway.withHTTP2({
                Self.patient(&$0.limits)
                $0.limits.bodyIdle = 1000
            }) { _, _, wire in
                try await wire.open(HTTP2Wire.chat, on: 1, ends: false)
                let body = Array(Calls.chatBody(padding: 2000).utf8)
                for start in stride(from: 0, to: body.count, by: 100) {
                    try await wire.send(.data, on: 1, Array(body[start..<min(body.count, start + 100)]))
                    try await Task.sleep(for: .milliseconds(100))
                }
                try await wire.send(.data, [.endStream], on: 1)
                #expect(await wire.outcome(of: 1).status == "200")
            }
        }

        @Test("a request that is answered and never ends is ended")
        func endlessRequest() async throws {
            try await Gateway.withHTTP2({ Self.patient(&$0.limits) }) { gateway, _, wire in
                try await wire.open(HTTP2Wire.list, on: 1, ends: false)
                let answered = await wire.outcome(of: 1)
                #expect(answered.status == "200" && answered.isEnded)
                // The connection stays; the stream goes.
                #expect(await gateway.eventually { gateway.clientCount == 1 })
                #expect(wire.isOpen)
            }
        }

        @Test(
            "a connection over which no request comes has a head's time, whatever else comes",
            arguments: [[], Array("PRI * HTTP/2.0\r\n\r\nSM\r\n".utf8).suffix(3)] as [[UInt8]])
        func noRequest(_ junk: [UInt8]) async throws {
            try await Gateway.withHTTP2({
                Self.patient(&$0.limits)
                $0.limits.headerTime = 400
            }) { gateway, _, wire in
                if !junk.isEmpty { try await wire.send(junk) }
                #expect(await wire.farewell() == 0)
                #expect(await gateway.eventually { gateway.clientCount == 0 })
            }
        }

        @Test("a head that does not come in time ends the connection, also after a request, also while others go on")
        func slowHead() async throws {
            let gate = Gate()
            try await Gateway.withHTTP2(
                {
                    Self.patient(&$0.limits)
                    $0.limits.headerTime = 700
                },
                provider: { connection in
                    guard try connection.request() != nil else { return }
                    gate.wait()
                }
            ) { gateway, provider, wire in
                try await wire.open(HTTP2Wire.list, on: 1)
                #expect(await wire.outcome(of: 1).status == "200")
                try await wire.open(HTTP2Wire.chat, on: 3, ends: false)
                try await wire.send(.data, [.endStream], on: 3, Array(Calls.chatBody().utf8))
                #expect(await gateway.eventually { provider.requests.count == 1 })
                // Longer than a head's time with a request under way: no head is being waited for.
                try await Task.sleep(for: .milliseconds(1200))
                #expect(wire.isOpen)
                try await wire.send(.headers, on: 5, HTTP2Wire.block(HTTP2Wire.list))
                #expect(await wire.farewell() == 0)
                gate.open()
                #expect(try await gateway.row().ending == .clientGone)
            }
        }

        @Test("a connection without streams is closed after the idle time, with a goodbye")
        func idle() async throws {
            try await Gateway.withHTTP2({
                Self.patient(&$0.limits)
                $0.limits.keepAlive = 400
            }) { gateway, _, wire in
                try await wire.open(HTTP2Wire.list, on: 1)
                #expect(await wire.outcome(of: 1).status == "200")
                #expect(await wire.farewell() == 0)
                #expect(await gateway.eventually { gateway.clientCount == 0 })
            }
        }
    }
}
