// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Synchronization
import Testing

extension DataPlaneTests {
    @Suite("Connections to providers are kept, and given up in doubt")
    struct KeepAliveTests {
        @Test("sequential calls, from one client or many, share one connection")
        func reuse() async throws {
            try await Gateway.with(provider: { try $0.serve() }) { gateway, provider in
                let replies = try await blocking {
                    var replies: [Reply] = []
                    for _ in 0..<4 {
                        let wire = try gateway.connect()
                        for _ in 0..<50 { replies.append(try wire.call(Calls.chat())) }
                    }
                    return replies
                }
                #expect(
                    replies.count == 200 && replies.allSatisfy { $0.status == 200 && $0.body == Calls.completion() })
                #expect(provider.connections == 1 && provider.requests.count == 200)
                #expect(await gateway.eventually { gateway.books.rows.count == 200 })
            }
        }

        @Test("streams leave their connection for the next call too")
        func reuseAfterStream() async throws {
            try await Gateway.with(provider: { connection in
                while try connection.request() != nil {
                    try connection.beginStream()
                    for event in [Calls.event("a"), Calls.usageEvent, Calls.done] { try connection.chunk(event) }
                    try connection.endStream()
                }
            }) { gateway, provider in
                let replies = try await blocking {
                    let wire = try gateway.connect()
                    return try (0..<20).map { _ in try wire.call(Calls.chat(stream: true)) }
                }
                #expect(replies.allSatisfy { $0.body == Calls.event("a") + Calls.done && $0.isChunked })
                #expect(provider.connections == 1)
            }
        }

        @Test(
            "a connection that the provider closed while it rested is replaced without a failure",
            arguments: [50, 1300])
        func closedAtRest(milliseconds: Int) async throws {
            try await Gateway.with(provider: { connection in
                // One request, then closes.
                _ = try connection.request()
                try connection.answer()
            }) { gateway, provider in
                for _ in 0..<3 {
                    let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
                    #expect(reply.status == 200)
                    try await Task.sleep(for: .milliseconds(milliseconds))
                }
                #expect(provider.connections == 3 && provider.requests.count == 3)
                #expect(gateway.books.rows.allSatisfy { $0.attempts == 1 && $0.ending == .complete })
            }
        }

        @Test("a request that a provider has read is never sent again", arguments: [false, true])
        func closedAfterReading(withReset: Bool) async throws {
            try await Gateway.with(provider: { connection in
                _ = try connection.request()
                try connection.answer()
                _ = try connection.request()
                if withReset { connection.wire.reset() }
            }) { gateway, provider in
                let replies = try await blocking {
                    let wire = try gateway.connect()
                    return [try wire.call(Calls.chat()), try wire.call(Calls.chat())]
                }
                #expect(replies.map(\.status) == [200, 502])
                #expect(replies[1].body.contains("provider_broken"))
                #expect(provider.requests.count == 2)
            }
        }

        @Test(
            "an answer that ends in a way that leaves doubt ends its connection",
            arguments: [
                "HTTP/1.1 200 X\r\ncontent-length: 3\r\n\r\n{}\nHTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}",
                "HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\n{}junk",
                "HTTP/1.1 200 X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
                "HTTP/1.0 200 X\r\ncontent-length: 2\r\n\r\n{}",
                "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n0\r\n\r\n",
            ])
        func doubt(_ answer: String) async throws {
            try await Gateway.with(provider: { connection in
                while try connection.request() != nil { try connection.wire.send(answer) }
            }) { gateway, provider in
                let replies = try await blocking { try (0..<3).map { _ in try gateway.connect().call(Calls.chat()) } }
                // `{}` is no completion, so each is refused; what matters is that none gets another's answer.
                #expect(replies.map(\.status) == [502, 502, 502])
                #expect(provider.connections == 3)
            }
        }

        @Test("bytes that come while a connection rests are no answer to the next call")
        func unsolicited() async throws {
            try await Gateway.with(provider: { connection in
                while try connection.request() != nil {
                    try connection.answer(200, Calls.completion("call \(connection.number)"))
                    Thread.sleep(forTimeInterval: 0.05)
                    try connection.answer(200, Calls.completion("stolen"))
                }
            }) { gateway, provider in
                for number in 0..<3 {
                    let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
                    #expect(reply.body.contains("call \(number)"))
                    try await Task.sleep(for: .milliseconds(150))
                }
                #expect(provider.connections == 3)
            }
        }

        @Test(
            "an answer that cannot be framed is refused, and its connection dropped",
            arguments: [
                "HTTP/1.1 200 X\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
                "HTTP/1.1 200 X\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
                "HTTP/1.1 200 X\ncontent-length: 2\n\n{}", "SSH-2.0-x\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n",
                "HTTP/1.1 200 X\r\nx: \(String(repeating: "a", count: 80 << 10))\r\n\r\n",
                "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 X\r\n" + (0..<201).map { "x-\($0): y\r\n" }.joined() + "\r\n",
            ])
        func unframed(_ answer: String) async throws {
            try await Gateway.with(provider: { connection in
                while try connection.request() != nil { try connection.wire.send(answer) }
            }) { gateway, provider in
                let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
                #expect(reply.status == 502)
                #expect(await gateway.eventually { gateway.books.rows.first?.ending == .providerFailed })
                #expect(provider.requests.count == 1)
            }
        }

        @Test("interim answers are passed over")
        func interim() async throws {
            try await Gateway.with(provider: { connection in
                while try connection.request() != nil {
                    try connection.wire.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n")
                    try connection.answer()
                }
            }) { gateway, provider in
                let replies = try await blocking {
                    let wire = try gateway.connect()
                    return try (0..<3).map { _ in try wire.call(Calls.chat()) }
                }
                #expect(replies.map(\.status) == [200, 200, 200] && provider.connections == 1)
            }
        }

        @Test("an answer in pieces of every size, under every framing, is the same answer", arguments: [1, 2, 7, 100])
        func pieces(size: Int) async throws {
            let body = Calls.completion("wörld")
            try await Gateway.with(provider: { connection in
                while let request = try connection.request() {
                    let framing = provider(framing: request.body.count)
                    let bytes = Array((framing.head + framing.body(body)).utf8)
                    for start in stride(from: 0, to: bytes.count, by: size) {
                        try connection.wire.send(Array(bytes[start..<min(bytes.count, start + size)]))
                    }
                    if framing.closes { return }
                }
            }) { gateway, _ in
                let replies = try await blocking {
                    try (0..<9).map { try gateway.connect().call(Calls.chat(padding: $0)) }
                }
                #expect(replies.allSatisfy { $0.status == 200 && $0.body == body })
            }
        }

        @Test("a connection is not used again while a part of the request is still on its way")
        func earlyAnswer() async throws {
            let gate = Gate()
            try await Gateway.with(provider: { connection in
                if connection.number > 0 { return try connection.serve() }
                // Answers from the head alone, and reads no more.
                _ = try connection.wire.read(until: "\r\n\r\n")
                try connection.answer(413, #"{"error":{"message":"too large"}}"#)
                gate.wait()
            }) { gateway, provider in
                let first = try await blocking { try gateway.connect().call(Calls.chat(padding: 20 << 20)) }
                #expect(first.status == 413)
                let second = try await blocking { try gateway.connect().call(Calls.chat()) }
                #expect(second.status == 200 && provider.connections == 2)
                gate.open()
            }
        }
    }
}

/// One of three ways to frame an answer, chosen by a number.
private func provider(framing number: Int) -> (head: String, body: (String) -> String, closes: Bool) {
    switch number % 3 {
    case 0: ("HTTP/1.1 200 X\r\n", { "content-length: \($0.utf8.count)\r\n\r\n\($0)" }, false)
    case 1:
        (
            "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n",
            { "\(String($0.utf8.count, radix: 16));x=y\r\n\($0)\r\n0\r\nx-sum: 1\r\n\r\n" }, false
        )
    default: ("HTTP/1.1 200 X\r\n\r\n", { $0 }, true)
    }
}
