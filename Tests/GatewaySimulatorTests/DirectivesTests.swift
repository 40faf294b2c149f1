// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import GatewaySimulator

@Suite("Directives")
struct DirectivesTests {
    @Test("pairs from path, header and model are joined, and the later value counts")
    func joined() throws {
        let directives = try Directives(["status=500, first_byte=5", nil, "first_byte=9,cut=3"])
        #expect(directives.replacement == .status(500))
        #expect(directives.firstByte == 9)
        #expect(directives.breaks == [Directives.Break(kind: .cut, after: 3)])
    }

    @Test("an unknown key is refused with the list of the known ones")
    func unknown() {
        let refusal = #expect(throws: Refusal.self) { try Directives(["cutt=3"]) }
        #expect(refusal?.status == 400)
        for directive in Directives.known { #expect(refusal?.message.contains(directive.name) == true) }
    }

    @Test(
        "a value that makes no sense is refused with an example",
        arguments: [
            "status=200", "status=abc", "status", "cut=-1", "cut", "delay=x", "chunks=0", "usage=5", "usage=a:b",
            "usage=1:2:3", "content_type=html", "redirect", "every=0", "times=-1", "hang=1", "big=0", "nodone=yes",
        ])
    func malformed(text: String) {
        let refusal = #expect(throws: Refusal.self) { try Directives([text]) }
        #expect(refusal?.message.contains("Write it like") == true)
    }

    @Test("each example is a directive that is understood", arguments: Directives.known.map(\.example))
    func examples(text: String) throws {
        #expect(try Directives([text]) != .none)
    }

    @Test("frequency picks the requests that are hit")
    func frequency() throws {
        let third = try Directives(["reset,every=3"])
        #expect((1...6).map(third.hits) == [false, false, true, false, false, true])
        let twice = try Directives(["reset,times=2"])
        #expect((1...4).map(twice.hits) == [true, true, false, false])
    }

    @Test("the documentation describes every key", arguments: Directives.known.map(\.name))
    func documented(name: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/simulator.md"), encoding: .utf8)
        #expect(text.contains("| `\(name)"))
    }
}

@Suite("Routes")
struct RouteTests {
    @Test(
        "paths lead to their endpoints",
        arguments: [
            ("/v1/chat/completions", Route.Target.api(.chatCompletions), nil),
            ("/v1/messages/count_tokens?beta=true", .api(.countTokens), nil),
            ("/sim/cut=3,content_type=text%2Fhtml/v1/responses", .api(.responses), "cut=3,content_type=text/html"),
            ("/v1/models/org%2Fname", .model("org/name"), nil), ("/v1/models", .api(.models), nil),
            ("/journal?since=3", .journal, nil), ("/health", .health, nil), ("/v1/chat", .api(.unknown), nil),
            ("/sim/cut=3", .api(.unknown), "cut=3"),
        ] as [(String, Route.Target, String?)])
    func targets(path: String, target: Route.Target, directives: String?) {
        #expect(Route(path: path).target == target)
        #expect(Route(path: path).directives == directives)
    }
}
