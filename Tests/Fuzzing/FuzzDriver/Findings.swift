// SPDX-License-Identifier: Apache-2.0

/// Ends the process with what was found. Not `precondition`, which says nothing in optimised code.
package func require(_ condition: Bool, _ finding: @autoclosure () -> String) {
    if !condition { fatalError(finding()) }
}

/// Repeatable cuts of `count` bytes into pieces: from one byte each to all at once.
package func pieces(of count: Int, seed: UInt8) -> [Range<Int>] {
    if seed == 0 { return (0..<count).map { $0..<($0 + 1) } }
    var state = UInt64(seed)
    var pieces: [Range<Int>] = []
    var start = 0
    while start < count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let length = 1 + Int(state >> 33) % (1 << (1 + Int(seed) % 8))
        let end = min(count, start + length)
        pieces.append(start..<end)
        start = end
    }
    return pieces
}
