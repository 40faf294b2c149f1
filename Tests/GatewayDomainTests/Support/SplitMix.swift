// SPDX-License-Identifier: Apache-2.0

/// Repeatable random numbers.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// Up to `bits` random bits, so that small numbers come as often as large ones.
    mutating func number(bits: Int) -> Int64 {
        let width = Int.random(in: 0...bits, using: &self)
        return width == 0 ? 0 : Int64(truncatingIfNeeded: next() >> UInt64(64 - width))
    }
}
