// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Snapshots")
struct SnapshotTests {
    private func snapshot(_ models: [(String, [(String, String?)])]) -> Snapshot {
        var configuration = Configuration()
        configuration.providers = [provider("one"), provider("two")]
        configuration.models = models.map { name, targets in
            ModelConfiguration(
                name: ModelPattern(name),
                targets: targets.map { ModelConfiguration.Target(provider: $0.0, model: $0.1) })
        }
        return Snapshot(configuration, revision: 3)
    }

    @Test(
        "the exact name wins, then the most specific glob, then of two alike the first declared",
        arguments: [
            ("gpt-4o", "gpt-4o"), ("gpt-4o-mini", "gpt-4*"), ("gpt-5", "gpt-*"), ("claude", "*"), ("ab-x-cd", "ab*"),
            ("zz-cd", "*cd"), ("", "*"),
        ])
    func precedence(asked: String, found: String) {
        let table = snapshot(
            ["*", "gpt-*", "gpt-4*", "gpt-4o", "ab*", "*cd"].map { ($0, [("one", nil)]) }
        ).models
        #expect(table.find(asked)?.name.text == found)
    }

    @Test("a model that no entry names is not found")
    func unknown() {
        let table = snapshot([("gpt-*", [("one", nil)]), ("claude", [("one", nil)])]).models
        #expect(table.find("claude-2") == nil)
        #expect(table.find("") == nil)
        #expect(table.find("GPT-4") == nil)
    }

    @Test("targets keep their order and know their provider")
    func targets() {
        let snapshot = snapshot([("m", [("two", "x"), ("one", nil)])])
        let targets = snapshot.models.find("m")?.targets ?? []
        #expect(targets.map { snapshot.providers[$0.provider].name } == ["two", "one"])
        #expect(targets.map(\.model) == ["x", nil])
        #expect(snapshot.revision == 3)
    }

    @Test("a provider is found by its slug")
    func slugs() {
        let snapshot = snapshot([])
        #expect(snapshot.provider(slug: "two") == 1)
        #expect(snapshot.provider(slug: "three") == nil)
    }

    @Test("names compare byte for byte: a composed accent does not find a decomposed one")
    func bytes() {
        let table = snapshot([("caf\u{e9}", [("one", nil)])]).models
        #expect(table.find("caf\u{e9}") != nil)
        #expect(table.find("cafe\u{301}") == nil)
    }

    @Test(
        "only addresses that no other machine reaches are loopback",
        arguments: [
            ("127.0.0.1", true), ("127.255.255.254", true), ("localhost", true), ("::1", true), ("0.0.0.0", false),
            ("::", false), ("10.0.0.1", false), ("127.0.0.1.example.com", false), ("127.0.0", false),
            ("127.0.0.256", false),
            ("127.example.com", false), ("1127.0.0.1", false), ("", false), ("localhost.example.com", false),
            ("::ffff:127.0.0.1", false), ("127.0.0.1.", false), ("127..0.1", false),
        ])
    func loopback(host: String, expected: Bool) {
        #expect(ListenAddress(host: host, port: 1).isLoopback == expected)
    }

    @Test("every failure has a code of its own and a status that is an error")
    func failures() {
        let codes = GatewayFailure.Code.allCases
        #expect(Set(codes.map(\.rawValue)).count == codes.count)
        for code in codes { #expect((400...599).contains(GatewayFailure(code, "").status)) }
    }
}
