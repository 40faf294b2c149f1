// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import GatewayProxy
import GatewayStores
import Logging
import Synchronization

/// The configuration and keys in effect, and the way to change them: what the file says, what the store holds, and the
/// lanes that serve from both.
final class RunningGateway: GatewayControl {
    private struct State {
        var configuration: Configuration
        var compiled: Compiled
        var fileKeys: [StoredKey]
        /// The file's keys and the store's.
        var directory: KeyDirectory
        /// The newest revision that was made.
        var lastRevision: Int
        /// The newest revision that every lane serves from.
        var revisionInEffect: Int
    }

    private let state: Mutex<State>
    private let dataPlane = Mutex<DataPlane?>(nil)
    private let store: SQLiteStore

    init(_ configuration: Configuration, store: SQLiteStore) async throws {
        self.store = store
        let fileKeys = FileKeys.stored(configuration.keys, hasher: store.hasher)
        let directory = KeyDirectory(try await store.keys() + fileKeys)
        state = Mutex(
            State(
                configuration: configuration, compiled: Compiled(Snapshot(configuration, revision: 1)),
                fileKeys: fileKeys, directory: directory, lastRevision: 1, revisionInEffect: 1))
    }

    /// What lanes are to serve from now.
    var laneState: LaneState {
        state.withLock { LaneState(compiled: $0.compiled, keys: $0.directory) }
    }

    /// From now on changes go to the lanes of `plane`.
    func attach(_ plane: DataPlane) {
        dataPlane.withLock { $0 = plane }
    }

    // MARK: GatewayControl

    var configuration: Configuration { state.withLock { $0.configuration } }
    var revision: Int { state.withLock { $0.revisionInEffect } }
    var fileKeys: [StoredKey] { state.withLock { $0.fileKeys } }
    var keyCount: Int { state.withLock { $0.directory.count } }

    func publish(_ key: StoredKey) async {
        await change { $0.directory.put(key) }
    }

    func withdraw(_ digest: KeyDigest) async {
        await change { $0.directory.remove(digest) }
    }

    // MARK: Changes from outside

    /// Puts another configuration into effect.
    func use(_ configuration: Configuration) async throws {
        let fileKeys = FileKeys.stored(configuration.keys, hasher: store.hasher)
        let directory = KeyDirectory(try await store.keys() + fileKeys)
        // Compiled before the lock is taken, for which lanes may wait.
        let revision = state.withLock { state in
            state.lastRevision += 1
            return state.lastRevision
        }
        let compiled = Compiled(Snapshot(configuration, revision: revision))
        await change { state in
            // Of two reloads that overtake each other the later one stays.
            guard state.compiled.snapshot.revision < revision else { return }
            state.configuration = configuration
            state.compiled = compiled
            state.fileKeys = fileKeys
            state.directory = directory
        }
        // Only now: whoever reads the revision may rely on it that no request is served from an older one.
        state.withLock { $0.revisionInEffect = max($0.revisionInEffect, revision) }
    }

    /// Reads the store's keys again, because another process has changed them.
    func reloadKeys() async throws {
        let stored = try await store.keys()
        await change { $0.directory = KeyDirectory(stored + $0.fileKeys) }
    }

    /// Changes the state and waits until every lane serves from it. The state before is held until then and let go of
    /// here: to free a hundred thousand keys takes a while, which must not be a lane's.
    private func change(_ apply: (inout State) -> Void) async {
        let old = state.withLock { state in
            let old = state
            apply(&state)
            return old
        }
        if let plane = dataPlane.withLock({ $0 }) { await plane.refresh { self.laneState } }
        withExtendedLifetime(old) {}
    }
}

/// The keys that the configuration file declares.
enum FileKeys {
    static func stored(_ keys: [KeyConfiguration], hasher: KeyHasher) -> [StoredKey] {
        keys.map { declared in
            let digest = declared.key.withBytes { hasher.digest(of: $0) }
            let key = VirtualKey(
                id: "key_" + hexadecimal(digest.bytes.prefix(12)), name: declared.name, owner: declared.owner,
                prefix: prefix(declared.key), models: declared.models, expiresAt: declared.expiresAt,
                disabled: declared.disabled, createdAt: Timestamp(microseconds: 0), origin: .file)
            return StoredKey(digest: digest, key: key)
        }
    }

    /// The first characters of a key, never more than a quarter of it.
    private static func prefix(_ key: Secret) -> String {
        key.withBytes { bytes in String(decoding: bytes.prefix(min(14, bytes.count / 4)), as: UTF8.self) }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
