// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayProxy
import Testing

extension DataPlaneTests {
    @Suite("TLS and HTTP/2 to clients")
    struct SecureServerTests {
        private static let certificates = Result { try Certificates() }

        private func with(
            _ change: (inout Gateway.Settings) -> Void = { _ in },
            provider script: @escaping @Sendable (ScriptedProvider.Connection) throws -> Void,
            _ body: (Gateway, ScriptedProvider) async throws -> Void
        ) async throws {
            let certificates = try Self.certificates.get()
            try await Gateway.with(
                {
                    $0.tls = .init(
                        address: ListenAddress(host: "127.0.0.1", port: 0), certificate: certificates[.right].chain,
                        privateKey: certificates[.right].key)
                    change(&$0)
                }, provider: script, body)
        }

        /// Runs curl against the TLS port. `%{...}` of `-w` comes last in the output.
        private func curl(_ gateway: Gateway, _ arguments: [String], path: String = "/v1/chat/completions") async throws
            -> Command.Result
        {
            let authority = try Self.certificates.get().authority
            let port = gateway.tlsPort ?? 0
            return try await blocking {
                try Command.run(
                    "curl",
                    [
                        "-sS", "--max-time", "20", "--noproxy", "*", "--cacert", authority, "-w",
                        "\n%{http_version} %{http_code} %{num_connects}",
                    ]
                        + ["-H", "authorization: Bearer \(Calls.key)"] + arguments + [
                            "https://127.0.0.1:\(port)\(path)"
                        ])
            }
        }

        private static let stream: @Sendable (ScriptedProvider.Connection) throws -> Void = { connection in
            while let request = try connection.request() {
                guard request.body.contains("stream") else {
                    try connection.answer()
                    continue
                }
                try connection.beginStream()
                for event in [Calls.event("a"), Calls.event("b"), Calls.usageEvent, Calls.done] {
                    try connection.chunk(event)
                }
                try connection.endStream()
            }
        }

        @Test("both versions serve whole answers and streams", arguments: ["--http1.1", "--http2"])
        func versions(_ version: String) async throws {
            try await with(provider: Self.stream) { gateway, provider in
                let number = version == "--http2" ? "2" : "1.1"
                let whole = try await curl(
                    gateway, [version, "-d", Calls.chatBody(), "-H", "content-type: application/json"])
                #expect(whole.output == Calls.completion() + "\n\(number) 200 1", "\(whole)")
                let streamed = try await curl(
                    gateway,
                    [version, "-N", "-d", Calls.chatBody(stream: true), "-H", "content-type: application/json"])
                #expect(
                    streamed.output == Calls.event("a") + Calls.event("b") + Calls.done + "\n\(number) 200 1",
                    "\(streamed)")
                let models = try await curl(gateway, [version], path: "/v1/models")
                #expect(models.output.hasSuffix("\n\(number) 200 1") && models.output.contains("gpt"))
                #expect(provider.requests.count == 2)
                #expect(await gateway.eventually { gateway.books.rows.count == 2 })
            }
        }

        @Test("many calls over one HTTP/2 connection")
        func multiplexed() async throws {
            try await with(provider: { try $0.serve() }) { gateway, provider in
                let url = "https://127.0.0.1:\(gateway.tlsPort ?? 0)/v1/chat/completions"
                let more = (0..<30).flatMap { _ in [url] }
                let result = try await curl(
                    gateway,
                    [
                        "--http2", "-Z", "--parallel-max", "30", "-d", Calls.chatBody(), "-H",
                        "content-type: application/json",
                    ] + more)
                let codes = result.output.split(separator: "\n").filter { $0.hasPrefix("2 ") }
                #expect(codes.count == 31 && codes.allSatisfy { $0.hasPrefix("2 200") }, "\(result)")
                #expect(provider.requests.count == 31)
            }
        }

        @Test("a large body and a large answer pass over HTTP/2", arguments: ["--http1.1", "--http2"])
        func large(_ version: String) async throws {
            let answer = Calls.completion(String(repeating: "y", count: 6 << 20))
            try await with(provider: { try $0.serve(answer) }) { gateway, provider in
                let body = Calls.chatBody(padding: 5 << 20)
                let file = FileManager.default.temporaryDirectory.appendingPathComponent(
                    "sluice-\(UUID().uuidString).json"
                ).path
                try Data(body.utf8).write(to: URL(fileURLWithPath: file))
                defer { try? FileManager.default.removeItem(atPath: file) }
                let result = try await curl(
                    gateway,
                    [version, "--data-binary", "@\(file)", "-H", "content-type: application/json", "-H", "expect:"])
                #expect(result.output.hasPrefix(answer) && result.output.hasSuffix(" 200 1"))
                #expect(provider.requests.first?.body == body)
            }
        }

        @Test(
            "an answer reaches a slow reader whole, the connection closed after it or not",
            arguments: [
                ["--http1.1"], ["--http1.1", "-H", "connection: close"], ["--http2"],
            ])
        func slowReader(_ arguments: [String]) async throws {
            let answer = Calls.completion(String(repeating: "y", count: 9 << 20))
            try await with(provider: { try $0.serve(answer) }) { gateway, _ in
                let result = try await curl(
                    gateway,
                    arguments + ["--limit-rate", "3M", "-d", Calls.chatBody(), "-H", "content-type: application/json"])
                #expect(result.status == 0 && result.output.hasPrefix(answer), "\(result.error)")
            }
        }

        @Test(
            "refusals over HTTP/2 have a status and a body",
            arguments: [
                (["-d", "{}", "-H", "authorization: Bearer nobody"], "/v1/chat/completions", 401),
                (["-d", "{}"], "/v1/nowhere", 404),
                (["-d", "{}", "-H", "content-type: application/json"], "/v1/chat/completions", 400),
                (["-X", "PATCH"], "/v1/models", 405),
                (["--path-as-is", "-d", "{}"], "/v1//models", 400),
                (["--path-as-is", "-d", "{}"], "/v1/../models", 400),
                (
                    ["-d", String(repeating: "x", count: 3000), "-H", "content-type: application/json"],
                    "/v1/chat/completions", 413
                ),
                (["-d", "{}", "-H", "host: evil"], "/v1/nowhere", 404),
            ])
        func refusals(_ arguments: [String], _ path: String, _ status: Int) async throws {
            try await with({ $0.limits.body = 2000 }, provider: { try $0.serve() }) { gateway, provider in
                for version in ["--http2", "--http1.1"] {
                    // An own key replaces the usual one.
                    let result = try await curl(gateway, [version] + arguments, path: path)
                    let expected = arguments.contains { $0.contains("nobody") } ? [401] : [status]
                    let code = result.output.split(separator: " ").dropLast().last.flatMap { Int($0) }
                    #expect(expected.contains(code ?? 0), "\(version) \(result)")
                    #expect(result.output.contains("\"error\""), "\(version) \(result)")
                }
                #expect(provider.connections == 0)
            }
        }

        @Test("HEAD over HTTP/2 has no body")
        func head() async throws {
            try await with(provider: { try $0.serve() }) { gateway, _ in
                let result = try await curl(gateway, ["--http2", "-I"], path: "/v1/models")
                #expect(
                    result.output.hasPrefix("HTTP/2 200") && result.output.contains("content-length: ")
                        && !result.output.contains("gpt"))
            }
        }

        @Test("a client that hangs up over HTTP/2 cancels the provider's stream")
        func hangUp() async throws {
            let ended = Gate()
            try await with(provider: { connection in
                guard try connection.request() != nil else { return }
                try connection.beginStream()
                try connection.chunk(Calls.event("a"))
                if connection.wire.waitForEnd() { ended.open() }
            }) { gateway, _ in
                _ = try await curl(
                    gateway,
                    [
                        "--http2", "--max-time", "1", "-N", "-d", Calls.chatBody(stream: true), "-H",
                        "content-type: application/json",
                    ])
                #expect(try await gateway.row().ending == .clientGone)
                try await blocking { ended.wait() }
            }
        }

        @Test("old TLS and plain text on the TLS port are turned away")
        func oldTLS() async throws {
            try await with(provider: { try $0.serve() }) { gateway, _ in
                let old = try await curl(
                    gateway, ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"], path: "/v1/models")
                #expect(old.status != 0)
                let port = gateway.tlsPort ?? 0
                let isEnded = try await blocking {
                    let wire = try Wire.connect(port)
                    try wire.send(Calls.chat())
                    return wire.waitForEnd()
                }
                #expect(isEnded)
                #expect(try await curl(gateway, [], path: "/v1/models").status == 0)
            }
        }

        @Test("another certificate takes effect for the next connection")
        func renewed() async throws {
            try await with(provider: { try $0.serve() }) { gateway, _ in
                let certificates = try Self.certificates.get()
                #expect(try await curl(gateway, [], path: "/v1/models").status == 0)
                let address = ListenAddress(host: "127.0.0.1", port: 0)
                gateway.plane.use(
                    try ServerTLS(
                        .init(
                            address: address, certificate: certificates[.other].chain,
                            privateKey: certificates[.other].key)
                    ))
                #expect(
                    try await curl(gateway, [], path: "/v1/models").status == 60, "the old certificate is still shown")
            }
        }

        @Test("a certificate that does not belong to its key is refused", arguments: [true, false])
        func mismatch(isMissing: Bool) throws {
            let certificates = try Self.certificates.get()
            let address = ListenAddress(host: "127.0.0.1", port: 0)
            #expect(throws: (any Error).self) {
                try ServerTLS(
                    .init(
                        address: address, certificate: certificates[.right].chain,
                        privateKey: isMissing ? "/nowhere" : certificates[.other].key))
            }
        }

        @Test("draining says goodbye to HTTP/2 clients and lets their streams finish")
        func drain() async throws {
            let gate = Gate()
            try await with(provider: { connection in
                guard try connection.request() != nil else { return }
                try connection.beginStream()
                try connection.chunk(Calls.event("a"))
                gate.wait()
                try connection.chunk(Calls.event("b") + Calls.usageEvent + Calls.done)
                try connection.endStream()
            }) { gateway, provider in
                async let result = curl(
                    gateway,
                    ["--http2", "-N", "-d", Calls.chatBody(stream: true), "-H", "content-type: application/json"])
                #expect(await gateway.eventually { provider.requests.count == 1 })
                async let drained: Void = gateway.drain(milliseconds: 8000)
                try await Task.sleep(for: .milliseconds(300))
                gate.open()
                let finished = try await result
                await drained
                #expect(
                    finished.output == Calls.event("a") + Calls.event("b") + Calls.done + "\n2 200 1",
                    "\(finished) \(gateway.books.rows)")
            }
        }
    }
}
