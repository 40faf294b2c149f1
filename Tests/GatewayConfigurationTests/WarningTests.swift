// SPDX-License-Identifier: Apache-2.0

import GatewayConfiguration
import GatewayDomain
import Testing

@Suite("Warnings")
struct WarningTests {
    private static func warnings(_ text: String) throws -> [String] {
        try load(text).warnings.map(\.description)
    }

    @Test(
        "plain http to another machine is allowed with a warning; to this one without",
        arguments: [
            ("http://10.0.0.7:8000/v1", 1), ("http://ollama:11434/v1", 1), ("http://127.0.0.1:8000/v1", 0),
            ("http://localhost/v1", 0), ("http://[::1]:80/v1", 0), ("https://10.0.0.7/v1", 0),
        ])
    func plainHTTP(url: String, count: Int) throws {
        let warnings = try Self.warnings("providers:\n  - { name: a, template: ollama, base_url: \"\(url)\" }\n")
        #expect(warnings.count == count)
        #expect(warnings.allSatisfy { $0.hasPrefix("sluice.yaml:2: `providers.a.base_url` is plain http") })
    }

    @Test(
        "an allow-list that names no configured model is probably a slip",
        arguments: [
            ("gpt-4o", 0), ("gpt-4o-mini", 1), ("gpt-*", 0), ("claude-sonnet", 0), ("claud-*", 0), ("llama*", 0),
            ("*", 0),
            ("gemini", 1),
        ])
    func vainAllowance(pattern: String, count: Int) throws {
        let warnings = try Self.warnings(
            """
            providers:
              - { name: a, template: ollama }
            models:
              - { name: gpt-4o, targets: [{ provider: a }] }
              - { name: "claude-*", targets: [{ provider: a }] }
            keys:
              - { name: k, key: 0123456789abcdef, models: ["\(pattern)"] }
            """)
        #expect(warnings.count == count)
        #expect(warnings.allSatisfy { $0.contains("sluice.yaml:7: `keys.k.models` allows `\(pattern)`") })
    }

    @Test(
        "an admin key that can be guessed is warned of where only this machine can try, and a strong one is not",
        arguments: [
            ("a", 1), (String(repeating: "a", count: 64), 1), ("0123456789abcdef0123456789abcde", 1),
            ("0123456789abcdef0123456789abcdef", 0), ("9f3c71e0a2b84d56c1e7f09a3b5d8264", 0),
        ])
    func weakAdminKey(key: String, count: Int) throws {
        let warnings = try Self.warnings("server:\n  admin: { key: \(key) }\n")
        #expect(warnings.count == count)
        #expect(warnings.allSatisfy { $0.hasPrefix("sluice.yaml:2: `server.admin.key` is weak, it ") })
        let exposed = problems(in: "server:\n  admin: { address: \":9090\", key: \(key) }\n")
        #expect(exposed.count == count, "the same keys are refused where others can try")
    }

    @Test("an empty allow-list is allowed with a warning")
    func emptyAllowance() throws {
        let loaded = try load("keys:\n  - { name: k, key: 0123456789abcdef, models: [] }\n")
        #expect(loaded.warnings.count == 1)
        #expect(!loaded.configuration.keys[0].models.allows("a"))
    }
}
