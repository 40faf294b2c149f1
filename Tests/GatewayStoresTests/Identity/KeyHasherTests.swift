// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@testable import GatewayStores

@Suite("Key hasher")
struct KeyHasherTests {
    /// Test cases 1, 2 and 4 of RFC 4231, which defines them for HMAC-SHA-256.
    @Test(
        "gives the published HMAC-SHA-256 values",
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                Array(1...25), [UInt8](repeating: 0xcd, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
        ])
    func published(secret: [UInt8], message: [UInt8], expected: String) {
        let hasher = KeyHasher(secret: secret)
        for _ in 0..<2 {
            let digest = message.withUnsafeBytes { hasher.digest(of: $0) }
            #expect(digest.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() == expected)
        }
    }

    @Test("another secret or another key gives another digest, the empty key one too")
    func distinct() {
        let first = KeyHasher(secret: [UInt8](repeating: 1, count: 32))
        let second = KeyHasher(secret: [UInt8](repeating: 2, count: 32))
        let digests = ["", "a", "b", String(repeating: "k", count: 5_000)].flatMap {
            [first.digest(of: $0), second.digest(of: $0)]
        }
        #expect(Set(digests).count == 8)
    }
}
