// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Synchronization

/// Keeps keys in memory and can be told to fail.
actor MemoryKeyStore: KeyStore {
    struct DiskFull: Error {}

    private var stored: [StoredKey] = []
    private(set) var isFailing = false

    func fail() { isFailing = true }

    func keys() async throws -> [StoredKey] { stored }

    func key(id: String) async throws -> StoredKey? { stored.first { $0.key.id.utf8.elementsEqual(id.utf8) } }

    func insert(_ key: StoredKey) async throws {
        if isFailing { throw DiskFull() }
        // Gives other changes every chance to come between.
        await Task.yield()
        try refuseTaken(key.key)
        stored.append(key)
    }

    func update(_ key: StoredKey) async throws {
        if isFailing { throw DiskFull() }
        await Task.yield()
        guard let index = stored.firstIndex(where: { $0.key.id == key.key.id }) else {
            throw KeyStoreError.notFound(key.key.id)
        }
        try refuseTaken(key.key)
        stored[index] = key
    }

    private func refuseTaken(_ key: VirtualKey) throws {
        let isTaken = stored.contains { $0.key.name.utf8.elementsEqual(key.name.utf8) && $0.key.id != key.id }
        if isTaken { throw KeyStoreError.nameTaken(key.name) }
    }

    func delete(id: String) async throws {
        if isFailing { throw DiskFull() }
        guard stored.contains(where: { $0.key.id == id }) else { throw KeyStoreError.notFound(id) }
        stored.removeAll { $0.key.id == id }
    }
}

/// A digest that depends on every byte; no hash for real keys.
struct TestHasher: KeyHashing {
    func digest(of key: UnsafeRawBufferPointer) -> KeyDigest {
        var bytes: [UInt8] = []
        for seed in UInt64(1)...4 {
            var word = 0xcbf2_9ce4_8422_2325 &* seed
            for byte in key { word = (word ^ UInt64(byte)) &* 0x100_0000_01b3 }
            withUnsafeBytes(of: word) { bytes += $0 }
        }
        guard let digest = KeyDigest(bytes: bytes) else { preconditionFailure("four words are 32 bytes") }
        return digest
    }
}

/// A gateway with a key directory and nothing behind it.
final class TestGateway: GatewayControl {
    let configuration: Configuration
    let revision = 3
    let fileKeys: [StoredKey]
    private let directory: Mutex<KeyDirectory>

    init(_ configuration: Configuration, fileKeys: [StoredKey]) {
        self.configuration = configuration
        self.fileKeys = fileKeys
        directory = Mutex(KeyDirectory(fileKeys))
    }

    func publish(_ key: StoredKey) async { directory.withLock { $0.put(key) } }

    func withdraw(_ digest: KeyDigest) async { directory.withLock { $0.remove(digest) } }

    /// Whether a call with this key would be let in.
    func accepts(_ clear: String, at now: Timestamp) -> Bool {
        var clear = clear
        let digest = clear.withUTF8 { TestHasher().digest(of: UnsafeRawBufferPointer($0)) }
        return directory.withLock { $0.find(digest) }?.key.isUsable(at: now) ?? false
    }
}

/// A ledger of given rows that remembers what it was asked.
final class TestReports: LedgerReports {
    struct Asked: Equatable {
        var filter: UsageFilter
        var grouping: UsageGrouping?
        var limit: Int?
    }

    private let rows: [Settlement]
    private let sums: [UsageSum]
    private let lastAsked = Mutex<Asked?>(nil)

    init(rows: [Settlement] = [], sums: [UsageSum] = []) {
        self.rows = rows
        self.sums = sums
    }

    var asked: Asked? { lastAsked.withLock { $0 } }

    func rows(requestID: String) async throws -> [Settlement] { rows.filter { $0.requestID == requestID } }

    func rows(matching filter: UsageFilter, limit: Int) async throws -> [Settlement] {
        lastAsked.withLock { $0 = Asked(filter: filter, limit: limit) }
        return Array(rows.prefix(limit))
    }

    func sums(by grouping: UsageGrouping, matching filter: UsageFilter) async throws -> [UsageSum] {
        lastAsked.withLock { $0 = Asked(filter: filter, grouping: grouping) }
        return sums
    }

    func openReservations() async -> Int { 7 }
}
