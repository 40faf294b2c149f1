// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin
import Testing

@Suite("Spans of time")
struct LifespanTests {
    @Test(
        "a whole number and a unit",
        arguments: [("90s", 90), ("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("6w", 3_628_800)])
    func lifespans(text: String, seconds: Int64) {
        #expect(Lifespan(text)?.microseconds == seconds * 1_000_000)
    }

    @Test(
        "what is no span",
        arguments: [
            "", "d", "7", "0d", "-1d", "+1d", "1.5h", "1mo", "1y", " 1d", "1 d", "40000d", "999999999999w", "٣d",
        ])
    func noLifespans(_ text: String) {
        #expect(Lifespan(text) == nil)
    }
}
