// SPDX-License-Identifier: Apache-2.0

import Crypto
package import GatewayDomain

/// HMAC-SHA-256 with the installation's secret.
///
/// The two hash states that depend on the secret alone are made once; a digest then costs four SHA-256 blocks for keys
/// of the length we make, instead of six blocks and four arrays.
package struct KeyHasher: KeyHashing {
    private let inner: SHA256
    private let outer: SHA256

    /// `secret` is at most one SHA-256 block (64 bytes) long.
    init(secret: [UInt8]) {
        inner = Self.absorb(secret, pad: 0x36)
        outer = Self.absorb(secret, pad: 0x5c)
    }

    private static func absorb(_ secret: [UInt8], pad: UInt8) -> SHA256 {
        precondition(secret.count <= SHA256.blockByteCount, "the key-hashing secret is longer than a block")
        var block = [UInt8](repeating: pad, count: SHA256.blockByteCount)
        for (index, byte) in secret.enumerated() { block[index] ^= byte }
        var hash = SHA256()
        block.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash
    }

    package func digest(of key: UnsafeRawBufferPointer) -> KeyDigest {
        var message = inner
        message.update(bufferPointer: key)
        var envelope = outer
        message.finalize().withUnsafeBytes { envelope.update(bufferPointer: $0) }
        guard let digest = envelope.finalize().withUnsafeBytes({ KeyDigest(bytes: $0) }) else {
            preconditionFailure("a SHA-256 digest has 32 bytes")
        }
        return digest
    }

    /// The digest of `text`, for callers off the request path.
    package func digest(of text: String) -> KeyDigest {
        var text = text
        return text.withUTF8 { digest(of: UnsafeRawBufferPointer($0)) }
    }
}

extension KeyHasher: CustomStringConvertible, CustomReflectable {
    package var description: String { "[key hasher]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
