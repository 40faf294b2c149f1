// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Secrets")
struct SecretTests {
    private struct Holder {
        var name = "holder"
        var secret = Secret("canary-7f3a")
        var optional: Secret? = Secret("canary-7f3a")
        var list = [Secret("canary-7f3a")]
        var byName = ["a": Secret("canary-7f3a")]
        var authentication = Authentication.header(name: "x-api-key", Secret("canary-7f3a"))
    }

    @Test("a secret has no text form, however it is asked for one")
    func textForms() {
        let secret = Secret("canary-7f3a")
        var dumped = ""
        dump(secret, to: &dumped)
        var printed = ""
        print(secret, to: &printed)
        for text in ["\(secret)", String(describing: secret), String(reflecting: secret), dumped, printed] {
            #expect(!text.contains("canary"))
            #expect(text.contains("[secret]"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("nor has what holds one")
    func holders() {
        let holder = Holder()
        var dumped = ""
        dump(holder, to: &dumped)
        for text in ["\(holder)", String(reflecting: holder), "\(holder.list)", "\(holder.byName)", dumped] {
            #expect(!text.contains("canary"))
            #expect(text.contains("[secret]"))
        }
        let provider = Provider(
            name: "p", slug: "p", template: "t", dialect: .openAI,
            origin: Origin(isTLS: true, host: "h", port: 1, basePath: ""),
            authentication: .bearer(Secret("canary-7f3a")))
        let server = ServerConfiguration.Admin(address: ListenAddress(host: "h", port: 1), key: Secret("canary-7f3a"))
        let key = KeyConfiguration(name: "n", key: Secret("canary-7f3a"))
        var configuration = Configuration()
        configuration.providers = [provider]
        configuration.keys = [key]
        configuration.server.admin = server
        dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("canary"))
        #expect(!"\(configuration)".contains("canary"))
    }

    @Test("the bytes leave by one door only")
    func bytes() {
        let secret = Secret("clé")
        #expect(secret.withBytes { Array($0) } == Array("clé".utf8))
        #expect(secret.count == 4)
        #expect(!secret.isEmpty)
        #expect(Secret("").isEmpty)
    }

    @Test(
        "secrets match when all their bytes do",
        arguments: [
            ("abc", "abc", true), ("abc", "abd", false), ("abc", "xbc", false), ("abc", "ab", false), ("", "", true),
            ("\u{e9}", "e\u{301}", false),
        ] as [(String, String, Bool)])
    func matching(left: String, right: String, expected: Bool) {
        #expect(Secret(left).matches(Secret(right)) == expected)
        #expect(Secret(right).matches(Secret(left)) == expected)
    }
}
