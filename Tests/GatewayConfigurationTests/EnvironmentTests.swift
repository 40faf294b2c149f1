// SPDX-License-Identifier: Apache-2.0

import GatewayConfiguration
import GatewayDomain
import Testing

@Suite("Environment variables in values")
struct ExpansionTests {
    private static func sqlite(_ value: String, _ environment: [String: String]) throws -> String {
        try load("storage: { sqlite: \"\(value)\" }", environment: environment).configuration.storage.sqlite
    }

    @Test(
        "variables, defaults and escapes",
        arguments: [
            ("/a/${X}", "/a/x"), ("/${X}${Y}/b", "/xy y/b"), ("/${NO:-d}", "/d"), ("/${EMPTY:-d}", "/d"),
            ("/${X:-d}", "/x"), ("/$${X}", "/${X}"), ("/$X", "/$X"), ("/a$", "/a$"), ("/$$${X}", "/$${X}"),
            ("/${NO:-}", "/"), ("/${NO:-a:-b}", "/a:-b"),
        ])
    func expands(value: String, expected: String) throws {
        #expect(try Self.sqlite(value, ["X": "x", "Y": "y y", "EMPTY": ""]) == expected)
    }

    @Test(
        "what cannot be expanded is told with the line and the variable's name",
        arguments: [
            ("${NOT_SET}", "the environment variable `NOT_SET` is not set"), ("${A", "never closed"),
            ("${A:-${B}}", "inside another"), ("${}", "not the name"), ("${a b}", "not the name"),
            ("${1A}", "not the name"),
        ])
    func refuses(value: String, words: String) throws {
        let problems = problems(in: "server: {}\nstorage: { sqlite: \"\(value)\" }")
        #expect(problems.count == 1)
        #expect(problems.first?.line == 2)
        #expect(problems.first?.description.contains(words) == true, "\(problems)")
    }

    @Test("a value with quotes, colons or line breaks cannot change the file's structure")
    func noInjection() throws {
        let hostile = "x\", admin: { address: \"0.0.0.0:1\" } }\nkeys: []\n- & * { [ #"
        let loaded = try load(
            "providers:\n  - { name: a, template: ollama }\nmodels:\n  - { name: m, targets: [{ provider: a, model: \"${M}\" }] }",
            environment: ["M": "a: b # \"c\" ' & { ["])
        #expect(loaded.configuration.models[0].targets[0].model == "a: b # \"c\" ' & { [")
        #expect(problems(in: "storage: { sqlite: \"${M}\" }", environment: ["M": hostile]).count == 1)
    }
}

@Suite("Overrides from the environment")
struct OverrideTests {
    private static let text = """
        server: { data: { address: "127.0.0.1:1" } }
        providers:
          - { name: My Provider, template: openai, api_key: old-key, headers: { x-team: red } }
        models:
          - { name: gpt-4.1, targets: [{ provider: My Provider, model: a }, { provider: My Provider }] }
        keys:
          - { name: demo, key: 0123456789abcdef }
        prices:
          - { provider: My Provider, model: a, input: 1, output: 1 }
        """

    @Test("replace values, add fields that the file leaves out, and reach into lists")
    func replace() throws {
        let configuration = try load(
            Self.text,
            environment: [
                "SLUICE_SERVER__DATA__ADDRESS": "127.0.0.1:2", "SLUICE_SERVER__LANES": "3",
                "SLUICE_SERVER__LIMITS__BODY": "1MiB", "SLUICE_STORAGE__SQLITE": "/data/${x}.db",
                "SLUICE_PROVIDERS__MY_PROVIDER__API_KEY": "new-key",
                "SLUICE_PROVIDERS__MY_PROVIDER__DEADLINES__TOTAL": "7s",
                "SLUICE_PROVIDERS__MY_PROVIDER__HEADERS__X_TEAM": "blue",
                "SLUICE_PROVIDERS__MY_PROVIDER__HEADERS__X_OTHER": "1",
                "SLUICE_MODELS__GPT_4_1__TARGETS__1__MODEL": "b", "SLUICE_KEYS__DEMO__MODELS": "a, b*",
                "SLUICE_PRICES__0__INPUT": "2.5", "SLUICE_LOG_LEVEL": "debug", "OTHER__NAME": "x",
            ]
        ).configuration
        #expect(configuration.server.data.port == 2)
        #expect(configuration.server.lanes == 3)
        #expect(configuration.server.limits.body == 1 << 20)
        #expect(configuration.storage.sqlite == "/data/${x}.db")
        #expect(configuration.providers[0].authentication.headerAndKey?.key == "new-key")
        #expect(configuration.providers[0].deadlines.total == 7000)
        #expect(
            configuration.providers[0].defaultHeaders.map { "\($0.name)=\($0.value)" } == ["x-team=blue", "x-other=1"])
        #expect(configuration.models[0].targets.map(\.model) == ["a", "b"])
        #expect(configuration.keys[0].models.patterns.map(\.text) == ["a", "b*"])
        #expect(configuration.prices[0].prices.input == 2_500_000)
    }

    @Test(
        "that match no field are problems that name the nearest",
        arguments: [
            ("SLUICE_SERVER__DATA__ADRESS", "SLUICE_SERVER__DATA__ADDRESS"),
            ("SLUICE_PROVIDERS__MYPROVIDER__API_KEY", "SLUICE_PROVIDERS__MY_PROVIDER__API_KEY"),
            ("SLUICE_STORAGE__SQLLITE", "SLUICE_STORAGE__SQLITE"),
        ])
    func unknown(variable: String, nearest: String) {
        let problems = problems(in: Self.text, environment: [variable: "127.0.0.1:5"])
        #expect(
            problems.contains { $0.description.hasPrefix("environment variable \(variable): it replaces no value") })
        #expect(problems.contains { $0.fix == "did you mean `\(nearest)`?" }, "\(problems)")
    }

    @Test("a bad value is told by the variable's name and never shown")
    func badValue() {
        let problems = problems(in: Self.text, environment: ["SLUICE_SERVER__LANES": "s3cr3t"])
        #expect(problems.map(\.file) == ["environment variable SLUICE_SERVER__LANES"])
        #expect(problems.allSatisfy { !$0.description.contains("s3cr3t") })
    }

    @Test(
        "cannot replace the name of an entry, by which they find it",
        arguments: [
            ("SLUICE_PROVIDERS__MY_PROVIDER__NAME", "`providers.My Provider`"),
            ("SLUICE_MODELS__GPT_4_1__NAME", "`models.gpt-4.1`"), ("SLUICE_KEYS__DEMO__NAME", "`keys.demo`"),
        ])
    func names(variable: String, entry: String) {
        let problems = problems(in: Self.text, environment: [variable: "other"])
        #expect(problems.count == 1, "\(problems)")
        #expect(
            problems.first?.description.hasPrefix(
                "environment variable \(variable): it would replace the name of \(entry), ") == true, "\(problems)")
        #expect(problems.first?.fix.contains("name: ${NAME}") == true)
    }

    @Test("cannot give a name to an entry that has none")
    func missingName() {
        let problems = problems(
            in: "keys:\n  - { key: 0123456789abcdef }\n", environment: ["SLUICE_KEYS__0__NAME": "given"])
        #expect(
            problems.map(\.what) == ["`keys[0].name` is missing", "it would replace the name of `keys[0]`"])
    }

    @Test("find an entry whose name comes from the environment by that name")
    func expandedName() throws {
        let loaded = try load(
            "keys:\n  - { name: \"${TEAM}\", key: 0123456789abcdef }\n",
            environment: ["TEAM": "blue team", "SLUICE_KEYS__BLUE_TEAM__OWNER": "Ada"])
        #expect(loaded.configuration.keys.map(\.name) == ["blue team"])
        #expect(loaded.configuration.keys.map(\.owner) == ["Ada"])
    }

    @Test("that would replace two values are refused")
    func ambiguous() {
        let text = """
            keys:
              - { name: a-b, key: 0123456789abcdef }
              - { name: a.b, key: 0123456789abcdeg }
            """
        let problems = problems(in: text, environment: ["SLUICE_KEYS__A_B__OWNER": "x"])
        #expect(problems.map(\.what) == ["it replaces more than one value"])
    }
}
