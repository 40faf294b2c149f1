// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

func provider(_ name: String, template: String = "openai") -> Provider {
    Provider(
        name: name, slug: name, template: template, dialect: .openAI,
        origin: Origin(isTLS: true, host: "api.example.com", port: 443, basePath: "/v1"), authentication: .none)
}

func virtualKey(_ id: String, expiresAt: Timestamp? = nil, disabled: Bool = false) -> VirtualKey {
    VirtualKey(
        id: id, name: id, prefix: "sk-sluice-ab12", expiresAt: expiresAt, disabled: disabled,
        createdAt: Timestamp(microseconds: 0), origin: .admin)
}

/// A digest that is `shard` in its last byte and tells `number` in its first eight.
func digest(_ number: UInt64, shard: UInt8 = 0) -> KeyDigest? {
    var bytes = [UInt8](repeating: 0, count: KeyDigest.size)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index)) }
    bytes[24] = shard
    return KeyDigest(bytes: bytes)
}
