// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct SealTests {
    private static let values: [JSONString] = [
        "", "abc+/==", "a.b..c", "with \"quotes\" \\ and é", "sluice.seal.gemini.signature..x",
    ]

    @Test("A seal survives being wrapped, with its identifier", arguments: Seal.Issuer.allCases)
    func wrapping(_ issuer: Seal.Issuer) throws {
        for kind in [Seal.Kind.signature, .encrypted] {
            for value in Self.values {
                for id in [nil, "rs_1", "a.b%2Ec%", "%2E", "%25"] as [JSONString?] {
                    let seal = Seal(issuer, kind, value, id: id)
                    let unwrapped = try #require(Seal.unwrap(seal.wrapped()))
                    #expect(unwrapped.seal == seal)
                    #expect(unwrapped.call == nil)
                }
            }
        }
    }

    @Test("A call's seal names the call", arguments: ["call_1", "a.b", "%2E.%", "é"] as [JSONString])
    func ofCall(_ id: JSONString) throws {
        let seal = Seal(.gemini, .signature, "s.t")
        let unwrapped = try #require(Seal.unwrap(seal.wrapped(call: id)))
        #expect(unwrapped.seal == seal)
        #expect(unwrapped.call == id)
    }

    @Test("What was wrapped survives a client that writes its JSON anew")
    func reencoded() throws {
        let wrapped = Seal(.anthropic, .signature, "a/b+é", id: "rs.1").wrapped(call: nil)
        let again = try #require(try Sample.value(#""\#(wrapped.text.replacing("/", with: #"\/"#))""#).string)
        #expect(Seal.unwrap(again)?.seal == Seal(.anthropic, .signature, "a/b+é", id: "rs.1"))
    }

    @Test(
        "A seal of the dialect's own is no wrapped one",
        arguments: [
            "", "EqQBCgIYAhIM", "sluice.seal.", "sluice.seal.anthropic", "sluice.seal.anthropic.signature",
            "sluice.seal.anthropic.signature.x", "sluice.seal.nobody.signature.x.y", "sluice.seal.anthropic.sealed.x.y",
            "sluice.seal.anthropic.call-sealed.x.y", "xsluice.seal.anthropic.signature.x.y",
        ])
    func others(_ text: String) {
        #expect(Seal.unwrap(JSONString(text)) == nil)
    }
}
