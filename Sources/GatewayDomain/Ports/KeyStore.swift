// SPDX-License-Identifier: Apache-2.0

/// Keeps the keys that the admin API makes. Methods may wait for a disk.
package protocol KeyStore: Sendable {
    /// Every stored key.
    func keys() async throws -> [StoredKey]

    /// The stored key with `id`, compared byte for byte; nil when there is none.
    func key(id: String) async throws -> StoredKey?

    /// Adds a key. Throws `KeyStoreError.nameTaken` when another has its name.
    func insert(_ key: StoredKey) async throws

    /// Replaces the key that has `key.key.id`, its digest included. Throws `KeyStoreError.notFound`.
    func update(_ key: StoredKey) async throws

    /// Removes a key. Throws `KeyStoreError.notFound`.
    func delete(id: String) async throws
}

/// Why a key is not kept as asked.
package enum KeyStoreError: Error, Equatable, Sendable {
    case nameTaken(String)
    case notFound(String)
}

/// Makes the digest under which a key is stored: HMAC-SHA-256 with the installation's secret.
package protocol KeyHashing: Sendable {
    /// The digest of a key as the caller presented it.
    func digest(of key: UnsafeRawBufferPointer) -> KeyDigest
}
