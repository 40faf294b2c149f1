// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Usage")
struct UsageTests {
    @Test("counts from outside are clamped, so that nothing can go negative or overflow")
    func clamped() {
        let low = Usage(prompt: -1, completion: .min, cached: -5, cacheWrite: -5, cacheWriteHour: -5, reasoning: -5)
        #expect(low == .zero)
        let high = Usage(
            prompt: .max, completion: .max, cached: .max, cacheWrite: .max, cacheWriteHour: .max, reasoning: .max)
        #expect(high.prompt == Usage.ceiling)
        #expect(high.completion == Usage.ceiling)
        #expect(high.cached == Usage.ceiling)
        #expect(high.cacheWrite == 0)
        #expect(high.cacheWriteHour == 0)
        #expect(high.reasoning == Usage.ceiling)
    }

    @Test("a part is never more than its whole, in 100,000 random readings")
    func parts() {
        var random = SplitMix(seed: 9)
        for _ in 0..<100_000 {
            let usage = Usage(
                prompt: random.number(bits: 64), completion: random.number(bits: 64), cached: random.number(bits: 64),
                cacheWrite: random.number(bits: 64), cacheWriteHour: random.number(bits: 64),
                reasoning: random.number(bits: 64))
            #expect(usage.cached >= 0 && usage.cacheWriteHour >= 0 && usage.reasoning >= 0)
            #expect(usage.cached + usage.cacheWrite <= usage.prompt)
            #expect(usage.cacheWriteHour <= usage.cacheWrite)
            #expect(usage.reasoning <= usage.completion)
            #expect(usage.prompt <= Usage.ceiling && usage.completion <= Usage.ceiling)
        }
    }

    @Test("what fits is left as it is")
    func unchanged() {
        let usage = Usage(prompt: 10, completion: 5, cached: 3, cacheWrite: 4, cacheWriteHour: 2, reasoning: 5)
        #expect(usage.prompt == 10 && usage.completion == 5 && usage.cached == 3)
        #expect(usage.cacheWrite == 4 && usage.cacheWriteHour == 2 && usage.reasoning == 5)
    }
}
