// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

extension DataPlaneTests {
    @Suite("HTTP/2 is as strict as HTTP/1")
    struct HTTP2StrictnessTests {
        /// A head, and what a client that sends it is told.
        struct Case: Sendable, CustomTestStringConvertible {
            enum Answer: Sendable, Equatable {
                case status(String)
                /// What RFC 9113 calls malformed is answered with a reset of the stream.
                case reset
            }

            var testDescription: String
            var head: HTTP2Wire.Head
            var answer: Answer = .status("400")
        }

        private static func start(
            method: String = "POST", scheme: String = "https", path: String = "/v1/chat/completions",
            authority: String = "gw"
        ) -> HTTP2Wire.Head {
            [(":method", method), (":scheme", scheme), (":path", path), (":authority", authority)]
        }

        private static let rest = [("authorization", "Bearer \(Calls.key)"), ("content-type", "application/json")]

        private static func with(_ name: String, _ value: String, _ answer: Case.Answer = .status("400")) -> Case {
            Case(
                testDescription: "\(name): \(value.debugDescription)", head: start() + rest + [(name, value)],
                answer: answer)
        }

        private static let hosts: [Case] =
            [
                "gw/healthz?x=", "gw#", "gw?", "gw@evil", "user@gw", "gw:99999", "gw:8o", "gw:-1", "[::1", "::1",
                "", "*",
            ]
            .map { Case(testDescription: "authority \($0)", head: start(authority: $0) + rest) } + [
                with("host", "evil"), with("host", "gw:443"), with("host", "gw, gw"),
                Case(testDescription: "a space in the authority", head: start(authority: "g w") + rest, answer: .reset),
                Case(testDescription: "two hosts", head: start() + rest + [("host", "gw"), ("host", "gw")]),
                Case(testDescription: "no host at all", head: start().dropLast() + rest),
                Case(testDescription: "a bad host alone", head: start().dropLast() + rest + [("host", "gw@evil")]),
            ]

        private static let paths: [Case] =
            [
                "*", "v1/models", "http://gw/v1/models", "//v1/models", "/v1//models", "/v1/./models",
                "/a/../v1/models",
                "/%2e%2e/v1/models", "/v1%2fmodels", "/v1%5cmodels", "/v1\\models", "/v1/models#top", "/v1/models%2",
                "/v1/models%00", "/v1/models\u{ff}", "/v1/m\u{c3}\u{b6}dels", "/v1/models?a=<b>", "/v1/\"models",
            ].map { Case(testDescription: "path \($0)", head: start(path: $0) + rest) }
            + [
                Case(testDescription: "an empty path", head: start(path: "") + rest, answer: .reset),
                Case(testDescription: "a space in the path", head: start(path: "/v1/ models") + rest, answer: .reset),
                Case(testDescription: "a NUL in the path", head: start(path: "/v1/\0models") + rest, answer: .reset),
                Case(
                    testDescription: "a line in the path", head: start(path: "/v1/models\r\nx: y") + rest,
                    answer: .reset),
            ]

        private static let pseudoFields: [Case] =
            start().dropLast().map { missing in
                Case(
                    testDescription: "without \(missing.0)", head: start().filter { $0.0 != missing.0 } + rest,
                    answer: .reset)
            }
            + start().map { Case(testDescription: "\($0.0) twice", head: start() + [$0] + rest, answer: .reset) }
            + ["ftp", "file", "HTTPS", "httpss"].map {
                Case(testDescription: "scheme \($0)", head: start(scheme: $0) + rest)
            }
            + [
                Case(testDescription: "an empty scheme", head: start(scheme: "") + rest),
                Case(testDescription: "a method that is no token", head: start(method: "G@T") + rest),
                Case(testDescription: "an empty method", head: start(method: "") + rest),
                Case(testDescription: "CONNECT", head: [(":method", "CONNECT"), (":authority", "gw:443")]),
                Case(testDescription: "CONNECT with a path", head: start(method: "CONNECT") + rest, answer: .reset),
                Case(
                    testDescription: "extended CONNECT", head: start(method: "CONNECT") + [(":protocol", "websocket")],
                    answer: .reset),
                Case(testDescription: "an unknown one", head: start() + [(":version", "2")] + rest, answer: .reset),
                Case(testDescription: "one of answers", head: start() + [(":status", "200")] + rest, answer: .reset),
                Case(testDescription: "one after the others", head: rest + start(), answer: .reset),
            ]

        private static let fields: [Case] = [
            with("content-length", "+86", .status("400")), with("content-length", "0x10", .reset),
            with("content-length", "-1", .reset), with("content-length", ""),
            with("content-length", "4, 4"), with("content-length", "4.0", .reset),
            with("content-length", "9223372036854775808", .reset),
            with("content-length", "9223372036854775807", .status("413")),
            with("expect", "the-unexpected", .status("417")), with("expect", "100-continue, x", .status("417")),
            with("te", "gzip", .reset), with("te", "trailers, gzip", .reset), with("connection", "close", .reset),
            with("keep-alive", "timeout=5", .reset), with("proxy-connection", "keep-alive", .reset),
            with("transfer-encoding", "chunked", .reset), with("upgrade", "h2c", .reset), with("X-Odd", "a", .reset),
            with("x odd", "a", .reset), with("x-odd", "a\r\nx-smuggled: b", .reset),
            with("x-odd", "a\nb", .reset), with("x-odd", "a\0b", .reset), with("x-odd", "a\u{1b}[31m"),
            with("x-odd", "a\u{7f}"), with("x-odd", " a"), with("x-odd", "a "),
            Case(
                testDescription: "two equal lengths",
                head: start() + rest + [("content-length", "4"), ("content-length", "4")]),
            Case(
                testDescription: "two differing lengths",
                head: start() + rest + [("content-length", "4"), ("content-length", "5")], answer: .reset),
        ]

        @Test(
            "a malformed head is refused and written down, and others on the connection go on",
            arguments: hosts + paths + pseudoFields + fields)
        func refuses(_ malformed: Case) async throws {
            try await Gateway.withHTTP2 { gateway, provider, wire in
                try await wire.open(malformed.head, on: 1, ends: false)
                let outcome = await wire.outcome(of: 1)
                switch malformed.answer {
                case .reset: #expect(outcome == .init(reset: HTTP2Wire.protocolError))
                case .status(let status):
                    #expect(
                        outcome.status == status && outcome.isEnded && outcome.body.contains("\"error\""), "\(outcome)")
                }
                #expect(await gateway.eventually { gateway.books.refusals.count == 1 })
                #expect(gateway.books.refusals.first.map { (400..<432).contains($0.status) } == true)
                try await wire.open(Self.start() + Self.rest, on: 3, ends: false)
                try await wire.send(.data, [.endStream], on: 3, Array(Calls.chatBody().utf8))
                #expect(await wire.outcome(of: 3).status == "200")
                #expect(provider.requests.count == 1 && gateway.books.rows.count == 1)
            }
        }

        @Test(
            "heads that are odd but right are served",
            arguments: [
                start(scheme: "http"), start(authority: "gw.example:8443"), start(authority: "[::1]:8443"),
                start().dropLast() + [("host", "gw")], start() + [("host", "gw")], start() + [("te", "trailers")],
                start(path: "/v1/chat/%63ompletions?api-version=1"), start() + [("cookie", "a=b"), ("cookie", "c=d")],
            ])
        func serves(_ head: HTTP2Wire.Head) async throws {
            try await Gateway.withHTTP2 { _, _, wire in
                try await wire.open(head + Self.rest, on: 1, ends: false)
                try await wire.send(.data, [.endStream], on: 1, Array(Calls.chatBody().utf8))
                #expect(await wire.outcome(of: 1).status == "200")
            }
        }

        @Test(
            "a head larger than the limits is refused, and others on the connection go on",
            arguments: [
                [("x-large", String(repeating: "a", count: 9000))], (0..<120).map { ("x-\($0)", "v") },
            ] as [HTTP2Wire.Head])
        func largeHead(_ more: HTTP2Wire.Head) async throws {
            try await Gateway.withHTTP2({ $0.limits.header = 8 << 10 }) { gateway, _, wire in
                try await wire.open(Self.start() + Self.rest + more, on: 1)
                #expect(await wire.outcome(of: 1).status == "431")
                try await wire.open(Self.start(method: "GET", path: "/v1/models") + Self.rest, on: 3)
                #expect(await wire.outcome(of: 3).status == "200")
                #expect(gateway.books.refusals.map(\.code) == [.headersTooLarge])
            }
        }

        @Test(
            "a body that is not what content-length says is refused, and its row says why", arguments: ["10", "100000"])
        func wrongLength(_ length: String) async throws {
            try await Gateway.withHTTP2 { gateway, provider, wire in
                try await wire.open(Self.start() + Self.rest + [("content-length", length)], on: 1, ends: false)
                try await wire.send(.data, [.endStream], on: 1, Array(Calls.chatBody().utf8))
                #expect(await wire.outcome(of: 1) == .init(reset: HTTP2Wire.protocolError))
                #expect(try await gateway.row().status == 400)
                #expect(provider.requests.isEmpty)
            }
        }

        @Test("a body that content-length says is too large is refused before it comes")
        func announcedTooLarge() async throws {
            try await Gateway.withHTTP2({ $0.limits.body = 1000 }) { _, provider, wire in
                try await wire.open(Self.start() + Self.rest + [("content-length", "1001")], on: 1, ends: false)
                #expect(await wire.outcome(of: 1).status == "413")
                #expect(provider.requests.isEmpty)
            }
        }

        @Test(
            "trailers may not say what only a header may",
            arguments: ["content-length", "host", "authorization", "x-sum"])
        func trailers(_ name: String) async throws {
            try await Gateway.withHTTP2 { _, provider, wire in
                try await wire.open(Self.start() + Self.rest, on: 1, ends: false)
                try await wire.send(.data, on: 1, Array(Calls.chatBody().utf8))
                try await wire.open([(name, "1")], on: 1)
                let isHarmless = name == "x-sum"
                #expect(await wire.outcome(of: 1).status == (isHarmless ? "200" : "400"))
                #expect(provider.requests.count == (isHarmless ? 1 : 0))
            }
        }

        @Test("a client that waits for leave to send gets it, and one without a body none")
        func expectation() async throws {
            try await Gateway.withHTTP2 { _, _, wire in
                try await wire.open(Self.start() + Self.rest + [("expect", "100-continue")], on: 1, ends: false)
                #expect(await wire.statuses(of: 1) == ["100"])
                try await wire.send(.data, [.endStream], on: 1, Array(Calls.chatBody().utf8))
                #expect(await wire.outcome(of: 1).statuses == ["100", "200"])
                let list = Self.start(method: "GET", path: "/v1/models")
                try await wire.open(list + Self.rest + [("expect", "100-continue")], on: 3)
                #expect(await wire.outcome(of: 3).statuses == ["200"])
            }
        }
    }
}
