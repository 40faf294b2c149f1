// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// A key that was just made or rotated. The only place where a key exists in clear, on its way to the one answer that
/// shows it.
package struct IssuedKey: Sendable {
    package var key: VirtualKey
    package var clear: Secret
}

/// Makes, changes and removes virtual keys.
///
/// Invariants:
/// 1. A change is in the store before it takes effect, and in effect before it is answered.
/// 2. Changes run one after another, so that none is made over another's stale view of a key.
/// 3. A key that the configuration file declares is never changed here.
package actor KeyAdministration {
    private let store: any KeyStore
    private let hasher: any KeyHashing
    private let gateway: any GatewayControl
    private let now: @Sendable () -> Timestamp

    // An actor lets others in at each `await`; invariant 2 needs more, so changes queue here.
    private var isChanging = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(
        store: any KeyStore, hasher: any KeyHashing, gateway: any GatewayControl,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.store = store
        self.hasher = hasher
        self.gateway = gateway
        self.now = now
    }

    /// The keys that `includes` wants, from the file and from the store, in the order of names.
    package func keys(_ includes: @Sendable (VirtualKey) -> Bool = { _ in true }) async throws -> [VirtualKey] {
        let all = try await store.keys() + gateway.fileKeys
        // Filtered first: a search leaves few to sort, and a later page fewer than the first.
        return all.lazy.map(\.key).filter(includes).sorted { KeyCursor($0) < KeyCursor($1) }
    }

    package func key(id: String) async throws -> VirtualKey {
        if let key = fileKey(id: id) { return key.key }
        return try await storedKey(id: id).key
    }

    package func create(_ draft: KeyDraft) async throws -> IssuedKey {
        try await oneAtATime {
            try refuseFilesName(draft.name)
            let key = VirtualKey(
                id: KeyMint.identifier(), name: draft.name, owner: draft.owner, prefix: "", models: draft.models,
                expiresAt: draft.expiresAt, createdAt: now().wholeSecond, origin: .admin)
            let (stored, clear) = issue(key)
            try await storing { try await store.insert(stored) }
            await gateway.publish(stored)
            return IssuedKey(key: stored.key, clear: clear)
        }
    }

    package func change(id: String, _ change: KeyChange) async throws -> VirtualKey {
        try await oneAtATime {
            var stored = try await changeableKey(id: id)
            if let name = change.name { try refuseFilesName(name) }
            stored.key = change.applied(to: stored.key)
            try await storing { try await store.update(stored) }
            await gateway.publish(stored)
            return stored.key
        }
    }

    /// Gives the key a new secret. The old one stops working before this returns.
    package func rotate(id: String) async throws -> IssuedKey {
        try await oneAtATime {
            let old = try await changeableKey(id: id)
            let (stored, clear) = issue(old.key)
            try await storing { try await store.update(stored) }
            await gateway.withdraw(old.digest)
            await gateway.publish(stored)
            return IssuedKey(key: stored.key, clear: clear)
        }
    }

    package func delete(id: String) async throws {
        try await oneAtATime {
            let old = try await changeableKey(id: id)
            try await storing { try await store.delete(id: id) }
            await gateway.withdraw(old.digest)
        }
    }

    private func issue(_ key: VirtualKey) -> (StoredKey, Secret) {
        var clear = KeyMint.key()
        var key = key
        key.prefix = String(clear.prefix(KeyMint.shownLength))
        let digest = clear.withUTF8 { hasher.digest(of: UnsafeRawBufferPointer($0)) }
        return (StoredKey(digest: digest, key: key), Secret(clear))
    }

    private func fileKey(id: String) -> StoredKey? {
        gateway.fileKeys.first { $0.key.id.hasSameBytes(as: id) }
    }

    private func storedKey(id: String) async throws -> StoredKey {
        guard let key = try await store.key(id: id) else { throw Self.notFound(id) }
        return key
    }

    private func changeableKey(id: String) async throws -> StoredKey {
        if let key = fileKey(id: id) {
            throw Problem(
                .keyOwnedByFile,
                "The key \(quoted(key.key.name)) is declared in the configuration file; change it there and reload.")
        }
        return try await storedKey(id: id)
    }

    /// The store refuses the names of its own keys.
    private func refuseFilesName(_ name: String) throws(Problem) {
        guard !gateway.fileKeys.contains(where: { $0.key.name.hasSameBytes(as: name) }) else {
            throw Self.taken(name)
        }
    }

    private func storing(_ write: () async throws -> Void) async throws {
        do {
            try await write()
        } catch KeyStoreError.nameTaken(let name) {
            throw Self.taken(name)
        } catch KeyStoreError.notFound(let id) {
            throw Self.notFound(id)
        }
    }

    private static func notFound(_ id: String) -> Problem {
        Problem(.keyNotFound, "No key has the id \(quoted(id)); \"GET /v1/keys\" lists them.")
    }

    private static func taken(_ name: String) -> Problem {
        Problem(.keyNameTaken, "Another key is named \(quoted(name)); names are unique.", field: "name")
    }

    private func oneAtATime<Result>(_ change: () async throws -> Result) async throws -> Result {
        if isChanging {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isChanging = true
        }
        defer {
            // The turn passes straight to the next in line, so nobody can step in between.
            if waiting.isEmpty { isChanging = false } else { waiting.removeFirst().resume() }
        }
        return try await change()
    }
}
