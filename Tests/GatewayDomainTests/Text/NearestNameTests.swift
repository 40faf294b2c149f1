// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("The nearest name")
struct NearestNameTests {
    private static let names = ["server", "address", "api_key", "models", "providers"]

    @Test(
        "is what a slip was meant to be",
        arguments: [
            ("servr", "server"), ("adress", "address"), ("api-key", "api_key"), ("modles", "models"),
            ("Provider", "providers"), ("SERVER", "server"),
        ])
    func slip(written: String, meant: String) {
        #expect(NearestName.find(written, among: Self.names) == meant)
    }

    @Test(
        "is none where nothing is near", arguments: ["", "quite-something-else", String(repeating: "x", count: 5000)])
    func far(written: String) {
        #expect(NearestName.find(written, among: Self.names) == nil)
    }

    @Test("is the first of several that are equally near")
    func ties() {
        #expect(NearestName.find("key", among: ["kay", "keys", "kez"]) == "kay")
        #expect(NearestName.find("key", among: ["keyss", "kez", "key"]) == "key")
    }

    @Test(
        "counts inserted, removed, replaced and swapped letters",
        arguments: [
            ("", "", 0), ("abc", "", 3), ("abc", "abxc", 1), ("abc", "axc", 1), ("abc", "acb", 1), ("ca", "abc", 3),
        ])
    func distances(left: String, right: String, edits: Int) {
        #expect(NearestName.distance(Array(left.utf8), Array(right.utf8)) == edits)
        #expect(NearestName.distance(Array(right.utf8), Array(left.utf8)) == edits)
    }
}
