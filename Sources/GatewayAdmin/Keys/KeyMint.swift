// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Makes new virtual keys and their identifiers from the system's random numbers.
package enum KeyMint {
    /// How much of a key is kept readable, so that people can tell keys apart: the common start and 24 of its 256 bits.
    package static let shownLength = 14

    /// A key in clear: the common start and 256 random bits in base64url.
    static func key() -> String {
        VirtualKey.clearPrefix + base64URL(randomBytes(32))
    }

    static func identifier() -> String {
        "key_"
            + randomBytes(12).map { byte in
                String(byte >> 4, radix: 16) + String(byte & 0xf, radix: 16)
            }.joined()
    }

    private static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Base64 in the alphabet that is safe in URLs and headers, without padding.
    static func base64URL(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for digit in 0...group.count {
                text.append(alphabet[Int(bits >> (18 - 6 * UInt32(digit)) & 0x3f)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
