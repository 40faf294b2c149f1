// SPDX-License-Identifier: Apache-2.0

import GatewayConfiguration
import Testing

/// A bad file, the line its problem stands on, and words that its message must have.
struct BadFile: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var line: Int?
    var words: [String]

    init(_ name: String, line: Int?, _ words: [String], _ text: String) {
        self.name = name
        self.text = text
        self.line = line
        self.words = words
    }

    var testDescription: String { name }

    /// Below an otherwise good provider, whose entry takes the first lines.
    static func withProvider(_ rest: String) -> String {
        """
        providers:
          - { name: one, template: openai, api_key: real-key }
        \(rest)
        """
    }
}

@Suite("Bad files")
struct RefusalTests {
    private static let syntax: [BadFile] = [
        BadFile("empty", line: 1, ["is empty", "sluice.example.yaml"], ""),
        BadFile("only a comment", line: 1, ["is empty"], "# nothing\n"),
        BadFile("a list at the top", line: 1, ["a list", "group of fields"], "- a\n- b\n"),
        BadFile("a single value", line: 1, ["a single value"], "hello\n"),
        BadFile("tabs", line: 2, ["not valid YAML", "spaces rather than tabs"], "server:\n\tlanes: 2\n"),
        BadFile("an open bracket", line: 3, ["not valid YAML"], "models: [\n  { name: a\n"),
        BadFile("an open quote", line: nil, ["not valid YAML"], "storage: { sqlite: \"x }\n"),
        BadFile("a control character", line: 2, ["a control character stands here"], "storage:\n  sqlite: \u{1}\n"),
        BadFile("two documents", line: 2, ["a second document starts here"], "storage: {}\n---\nstorage: {}\n"),
        BadFile(
            "a field twice", line: 3, ["`storage` is given twice", "the first is on line 1"],
            "storage: {}\nserver: {}\nstorage: {}\n"),
        BadFile("an anchor", line: 1, ["anchor"], "storage: &s { sqlite: a }\n"),
        BadFile("an alias", line: 1, ["anchor"], "storage: &s { sqlite: a }\nmetering: *s\n"),
        BadFile("a group as a field's name", line: 1, ["field's name is not plain text"], "{a: b}: c\n"),
        BadFile("an undefined alias", line: 1, ["alias", "in quotes"], "storage: *nothing\n"),
    ]

    private static let fields: [BadFile] = [
        BadFile("unknown at the top", line: 1, ["`servr` is not a field", "did you mean `server`?"], "servr: {}\n"),
        BadFile(
            "unknown in server", line: 2, ["`lane` is not a field of `server`", "`lanes`"], "server:\n  lane: 2\n"),
        BadFile(
            "unknown in a deep group", line: 3, ["of `server.limits`", "did you mean `header_time`?"],
            "server:\n  limits:\n    header_timeout: 3s\n"),
        BadFile("unknown without a near name", line: 2, ["use one of", "`grace_time`"], "server:\n  zzzzzzzzzz: 2\n"),
        BadFile(
            "unknown in a provider", line: 2, ["of `providers.one`", "did you mean `api_key`?"],
            "providers:\n  - { name: one, template: ollama, apikey: k }\n"),
        BadFile("a group where a value goes", line: 2, ["`server.lanes` is a group"], "server:\n  lanes: { a: 1 }\n"),
        BadFile("a value where a group goes", line: 1, ["`server` is a single value"], "server: 8080\n"),
        BadFile("a value where a list goes", line: 1, ["`models` is a single value", "`- `"], "models: all\n"),
        BadFile("a list of values where groups go", line: 2, ["`models[0]` is a single value"], "models:\n  - gpt\n"),
    ]

    private static let values: [BadFile] = [
        BadFile(
            "words for a number", line: 2, ["`server.lanes` is `two`", "whole number from 1"], "server:\n  lanes: two\n"
        ),
        BadFile("no lanes", line: 2, ["`server.lanes` is `0`"], "server:\n  lanes: 0\n"),
        BadFile("a fraction of a lane", line: 2, ["`server.lanes` is `1.5`"], "server:\n  lanes: 1.5\n"),
        BadFile("too many lanes", line: 2, ["`99999999999999999999`"], "server:\n  lanes: 99999999999999999999\n"),
        BadFile("a size in words", line: 2, ["is not a size", "`32MiB`"], "server:\n  limits: { body: big }\n"),
        BadFile("a decimal unit", line: 2, ["`32MB`", "MiB"], "server:\n  limits: { body: 32MB }\n"),
        BadFile("a size that overflows", line: 2, ["size"], "server:\n  limits: { body: 9999999999999GiB }\n"),
        BadFile("an empty size", line: 2, ["between 1 and"], "server:\n  limits: { body: 0 }\n"),
        BadFile("a time without a unit", line: 2, ["is not a duration", "`30s`"], "server:\n  grace_time: 30\n"),
        BadFile("a time out of range", line: 2, ["is not between"], "server:\n  grace_time: 100h\n"),
        BadFile("a negative time", line: 2, ["is not a duration"], "server:\n  grace_time: -1s\n"),
        BadFile("an address without a port", line: 2, ["has no port"], "server:\n  data: { address: localhost }\n"),
        BadFile("port 65536", line: 2, ["from 0 to 65535"], "server:\n  data: { address: \"127.0.0.1:65536\" }\n"),
        BadFile("IPv6 without brackets", line: 2, ["brackets"], "server:\n  data: { address: \"::1:8080\" }\n"),
        BadFile(
            "a short IPv4 address", line: 2, ["four decimal numbers"], "server:\n  data: { address: \"127.1:80\" }\n"),
        BadFile("a bad choice", line: 1, ["`cancel` or `drain`"], "metering: { on_disconnect: ignore }\n"),
        BadFile(
            "yes for true", line: 2, ["neither true nor false"],
            "keys:\n  - { name: a, key: 0123456789abcdef, disabled: yes }\n"),
        BadFile(
            "a date without a zone", line: 2, ["`2027-01-31`", "with its zone"],
            "keys:\n  - { name: a, key: 0123456789abcdef, expires_at: 2027-01-31 }\n"),
    ]

    private static let listeners: [BadFile] = [
        BadFile(
            "two listeners on one address", line: 3, ["listen on one address", "`server.data`", "`server.admin`"],
            "server:\n  data: { address: \"127.0.0.1:7000\" }\n  admin: { address: \"127.0.0.1:7000\" }\n"),
        BadFile(
            "a listener under a wildcard", line: 3, ["listen on one address", "port 7000"],
            "server:\n  data: { address: \":7000\" }\n  health: { address: \"127.0.0.1:7000\" }\n"),
        BadFile(
            "a listener on another's default", line: 1, ["`server.data`", "port 9090"],
            "server:\n  data: { address: \"127.0.0.1:9090\" }\n"),
        BadFile(
            "an open admin API", line: 2, ["`server.admin.key` is missing", "127.0.0.1"],
            "server:\n  admin: { address: \"0.0.0.0:9090\" }\n"),
        BadFile(
            "a weak admin key on a public address", line: 2,
            ["`server.admin.key` is too weak", "it has 1 characters", "openssl rand -hex 32"],
            "server:\n  admin: { address: \":9090\", key: a }\n"),
        BadFile(
            "an admin key of one character", line: 2, ["`server.admin.key` is too weak", "repeats a few characters"],
            "server:\n  admin: { address: \"10.0.0.1:9090\", key: \(String(repeating: "ab", count: 40)) }\n"),
        BadFile(
            "a caller's key as the admin key", line: 2, ["has the form of a caller's key", "openssl rand -hex 32"],
            "server:\n  admin: { key: sk-sluice-0123456789abcdefghijklmnopqrstuvwxyz }\n"),
        BadFile(
            "one key for a caller and the admin API", line: 3,
            ["`keys.a.key` is the same key as `server.admin.key`", "a key of its own"],
            "server: { admin: { key: 0123456789abcdef } }\nkeys:\n  - { name: a, key: 0123456789abcdef }\n"),
        BadFile(
            "one key for a provider and the admin API", line: 3,
            ["`providers.a.api_key` is the same key as `server.admin.key`", "a key of its own"],
            "server: { admin: { key: abcdef } }\nproviders:\n  - { name: a, template: openai, api_key: abcdef }\n"),
        BadFile(
            "a placeholder for the admin key", line: 2, ["`server.admin.key`", "placeholder"],
            "server:\n  admin: { key: changeme }\n"),
        BadFile(
            "a certificate that is not there", line: 2,
            ["`server.tls.certificate` cannot be used", "No such file", "relative path"],
            "server:\n  tls: { address: \":0\", certificate: no.pem, private_key: no.pem }\n"),
        BadFile(
            "TLS without a key", line: 2, ["`server.tls.private_key` is missing"],
            "server:\n  tls: { address: \":0\", certificate: no.pem }\n"),
        BadFile(
            "TLS without an address", line: 2, ["`server.tls.address` is missing"],
            "server:\n  tls: { certificate: no.pem, private_key: no.pem }\n"),
    ]

    private static let providers: [BadFile] = [
        BadFile("no name", line: 2, ["`providers[0].name` is missing"], "providers:\n  - { template: ollama }\n"),
        BadFile(
            "no template", line: 2, ["`providers.a.template` is missing", "`openai`"], "providers:\n  - { name: a }\n"),
        BadFile(
            "an unknown template", line: 2, ["`antropic`", "did you mean `anthropic`?"],
            "providers:\n  - { name: a, template: antropic, api_key: k1 }\n"),
        BadFile(
            "no key", line: 2, ["`providers.a.api_key` is missing", "${OPENAI_API_KEY}"],
            "providers:\n  - { name: a, template: openai }\n"),
        BadFile(
            "an empty key", line: 2, ["`providers.a.api_key`", "it is empty"],
            "providers:\n  - { name: a, template: openai, api_key: }\n"),
        BadFile(
            "a blank key", line: 2, ["`providers.a.api_key`", "it is empty"],
            "providers:\n  - { name: a, template: openai, api_key: \"  \" }\n"),
        BadFile(
            "a placeholder key", line: 2, ["placeholder"],
            "providers:\n  - { name: a, template: openai, api_key: sk-... }\n"),
        BadFile(
            "no base URL", line: 2, ["`providers.a.base_url` is missing"],
            "providers:\n  - { name: a, template: openai-compatible }\n"),
        BadFile(
            "one name twice", line: 3, ["two entries are the provider `a`", "line 2"],
            "providers:\n  - { name: a, template: ollama }\n  - { name: a, template: ollama }\n"),
        BadFile(
            "one slug twice", line: 3, ["`a b` and `A-B` have the same path", "/llm/call/a-b/"],
            "providers:\n  - { name: a b, template: ollama }\n  - { name: A-B, template: ollama }\n"),
        BadFile(
            "a name without letters", line: 2, ["no letter or digit"],
            "providers:\n  - { name: \"!!\", template: ollama }\n"),
        BadFile(
            "a credential as a header", line: 2, ["`providers.a.headers.authorization` cannot be set", "`api_key`"],
            "providers:\n  - { name: a, template: ollama, headers: { Authorization: Bearer x } }\n"),
        BadFile(
            "a framing header", line: 2, ["`providers.a.headers.transfer-encoding` cannot be set"],
            "providers:\n  - { name: a, template: ollama, headers: { Transfer-Encoding: chunked } }\n"),
        BadFile(
            "a header with a line break", line: 2, ["no header can carry"],
            "providers:\n  - { name: a, template: ollama, headers: { x-a: \"1\\r\\nx-b: 2\" } }\n"),
        BadFile(
            "a header that is no name", line: 2, ["not a header name"],
            "providers:\n  - { name: a, template: ollama, headers: { \"x a\": b } }\n"),
    ]

    private static let references: [BadFile] = [
        BadFile(
            "an unknown provider", line: 4, ["names `onw`", "did you mean `one`?"],
            BadFile.withProvider("models:\n  - { name: m, targets: [{ provider: onw }] }\n")),
        BadFile(
            "no targets", line: 4, ["`m` has no targets"], BadFile.withProvider("models:\n  - { name: m }\n")),
        BadFile(
            "empty targets", line: 4, ["`m` has no targets"],
            BadFile.withProvider("models:\n  - { name: m, targets: [] }\n")),
        BadFile(
            "a glob as a target", line: 4, ["`gpt-*`", "one model's name"],
            BadFile.withProvider("models:\n  - { name: m, targets: [{ provider: one, model: gpt-* }] }\n")),
        BadFile(
            "one model twice", line: 5, ["two entries are the model `m`", "line 4"],
            BadFile.withProvider(
                "models:\n  - { name: m, targets: [{ provider: one }] }\n  - { name: m, targets: [{ provider: one }] }\n"
            )),
        BadFile(
            "a pattern of stars", line: 4, ["at most 8"],
            BadFile.withProvider("models:\n  - { name: \"*a*a*a*a*a*a*a*a*a\", targets: [{ provider: one }] }\n")),
        BadFile(
            "a short key", line: 2, ["`keys.a.key`", "16 characters", "guessed"], "keys:\n  - { name: a, key: short }\n"
        ),
        BadFile("no key", line: 2, ["`keys.a.key` is missing"], "keys:\n  - { name: a }\n"),
        BadFile(
            "one key name twice", line: 3, ["two entries are the key `a`"],
            "keys:\n  - { name: a, key: 0123456789abcdef }\n  - { name: a, key: 0123456789abcdeg }\n"),
        BadFile(
            "one key for two", line: 3, ["`keys.b.key` is the same key as that of `a`"],
            "keys:\n  - { name: a, key: 0123456789abcdef }\n  - { name: b, key: 0123456789abcdef }\n"),
        BadFile(
            "an empty model in a key", line: 2, ["`keys.a.models`", "visible characters"],
            "keys:\n  - { name: a, key: 0123456789abcdef, models: [\"\"] }\n"),
        BadFile(
            "models as one value", line: 2, ["`keys.a.models` is a single value", "[\"*\"]"],
            "keys:\n  - { name: a, key: 0123456789abcdef, models: all }\n"),
        BadFile(
            "a price for nobody", line: 4, ["names `two`", "no provider of that name"],
            BadFile.withProvider("prices:\n  - { provider: two, model: m, input: 1, output: 1 }\n")),
        BadFile(
            "a negative price", line: 4, ["`prices[0].input` is `-1`", "negative"],
            BadFile.withProvider("prices:\n  - { provider: one, model: m, input: -1, output: 1 }\n")),
        BadFile(
            "a price in another form", line: 4, ["`1e-6`", "plain decimal number"],
            BadFile.withProvider("prices:\n  - { provider: one, model: m, input: 1e-6, output: 1 }\n")),
        BadFile(
            "a price too exact", line: 4, ["more than six decimals"],
            BadFile.withProvider("prices:\n  - { provider: one, model: m, input: 0.0000001, output: 1 }\n")),
        BadFile(
            "a price without output", line: 4, ["`prices[0].output` is missing", "0 if it is free"],
            BadFile.withProvider("prices:\n  - { provider: one, model: m, input: 1 }\n")),
        BadFile(
            "one price twice", line: 5, ["has two prices"],
            BadFile.withProvider(
                "prices:\n  - { provider: one, model: m, input: 1, output: 1 }\n"
                    + "  - { provider: one, model: m, input: 1, output: 1 }\n")),
        BadFile(
            "long prompts without a threshold", line: 4, ["`prices[0].long_context.above` is missing"],
            BadFile.withProvider(
                "prices:\n  - { provider: one, model: m, input: 1, output: 1, long_context: { input: 2, output: 2 } }\n"
            )),
    ]

    private static let all = syntax + fields + values + listeners + providers + references

    @Test("each is refused with its line and with words that help", arguments: all)
    func refused(_ file: BadFile) throws {
        let problems = problems(in: file.text)
        let found = problems.map(\.description).joined(separator: "\n")
        let fits = problems.contains { problem in
            (file.line == nil || problem.line == file.line)
                && file.words.allSatisfy { problem.description.contains($0) }
        }
        #expect(fits, "\(found)")
    }

    @Test("none says the same problem twice, and each names the file and all three parts", arguments: all)
    func wellFormed(_ file: BadFile) {
        let problems = problems(in: file.text)
        #expect(Set(problems.map(\.description)).count == problems.count)
        for problem in problems {
            #expect(problem.file == "sluice.yaml")
            #expect(!problem.what.isEmpty && !problem.why.isEmpty && !problem.fix.isEmpty)
        }
    }

    @Test("all problems of a file are told at once, in the order of its lines")
    func allAtOnce() {
        let problems = problems(
            in: """
                prices:
                  - { provider: nobody, model: m, input: x, output: 1 }
                server:
                  lanes: two
                  grace_time: soon
                models:
                  - { name: m, targets: [] }
                bogus: 1
                """)
        #expect(problems.map(\.line) == [2, 2, 4, 5, 7, 8])
        #expect(problems[2].description.hasPrefix("sluice.yaml:4: `server.lanes` is `two`, "))
    }

    @Test("of very many problems the first hundred are told, and how many more there are")
    func veryMany() {
        let models = (0..<5000).map { "  - { name: m\($0), targets: [{ provider: onw }] }" }.joined(separator: "\n")
        let problems = problems(in: BadFile.withProvider("models:\n\(models)"))
        #expect(problems.count == 101)
        #expect(problems[99].line == 103)
        #expect(
            problems[100].description
                == "sluice.yaml: 4900 more problems are not shown, 100 are enough to begin with, correct these first")
    }

    @Test("a broken provider does not make its targets and prices look wrong")
    func noEchoes() {
        let problems = problems(
            in: """
                providers:
                  - { name: a, template: openai, api_key: "" }
                models:
                  - { name: m, targets: [{ provider: a }] }
                prices:
                  - { provider: a, model: m, input: 1, output: 1 }
                """)
        #expect(problems.map(\.line) == [2])
    }
}
