// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

extension DataPlaneTests {
    @Suite("Clients that leave")
    struct DepartureTests {
        @Test("a client that hangs up cancels the provider's stream within a second", arguments: [false, true])
        func cancels(withReset: Bool) async throws {
            let ended = Gate()
            try await Gateway.with(provider: { connection in
                guard try connection.request() != nil else { return }
                try connection.beginStream()
                try connection.chunk(Calls.event("Hello, world."))
                if connection.wire.waitForEnd() { ended.open() }
            }) { gateway, _ in
                try await blocking {
                    let wire = try gateway.connect()
                    try wire.send(Calls.chat(stream: true))
                    _ = try wire.read(until: "world.")
                    if withReset { wire.reset() } else { wire.close() }
                }
                let row = try await gateway.row()
                #expect(row.ending == .clientGone && row.status == 200 && row.usageSource == .estimated)
                try await blocking { ended.wait() }
                #expect(await gateway.eventually { gateway.clientCount == 0 })
            }
        }

        @Test("a client that leaves before the answer cancels the call")
        func leavesBeforeAnswer() async throws {
            try await Gateway.with(provider: { connection in
                if try connection.request() != nil { _ = connection.wire.waitForEnd() }
            }) { gateway, provider in
                let wire = try await blocking {
                    let wire = try gateway.connect()
                    try wire.send(Calls.chat())
                    return wire
                }
                #expect(await gateway.eventually { provider.requests.count == 1 })
                wire.close()
                let row = try await gateway.row()
                #expect(row.ending == .clientGone && row.status == 499)
            }
        }

        @Test("a client that leaves while it sends has a row and reaches no provider")
        func leavesWhileSending() async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, provider in
                try await blocking {
                    let wire = try gateway.connect()
                    try wire.send(Calls.head(fields: ["content-length: 100"]) + "{")
                    Thread.sleep(forTimeInterval: 0.1)
                    wire.close()
                }
                let row = try await gateway.row()
                #expect(row.ending == .clientGone && row.status == 499)
                #expect(provider.connections == 0)
            }
        }

        @Test("by policy the stream is read to its end, for the provider's own bill")
        func drains() async throws {
            let gate = Gate()
            try await Gateway.with(
                { $0.onDisconnect = .drain },
                provider: { connection in
                    guard try connection.request() != nil else { return }
                    try connection.beginStream()
                    try connection.chunk(Calls.event("Hello"))
                    gate.wait()
                    for _ in 0..<50 { try connection.chunk(Calls.event("more")) }
                    try connection.chunk(Calls.usageEvent + Calls.done)
                    try connection.endStream()
                    _ = connection.wire.waitForEnd()
                }
            ) { gateway, _ in
                try await blocking {
                    let wire = try gateway.connect()
                    try wire.send(Calls.chat(stream: true))
                    _ = try wire.read(until: "Hello")
                    wire.close()
                }
                #expect(await gateway.eventually { gateway.clientCount == 0 })
                gate.open()
                let row = try await gateway.row()
                #expect(
                    row.ending == .clientGone && row.usageSource == .provider
                        && row.usage == Usage(prompt: 3, completion: 2))
            }
        }

        @Test("hundreds of clients that leave in every phase leave nothing behind")
        func many() async throws {
            try await Gateway.with(provider: { connection in
                while try connection.request() != nil {
                    try connection.beginStream()
                    for number in 0..<20 {
                        try connection.chunk(Calls.event("token \(number)"))
                        Thread.sleep(forTimeInterval: 0.002)
                    }
                    try connection.chunk(Calls.usageEvent + Calls.done)
                    try connection.endStream()
                }
            }) { gateway, _ in
                let request = Array(Calls.chat(stream: true).utf8)
                try await blocking {
                    for number in 0..<300 {
                        let wire = try gateway.connect()
                        try wire.send(Array(request.prefix(number % 2 == 0 ? request.count : number)))
                        if number % 4 == 0 { _ = try wire.read() }
                        if number % 3 == 0 { wire.reset() } else { wire.close() }
                    }
                }
                #expect(await gateway.eventually { gateway.clientCount == 0 && gateway.books.openCount == 0 })
                #expect(gateway.books.rows.count <= 300)
            }
        }
    }
}
