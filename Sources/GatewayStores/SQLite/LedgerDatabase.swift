// SPDX-License-Identifier: Apache-2.0

import GRDB
import Glibc

/// The one door to the database file: one connection writes and checkpoints, others only read.
///
/// SQLite before 3.51.3 can damage a database in WAL mode when two connections write or checkpoint at the same moment.
/// Within the process GRDB's writer queue keeps them apart; between processes a lock on a file of ours does, held around
/// every transaction that writes and every checkpoint.
final class LedgerDatabase: Sendable {
    private let pool: DatabasePool
    private let lock: FileLock

    /// Pages of WAL after which a commit moves them into the database.
    private static let checkpointPages = 4000

    /// Opens the database and brings its schema up to date. The caller holds `lock`.
    init(path: String, lock: FileLock) throws(StoreError) {
        self.lock = lock
        var configuration = Configuration()
        configuration.label = "sluice"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 2
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            let migrator = Schema.migrator
            if try pool.read(migrator.hasBeenSuperseded) {
                throw StoreError(
                    .newerSchema,
                    "the database \(path) was written by a newer version of the gateway. Run that version or a later one, "
                        + "or restore a backup from before the upgrade.")
            }
            try migrator.migrate(pool)
            try pool.writeWithoutTransaction { db in
                // A committed row is on the disk, so its part of the journal may go.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
            }
        } catch {
            throw Self.explain(error, doing: "open the database \(path)")
        }
    }

    /// Does `body` in a transaction, alone among all processes.
    func write<R>(_ body: (Database) throws -> R) throws -> R {
        try exclusively { try Self.transaction($0, body) }
    }

    /// Does `body` outside a transaction, alone among all processes.
    func exclusively<R>(_ body: (Database) throws -> R) throws -> R {
        try pool.writeWithoutTransaction { db in try lock.withLock { try body(db) } }
    }

    /// The same as `write`, off the caller's thread.
    func writeLater<R: Sendable>(_ body: @escaping @Sendable (Database) throws -> R) async throws -> R {
        try await pool.writeWithoutTransaction { [lock] db in
            try lock.withLock { try Self.transaction(db, body) }
        }
    }

    private static func transaction<R>(_ db: Database, _ body: (Database) throws -> R) throws -> R {
        var result: R?
        try db.inTransaction(.immediate) {
            result = try body(db)
            return .commit
        }
        guard let result else { throw StoreError(.failed, "a transaction ended without a result") }
        return result
    }

    func read<R>(_ body: (Database) throws -> R) throws -> R {
        try pool.read(body)
    }

    /// The same as `read`, off the caller's thread.
    func readLater<R: Sendable>(_ body: @escaping @Sendable (Database) throws -> R) async throws -> R {
        try await pool.read(body)
    }

    /// Moves what is in the WAL into the database and closes every connection.
    func close() throws {
        try exclusively { db in _ = try? db.checkpoint(.truncate) }
        pool.releaseMemory()
        try lock.withLock { try pool.close() }
    }

    /// Any error as one that says what to do.
    static func explain(_ error: any Error, doing task: String) -> StoreError {
        switch error {
        case let error as StoreError: return error
        case let error as SystemError: return error.storeError(doing: task)
        case let error as DatabaseError: return explain(error, doing: task)
        default: return StoreError(.failed, "cannot \(task): \(error)")
        }
    }

    private static func explain(_ error: DatabaseError, doing task: String) -> StoreError {
        let reason = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_NOTADB:
            return StoreError(
                .notADatabase,
                "cannot \(task): the file is not an SQLite database. Choose another path, or move the file away.")
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            return StoreError(.notWritable, "cannot \(task): \(reason). Give the gateway's user write access there.")
        case .SQLITE_FULL:
            return StoreError(.diskFull, "cannot \(task): \(reason). Free some space on that disk.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return StoreError(.busy, "cannot \(task): \(reason). Close whatever else has the database open.")
        default:
            return StoreError(.failed, "cannot \(task): \(reason)")
        }
    }
}
