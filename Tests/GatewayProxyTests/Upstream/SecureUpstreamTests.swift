// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import GatewayProxy
import Testing

extension DataPlaneTests {
    @Suite("TLS to providers, and the way through a proxy")
    struct SecureUpstreamTests {
        private static let certificates = Result { try Certificates() }

        /// Runs `body` with a gateway in front of a TLS provider that has one of the certificates.
        private func with(
            _ subject: Certificates.Subject = .right,
            _ change: (inout Gateway.Settings) throws -> Void = { _ in },
            _ body: (Gateway, SecureProvider) async throws -> Void
        ) async throws {
            let certificates = try Self.certificates.get()
            let provider = try await SecureProvider(certificates[subject])
            var settings = Gateway.Settings()
            settings.isProviderTLS = true
            settings.certificateAuthorities = certificates.authority
            try change(&settings)
            let gateway = try await Gateway(provider: provider.port, settings)
            try await body(gateway, provider)
            await gateway.stop()
            await provider.stop()
        }

        @Test(
            "a provider with a certificate for its address or name is trusted, and its connection kept",
            arguments: ["127.0.0.1", "localhost"])
        func trusted(_ host: String) async throws {
            try await with(.right, { $0.providerHost = host }) { gateway, provider in
                let replies = try await blocking {
                    let wire = try gateway.connect()
                    return try (0..<5).map { _ in try wire.call(Calls.chat()).status }
                }
                #expect(replies == Array(repeating: 200, count: 5))
                #expect(provider.connections == 1 && provider.requests.count == 5)
                #expect(provider.requests.allSatisfy { $0.contains("host: \(host):\(provider.port)") })
            }
        }

        @Test(
            "a certificate for another name is refused before a credential is sent",
            arguments: ["127.0.0.1", "localhost"])
        func wrongName(_ host: String) async throws {
            try await with(.other, { $0.providerHost = host }) { gateway, provider in
                try await expectUnreachable(gateway, provider)
            }
        }

        @Test("a certificate of an unknown authority is refused")
        func unknownAuthority() async throws {
            try await with(.right, { $0.certificateAuthorities = nil }) { gateway, provider in
                try await expectUnreachable(gateway, provider)
            }
        }

        private func expectUnreachable(_ gateway: Gateway, _ provider: SecureProvider) async throws {
            let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
            #expect(reply.status == 502 && reply.body.contains("provider_unreachable"), "\(reply)")
            #expect(provider.requests.isEmpty)
            let row = try await gateway.row()
            #expect(row.cost == .priced(.zero) && row.ending == .providerFailed)
        }

        @Test("a provider that speaks plain HTTP where TLS is expected is refused")
        func plainText() async throws {
            let plain = try ScriptedProvider { connection in
                try connection.wire.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                _ = connection.wire.waitForEnd()
            }
            var settings = Gateway.Settings()
            settings.isProviderTLS = true
            let gateway = try await Gateway(provider: plain.port, settings)
            #expect(try await blocking { try gateway.connect().call(Calls.chat()) }.status == 502)
            plain.stop()
            await gateway.stop()
        }

        @Test(
            "a handshake that stalls has the connect deadline, and its connection does not stay open or count for ever")
        func stalledHandshake() async throws {
            let open = Counter()
            let silent = try ScriptedProvider { connection in
                open.add()
                _ = connection.wire.waitForEnd()
                open.add(-1)
            }
            var settings = Gateway.Settings()
            settings.isProviderTLS = true
            settings.deadlines.connect = 400
            settings.maxConnections = 2
            let gateway = try await Gateway(provider: silent.port, settings)
            // More calls than connections are allowed: each must get one to try, and in the end none may be left.
            let replies = try await blocking { try (0..<5).map { _ in try gateway.connect().call(Calls.chat()) } }
            #expect(replies.allSatisfy { [502, 504].contains($0.status) }, "\(replies.map(\.status))")
            #expect(silent.connections == 5, "a stalled handshake kept its place")
            #expect(await gateway.eventually { open.value == 0 }, "\(open.value) connections left open")
            silent.stop()
            await gateway.stop()
        }

        // MARK: Tunnels

        /// A proxy that answers `CONNECT` with `answer`, and where that is a yes joins the two sides.
        private static func proxy(_ answer: String = "HTTP/1.1 200 Connection established\r\n\r\n", log: Slot<String>)
            throws -> ScriptedProvider
        {
            try ScriptedProvider { connection in
                guard let head = try connection.wire.read(until: "\r\n\r\n") else { return }
                log.set(head)
                let port = head.split(separator: " ")[1].split(separator: ":").last.flatMap { Int($0) } ?? 0
                guard answer.hasPrefix("HTTP/1.1 200") else {
                    try connection.wire.send(answer)
                    return
                }
                let origin = try Wire.connect(port)
                try connection.wire.send(answer)
                Thread.detachNewThread {
                    while let bytes = try? origin.read(), !bytes.isEmpty {
                        guard (try? connection.wire.send(bytes)) != nil else { break }
                    }
                    connection.wire.finishSending()
                }
                while let bytes = try? connection.wire.read(), !bytes.isEmpty { try origin.send(bytes) }
                origin.finishSending()
            }
        }

        private static func use(_ proxy: ScriptedProvider, _ settings: inout Gateway.Settings, except: String = "")
            throws
        {
            // Loopback addresses never go through a proxy, so the origin has a name that only looks like another host.
            settings.providerHost = "localhost."
            settings.proxy = try ForwardProxy(environment: [
                "HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)", "NO_PROXY": except,
            ])
        }

        @Test("through a proxy, TLS is with the provider, and the tunnel is kept")
        func tunnel() async throws {
            let log = Slot<String>()
            let proxy = try Self.proxy(log: log)
            try await with(.right, { try Self.use(proxy, &$0) }) { gateway, provider in
                let statuses = try await blocking {
                    let wire = try gateway.connect()
                    return try (0..<3).map { _ in try wire.call(Calls.chat()).status }
                }
                #expect(statuses == [200, 200, 200])
                #expect(proxy.connections == 1 && provider.requests.count == 3)
                let head = try #require(log.value)
                #expect(
                    head == "CONNECT localhost.:\(provider.port) HTTP/1.1\r\nhost: localhost.:\(provider.port)\r\n\r\n")
            }
            proxy.stop()
        }

        @Test(
            "a proxy that refuses, redirects or talks ahead gives no tunnel, and sees no credential",
            arguments: [
                "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
                "HTTP/1.1 302 Found\r\nlocation: http://evil/\r\n\r\n", "junk\r\n\r\n", "", "HTTP/1.0 500 X\r\n\r\n",
            ])
        func refusedTunnel(_ answer: String) async throws {
            let log = Slot<String>()
            let proxy = try Self.proxy(answer, log: log)
            try await with(.right, { try Self.use(proxy, &$0) }) { gateway, provider in
                try await expectUnreachable(gateway, provider)
                #expect(log.value?.contains("provider-secret") == false)
            }
            proxy.stop()
        }

        @Test(
            "through a proxy, a provider that is an address must show a certificate for it",
            arguments: Certificates.distantHosts)
        func distantAddress(_ host: String) async throws {
            let log = Slot<String>()
            let proxy = try Self.proxy(log: log)
            try await with(
                .distant,
                {
                    try Self.use(proxy, &$0)
                    $0.providerHost = host
                }
            ) { gateway, provider in
                let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
                #expect(reply.status == 200, "\(reply)")
                let authority = host.contains(":") ? "[\(host)]" : host
                #expect(log.value?.hasPrefix("CONNECT \(authority):\(provider.port) ") == true)
            }
            proxy.stop()
        }

        @Test(
            "the proxy's own address, or a name that spells the provider's, does not do",
            arguments: [Certificates.Subject.right, .other])
        func anothersCertificate(_ subject: Certificates.Subject) async throws {
            let log = Slot<String>()
            let proxy = try Self.proxy(log: log)
            try await with(
                subject,
                {
                    try Self.use(proxy, &$0)
                    $0.providerHost = Certificates.distantHosts[0]
                }
            ) { gateway, provider in
                try await expectUnreachable(gateway, provider)
                #expect(proxy.connections == 1)
            }
            proxy.stop()
        }

        @Test("hosts excepted from the proxy, and loopback, are reached directly")
        func exceptions() async throws {
            let log = Slot<String>()
            let proxy = try Self.proxy(log: log)
            for host in ["127.0.0.1", "localhost"] {
                try await with(
                    .right,
                    {
                        try Self.use(proxy, &$0)
                        $0.providerHost = host
                    }
                ) { gateway, _ in
                    let reply = try await blocking { try gateway.connect().call(Calls.chat()) }
                    #expect(reply.status == 200)
                }
            }
            #expect(proxy.connections == 0)
            proxy.stop()
        }

        @Test(
            "a proxy setting that cannot be used is refused at start",
            arguments: [
                "https://proxy:3128", "http://user:secret@proxy:3128", "proxy", "http://proxy", "http://proxy:0",
                "http://:3128", "http://proxy:99999",
            ])
        func badSettings(_ value: String) {
            let error = #expect(throws: ForwardProxyError.self) {
                try ForwardProxy(environment: ["HTTPS_PROXY": value])
            }
            #expect("\(String(describing: error))".contains("secret") == false)
        }

        @Test("a proxy setting is read in either case, with or without scheme; none is none")
        func settings() throws {
            for environment in [
                ["HTTPS_PROXY": "http://p.test:3128"], ["https_proxy": "p.test:3128/"],
                ["HTTPS_PROXY": "http://p.test:3128/"],
            ] {
                let proxy = try #require(try ForwardProxy(environment: environment))
                #expect(proxy.host == "p.test" && proxy.port == 3128)
            }
            let literal = try #require(try ForwardProxy(environment: ["HTTPS_PROXY": "http://[::1]:3128"]))
            #expect(literal.host == "::1")
            #expect(try ForwardProxy(environment: [:]) == nil)
            #expect(try ForwardProxy(environment: ["HTTPS_PROXY": ""]) == nil)
        }
    }
}
