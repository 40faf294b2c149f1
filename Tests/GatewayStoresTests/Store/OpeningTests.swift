// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import GatewayDomain
import Testing

@testable import GatewayStores

@Suite("SQLite store: opening")
struct OpeningTests {
    private let directory: TemporaryDirectory
    private var path: String { directory / "sluice.db" }

    init() throws { directory = try TemporaryDirectory() }

    @Test("a second start finds keys, rows and the same secret")
    func secondStart() async throws {
        let first = try SQLiteStore.small(path)
        var samples = Samples(seed: 61)
        let key = samples.key("a")
        try await first.insert(key)
        first.ledger(lane: 0).record(samples.settlement())
        let digest = first.hasher.digest(of: "sk-sluice-test")
        await first.close()
        let second = try SQLiteStore.small(path)
        #expect(try await second.keys() == [key])
        #expect(try await second.rows(requestID: "req-1").count == 1)
        #expect(second.hasher.digest(of: "sk-sluice-test") == digest)
        await second.close()
    }

    @Test("only the owner may read the files")
    func modes() async throws {
        let store = try SQLiteStore.small(path)
        store.ledger(lane: 0).record(
            {
                var samples = Samples(seed: 62); return samples.settlement()
            }())
        try await store.drain()
        for suffix in ["", "-wal", ".secret", ".lock"] {
            #expect(try TemporaryDirectory.mode(of: path + suffix) == 0o600, "\(suffix)")
        }
        #expect(try TemporaryDirectory.mode(of: path + ".journal") == 0o700)
        for file in TemporaryDirectory.files(below: path + ".journal") {
            let mode = try TemporaryDirectory.mode(of: path + ".journal/" + file)
            #expect(mode == (file.contains("/") ? 0o600 : 0o700), "\(file)")
        }
        await store.close()
    }

    @Test("the directory is made if only it is missing")
    func makesParent() async throws {
        let store = try SQLiteStore.small(directory / "data/sluice.db")
        #expect(try TemporaryDirectory.mode(of: directory / "data") == 0o700)
        await store.close()
    }

    @Test("what is wrong with a path is said, with what to do")
    func refusals() throws {
        try Data("this is a text file and no database, however long it may be".utf8)
            .write(to: URL(fileURLWithPath: directory / "text"))
        try FileManager.default.createDirectory(atPath: directory / "data", withIntermediateDirectories: false)
        let cases: [(path: String, code: StoreError.Code, hint: String)] = [
            (directory / "a/b/sluice.db", .directoryMissing, "Make it first"),
            (directory / "text", .notADatabase, "another path"),
            (directory / "data", .notWritable, "write access"),
            (directory / "text/sluice.db", .notWritable, "another path"),
        ]
        for (path, code, hint) in cases {
            let error = #expect(throws: StoreError.self) { try SQLiteStore.small(path) }
            #expect(error?.code == code, "\(path)")
            #expect(error?.message.contains(path) == true || error?.message.contains(directory.path) == true)
            #expect(error?.message.contains(hint) == true, "\(error?.message ?? "")")
        }
    }

    @Test("a database of a newer version is refused and left as it is")
    func newerSchema() async throws {
        await (try SQLiteStore.small(path)).close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')") }
        try queue.close()
        let error = #expect(throws: StoreError.self) { try SQLiteStore.small(path) }
        #expect(error?.code == .newerSchema)
        #expect(error?.message.contains(path) == true)
    }

    @Test("a secret of the wrong length is refused, and no byte of it is told", arguments: [0, 31, 33, 4096])
    func wrongSecret(length: Int) async throws {
        await (try SQLiteStore.small(path)).close()
        let text = String(repeating: "s3cr3t-canary-", count: 400).prefix(length)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + ".secret"))
        let error = #expect(throws: StoreError.self) { try SQLiteStore.small(path) }
        #expect(error?.code == .secretInvalid)
        #expect(error?.message.contains("canary") == false)
        #expect(error?.message.contains(path + ".secret") == true)
    }

    @Test("a lost secret is refused while there are keys that need it, and replaced when there are none")
    func lostSecret() async throws {
        let store = try SQLiteStore.small(path)
        var samples = Samples(seed: 63)
        try await store.insert(samples.key("a"))
        await store.close()
        let secret = try Data(contentsOf: URL(fileURLWithPath: path + ".secret"))
        try FileManager.default.removeItem(atPath: path + ".secret")
        let error = #expect(throws: StoreError.self) { try SQLiteStore.small(path) }
        #expect(error?.code == .secretMismatch)
        try secret.write(to: URL(fileURLWithPath: path + ".secret"))
        let restored = try SQLiteStore.small(path)
        try await restored.delete(id: "key_a")
        await restored.close()
        try FileManager.default.removeItem(atPath: path + ".secret")
        await (try SQLiteStore.small(path)).close()
    }

    @Test("no description of the store's parts shows the secret")
    func noSecretInText() async throws {
        let store = try SQLiteStore.small(path)
        let secret = try Data(contentsOf: URL(fileURLWithPath: path + ".secret"))
        #expect(secret.count == 32)
        var dumped = ""
        dump(store.hasher, to: &dumped)
        dumped += "\(store.hasher) \(String(reflecting: store.hasher)) \(store.health)"
        #expect(!dumped.contains(secret.map { String($0) }.prefix(4).joined(separator: ", ")))
        #expect(dumped.contains("[key hasher]"))
        await store.close()
    }

    @Test("100,000 keys are all loaded")
    func manyKeys() async throws {
        let store = try SQLiteStore.small(path)
        var samples = Samples(seed: 64)
        let patterns = ModelPatterns(["gpt-*", "claude-*"].map(ModelPattern.init))
        let keys = (0..<100_000).map { samples.key("key \($0)", models: $0 % 3 == 0 ? patterns : .all) }
        try await store.parts.database.writeLater { db in
            for key in keys { try KeyTable.insert(key, db) }
        }
        let start = ContinuousClock.now
        let found = try await store.keys()
        print("100,000 keys loaded in \(ContinuousClock.now - start)")
        #expect(found.count == keys.count)
        #expect(found.sorted { $0.key.id < $1.key.id } == keys.sorted { $0.key.id < $1.key.id })
        await store.close()
    }
}
