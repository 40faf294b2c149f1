// SPDX-License-Identifier: Apache-2.0

/// The keyed hash (HMAC-SHA-256) under which a virtual key is stored and looked up.
///
/// Lookup by digest leaks nothing useful through timing: without the installation's hashing secret a caller cannot
/// choose the digest's bytes.
package struct KeyDigest: Hashable, Sendable {
    /// Size in bytes.
    package static let size = 32

    private let a: UInt64
    private let b: UInt64
    private let c: UInt64
    private let d: UInt64

    /// Reads 32 bytes; nil for any other length.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        (a, b, c, d) = words
    }

    /// The 32 bytes, as stored.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: (a, b, c, d)) { Array($0) }
    }

    /// Eight bits to shard by.
    package var shard: Int { Int(truncatingIfNeeded: d & 0xff) }

    /// Compares every bit whatever the outcome, so that the time taken says nothing.
    package static func == (left: KeyDigest, right: KeyDigest) -> Bool {
        (left.a ^ right.a) | (left.b ^ right.b) | (left.c ^ right.c) | (left.d ^ right.d) == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(a)
    }
}
