// SPDX-License-Identifier: Apache-2.0

/// What a caller's key stands for. The key itself is not here: it is shown once, then known only by its digest.
package struct VirtualKey: Sendable, Equatable {
    /// Where a key is declared, which decides who may change it.
    package enum Origin: String, Sendable {
        /// In the configuration file, which owns it: the admin API may show it but not change it.
        case file
        /// Made through the admin API and kept in the store.
        case admin
    }

    /// How every key starts that the gateway makes, so that people and secret scanners recognise one.
    package static let clearPrefix = "sk-sluice-"

    /// Stable identifier (`key_…`), safe to show and to log.
    package var id: String
    /// Human name, unique among keys, compared byte for byte.
    package var name: String
    /// Who answers for the key: a person, a team, a service. Free text.
    package var owner: String?
    /// The first characters of the key (`sk-sluice-ab12`), so that people can tell keys apart.
    package var prefix: String
    /// Which models the key may use, by the names callers ask for.
    package var models: ModelPatterns
    /// When the key stops working; nil means never.
    package var expiresAt: Timestamp?
    /// A disabled key is refused like an unknown one.
    package var disabled: Bool
    /// When the key was made.
    package var createdAt: Timestamp
    /// Who declares it.
    package var origin: Origin

    package init(
        id: String, name: String, owner: String? = nil, prefix: String, models: ModelPatterns = .all,
        expiresAt: Timestamp? = nil, disabled: Bool = false, createdAt: Timestamp, origin: Origin
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.prefix = prefix
        self.models = models
        self.expiresAt = expiresAt
        self.disabled = disabled
        self.createdAt = createdAt
        self.origin = origin
    }

    /// Whether a call made at `now` may use the key.
    package func isUsable(at now: Timestamp) -> Bool {
        if disabled { return false }
        guard let expiresAt else { return true }
        return now < expiresAt
    }
}

/// A key together with the digest it is found by: what stores keep and the directory holds.
package struct StoredKey: Sendable, Equatable {
    package var digest: KeyDigest
    package var key: VirtualKey

    package init(digest: KeyDigest, key: VirtualKey) {
        self.digest = digest
        self.key = key
    }
}
