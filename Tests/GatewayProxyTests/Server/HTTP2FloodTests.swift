// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

extension DataPlaneTests {
    @Suite("Floods over HTTP/2")
    struct HTTP2FloodTests {
        /// Frames that cost a client nothing, sent more often than the bound allows.
        struct Flood: Sendable, CustomTestStringConvertible {
            var testDescription: String
            /// How often it is sent in all.
            var count: Int
            /// The `index`-th of the flood.
            var frames: @Sendable (_ index: Int) -> [UInt8]

            static func of(_ kind: HTTP2Wire.Kind, on stream: Int = 0, _ payload: [UInt8]) -> Flood {
                Flood(testDescription: "\(kind)", count: 201) { _ in HTTP2Wire.frame(kind, on: stream, payload) }
            }
        }

        private static let floods: [Flood] = [
            .of(.ping, [UInt8](repeating: 7, count: 8)), .of(.settings, []),
            .of(.settings, [0, 4, 0, 0, 255, 255]), .of(.priority, on: 1, [0, 0, 0, 3, 10]),
            Flood(testDescription: "streams opened and reset", count: 202) { index in
                let stream = 2 * index + 1
                return HTTP2Wire.frame(
                    .headers, [.endHeaders, .endStream], on: stream, HTTP2Wire.block(HTTP2Wire.list))
                    + HTTP2Wire.frame(.rstStream, on: stream, HTTP2Wire.bytes(HTTP2Wire.cancel))
            },
            Flood(testDescription: "streams that must be reset", count: 201) { index in
                let head = HTTP2Wire.block(HTTP2Wire.list + [("connection", "close")])
                return HTTP2Wire.frame(.headers, [.endHeaders, .endStream], on: 2 * index + 1, head)
            },
            Flood(testDescription: "empty pieces of a body", count: 3) { index in
                let head = HTTP2Wire.frame(.headers, [.endHeaders], on: 1, HTTP2Wire.block(HTTP2Wire.chat))
                return (index == 0 ? head : []) + HTTP2Wire.frame(.data, on: 1)
            },
            Flood(testDescription: "pieces of a head", count: 8) { index in
                HTTP2Wire.frame(
                    index == 0 ? .headers : .continuation, on: 1, index == 0 ? HTTP2Wire.block(HTTP2Wire.list) : [])
            },
        ]

        @Test("a flood is ended, and other connections are served", arguments: floods)
        func ends(_ flood: Flood) async throws {
            try await Gateway.withHTTP2 { gateway, _, wire in
                try? await wire.send((0..<flood.count).flatMap(flood.frames))
                #expect(await wire.farewell() == HTTP2Wire.enhanceYourCalm)
                #expect(!wire.isOpen)
                #expect(await gateway.eventually { gateway.clientCount == 0 && gateway.books.openCount == 0 })
                let other = try await gateway.connectHTTP2()
                try await other.open(HTTP2Wire.list, on: 1)
                #expect(await other.outcome(of: 1).status == "200")
                await other.close()
            }
        }

        @Test("what stays within the bounds is no flood")
        func calm() async throws {
            try await Gateway.withHTTP2 { _, _, wire in
                for _ in 0..<90 { try await wire.send(.ping, [], on: 0, [UInt8](repeating: 7, count: 8)) }
                for index in 0..<90 {
                    try await wire.open(HTTP2Wire.chat, on: 2 * index + 1, ends: false)
                    try await wire.send(.rstStream, on: 2 * index + 1, HTTP2Wire.bytes(HTTP2Wire.cancel))
                }
                for index in 0..<5 {
                    let kind: HTTP2Wire.Kind = index == 0 ? .headers : .continuation
                    let block = HTTP2Wire.block(HTTP2Wire.list)
                    let piece = block[(index * block.count / 5)..<((index + 1) * block.count / 5)]
                    let flags: HTTP2Wire.Flags = index == 0 ? [.endStream] : index == 4 ? [.endHeaders] : []
                    try await wire.send(kind, flags, on: 201, Array(piece))
                }
                #expect(await wire.outcome(of: 201).status == "200")
            }
        }

        @Test("no more than a hundred streams may be open")
        func streams() async throws {
            try await Gateway.withHTTP2 { gateway, _, wire in
                for index in 0..<100 { try await wire.open(HTTP2Wire.chat, on: 2 * index + 1, ends: false) }
                // The connection and its streams.
                #expect(await gateway.eventually { gateway.clientCount == 101 })
                #expect(wire.isOpen)
                try await wire.open(HTTP2Wire.list, on: 201)
                #expect(await wire.farewell() == HTTP2Wire.protocolError)
                #expect(await gateway.eventually { gateway.clientCount == 0 })
            }
        }

        @Test("a head that grows when it is unpacked ends the connection before it takes much room")
        func bomb() async throws {
            try await Gateway.withHTTP2 { gateway, _, wire in
                // A field of 3,000 bytes put into the table, then called up ten thousand times, a byte each.
                let entry = [0x40] + HTTP2Wire.literal("x") + HTTP2Wire.literal(String(repeating: "a", count: 3000))
                let block = HTTP2Wire.block(HTTP2Wire.list) + entry + [UInt8](repeating: 0xbe, count: 10_000)
                try await wire.send(.headers, [.endHeaders, .endStream], on: 1, block)
                #expect(await wire.farewell() != nil)
                #expect(await gateway.eventually { gateway.clientCount == 0 })
                #expect(gateway.books.rows.isEmpty)
            }
        }

        @Test("window updates that cannot be end what they are for", arguments: [0, 0x7fff_ffff])
        func windows(_ increment: UInt32) async throws {
            try await Gateway.withHTTP2 { _, _, wire in
                try await wire.open(HTTP2Wire.chat, on: 1, ends: false)
                try await wire.send(.windowUpdate, on: 1, HTTP2Wire.bytes(increment))
                let outcome = await wire.outcome(of: 1)
                #expect(outcome.reset != nil || !wire.isOpen, "\(outcome)")
            }
        }
    }
}
