// SPDX-License-Identifier: Apache-2.0

import GatewayConfiguration
import GatewayDomain
import Testing

@Suite("Secrets")
struct SecrecyTests {
    private static let mark = "hunter2hunter2"

    /// Ways in which a secret can come to stand where it is refused, or near something that is.
    private static let leaks: [String] = [
        "server: { lanes: \"${S}\" }",
        "server: { data: { address: \"${S}\" } }",
        "server: { grace_time: \"${S}\", limits: { body: \"${S}\" } }",
        "server: { admin: { key: \"${S} ${S}\" } }",
        "server: { admin: { key: \"hunter2hunter2 with blanks\" } }",
        "server: { admin: { key: sk-sluice-hunter2hunter2 } }",
        "server: { admin: { key: hunter2hunter2, address: \":0\" } }",
        "server: { admin: { key: hunter2hunter2xx } }\nkeys: [{ name: a, key: hunter2hunter2xx }]",
        "server: { admin: { key: hunter2 } }\nproviders: [{ name: a, template: openai, api_key: hunter2 }]",
        "server: { tls: { address: \":0\", certificate: \"${S}\", private_key: \"${S}\" } }",
        "storage: { sqlite: \"${S}\\n\" }\nmetering: { on_disconnect: \"${S}\" }",
        "providers: [{ name: \"${S}\", template: \"${S}\", api_key: \"${S}\\n${S}\" }]",
        "providers: [{ name: a, template: openai, api_key: \"file:/nowhere/${S}\" }]",
        "providers: [{ name: a, template: openai, api_key: hunter2hunter2é }]",
        "providers: [{ name: a, template: ollama, base_url: \"https://hunter2hunter2:x@example.com\" }]",
        "providers: [{ name: a, template: ollama, base_url: \"${S}\" }]",
        "providers: [{ name: a, template: ollama, headers: { x-a: \"hunter2hunter2\\n\" } }]",
        "providers: [{ name: a, template: ollama, headers: { hunter2hunter2-and-a-long-tail: \"\\n\" } }]",
        "providers: [{ name: \"${S}\", template: ollama }, { name: \"${S}\", template: ollama }]",
        "models: [{ name: \"${S}\", targets: [{ provider: \"${S}\" }] }]",
        "keys: [{ name: \"${S}\", key: \"${S}\" }, { name: \"${S}\", key: \"${S}\" }]",
        "keys: [{ name: a, key: hunter2hunter2 }]",
        "keys: [{ name: a, key: hunter2hunter2xx }, { name: b, key: hunter2hunter2xx }]",
        "keys: [{ name: a, key: \"${S}${S}\", models: [\"${S}\"], expires_at: \"${S}\", disabled: \"${S}\" }]",
        "prices: [{ provider: \"${S}\", model: \"${S}\", input: \"${S}\", output: \"-${S}\" }]",
        "server: { lanes: sk-hunter2hunter2 }",
        "metering: { on_disconnect: hunter2hunter2and4lettersand5more6numbers }",
        "sk-hunter2hunter2-pasted-as-a-field: 1",
        "sk-hunter2hunter2-pasted-twice-as-a-field: 1\nsk-hunter2hunter2-pasted-twice-as-a-field: 1",
        "keys: [{ name: a, key: [hunter2hunter2] }]",
        "keys: [{ name: a, key: { hunter2hunter2-and-a-long-tail: 1 } }]",
    ]

    @Test("never appear in a problem or a warning", arguments: leaks)
    func neverShown(_ text: String) {
        let environment = ["S": Self.mark, "SLUICE_SERVER__ADMIN__KEY": "\(Self.mark) blank"]
        for environment in [environment, ["S": Self.mark]] {
            let problems = problems(in: text, environment: environment)
            #expect(!problems.isEmpty)
            for problem in problems {
                #expect(!problem.description.contains("hunter2"), "\(problem)")
            }
        }
    }

    @Test("have no text form in the loaded configuration")
    func noTextForm() throws {
        let loaded = try load(
            "server: { admin: { key: \(Self.mark)-admin } }\nkeys: [{ name: a, key: \(Self.mark)xx }]\n"
                + "providers: [{ name: a, template: openai, api_key: \(Self.mark) }]")
        var dumped = ""
        dump(loaded, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!"\(loaded)".contains("hunter2"))
    }

    @Test("come from files, without the line break at their end", arguments: ["k3y", "k3y\n", "k3y\r\n"])
    func fromFile(content: String) throws {
        let directory = try ScratchDirectory()
        try directory.write("key", content)
        let loaded = try load(
            "providers: [{ name: a, template: openai, api_key: \"file:key\" }]", directory: directory.path)
        #expect(loaded.configuration.providers[0].authentication.headerAndKey?.key == "k3y")
    }

    @Test(
        "a file that holds no key is refused",
        arguments: [
            ("", "it is empty"), ("\n", "it is empty"), ("a\nb\n", "line break"), ("changeme\n", "placeholder"),
            ("k3y\n\n", "line break"),
        ])
    func badFile(content: String, words: String) throws {
        let directory = try ScratchDirectory()
        try directory.write("key", content)
        let problems = problems(
            in: "providers: [{ name: a, template: openai, api_key: \"file:key\" }]", directory: directory.path)
        #expect(problems.count == 1)
        #expect(problems.first?.description.contains(words) == true)
    }

    @Test("a directory is not taken for a key's file")
    func directoryAsKey() throws {
        let directory = try ScratchDirectory()
        let problems = problems(
            in: "providers: [{ name: a, template: openai, api_key: \"file:.\" }]", directory: directory.path)
        #expect(problems.first?.description.contains("not a regular file") == true)
    }

    @Test(
        "placeholders are refused",
        arguments: [
            "changeme", "CHANGE-ME", "sk-...", "sk-xxxx", "your-key", "your_api_key", "xxx", "XXXXXXXX", "<key>", "***",
        ])
    func placeholders(key: String) {
        let problems = problems(in: "providers: [{ name: a, template: openai, api_key: \"\(key)\" }]")
        #expect(problems.count == 1)
        #expect(problems.first?.why.contains("placeholder") == true)
    }
}
