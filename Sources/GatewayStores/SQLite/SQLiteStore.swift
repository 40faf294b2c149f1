// SPDX-License-Identifier: Apache-2.0

import GRDB
package import GatewayDomain
package import Logging

/// Ledger and keys in an SQLite database, with a journal before it that costs a request no wait for a disk.
///
/// What survives: the death of the process loses nothing that `settle` has returned from. The loss of power may lose the
/// last second of it.
package final class SQLiteStore: Sendable {
    /// Makes digests of callers' keys with this installation's secret.
    package let hasher: KeyHasher

    let parts: StoreParts
    private let ingester: Ingester
    /// The background writer's loop; `close` and `deinit` cancel it.
    private let loop: Task<Void, Never>

    /// Opens the database at `path`, or makes it; brings its schema up to date; recovers what processes that died left in
    /// their journals; starts the background writer.
    ///
    /// `lanes` says how many lanes will write. `onKeysChanged` is called, on no particular thread, when another process
    /// has changed a key.
    package init(
        path: String, lanes: Int, logger: Logger, sizes: JournalSizes = JournalSizes(),
        onKeysChanged: @escaping @Sendable () -> Void
    ) throws(StoreError) {
        let paths = StorePaths(database: path)
        (parts, hasher) = try StoreParts.open(
            paths, lanes: lanes, sizes: sizes, logger: logger, onKeysChanged: onKeysChanged)
        let ingester = Ingester(parts, interval: sizes.interval)
        self.ingester = ingester
        loop = Task { await ingester.run() }
    }

    deinit { loop.cancel() }

    /// A ledger for `lane`, which alone may use it. Each has a journal of its own, so one asked for twice is two.
    package func ledger(lane: Int) -> any LaneLedger {
        LaneJournal(journal: parts.journal)
    }

    /// Waits until everything settled before the call is in the database.
    package func drain() async throws {
        try await ingester.drain()
    }

    /// Brings the ledger to its end: everything is ingested and the journal removed. Lanes must have stopped; a call that
    /// is open even so is recorded as interrupted.
    package func close() async {
        loop.cancel()
        await ingester.close()
    }

    /// Calls of this process that are open now.
    package var openCalls: Int { parts.journal.openCalls }

    package var health: StoreHealth {
        let shelfError = parts.journal.shelf.failure?.message
        let error = parts.condition.lastError ?? shelfError
        return StoreHealth(
            isWritable: error == nil && parts.journal.isAccepting, lastError: error,
            journalBytes: parts.journal.shelf.bytes, droppedRefusals: parts.journal.droppedRefusals,
            damagedSegments: parts.condition.damagedSegments)
    }
}

extension SQLiteStore: LedgerReports {
    package func rows(requestID: String) async throws -> [Settlement] {
        try await report { try LedgerQueries.rows(requestID: requestID, $0) }
    }

    package func rows(matching filter: UsageFilter, limit: Int) async throws -> [Settlement] {
        try await report { try LedgerQueries.rows(matching: filter, limit: limit, $0) }
    }

    package func sums(by grouping: UsageGrouping, matching filter: UsageFilter) async throws -> [UsageSum] {
        try await report { try UsageQuery(grouping: grouping, filter: filter).run($0) }
    }

    package func openReservations() async -> Int {
        parts.journal.openCalls
    }

    private func report<R: Sendable>(_ body: @escaping @Sendable (Database) throws -> R) async throws -> R {
        try await drain()
        return try await explaining("read the ledger") { try await parts.database.readLater(body) }
    }

    private func explaining<R>(_ task: String, _ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as KeyStoreError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw LedgerDatabase.explain(error, doing: task)
        }
    }
}

extension SQLiteStore: KeyStore {
    package func keys() async throws -> [StoredKey] {
        try await explaining("read the keys") { try await parts.database.readLater(KeyTable.all) }
    }

    package func key(id: String) async throws -> StoredKey? {
        try await explaining("read a key") { try await parts.database.readLater { try KeyTable.key(id: id, $0) } }
    }

    package func insert(_ key: StoredKey) async throws {
        try await change { try KeyTable.insert(key, $0) }
    }

    package func update(_ key: StoredKey) async throws {
        try await change { try KeyTable.update(key, $0) }
    }

    package func delete(id: String) async throws {
        try await change { try KeyTable.delete(id: id, $0) }
    }

    private func change(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        let before = try await explaining("change the keys") {
            try await parts.database.writeLater { db in
                try body(db)
                return try KeyTable.countChange(db)
            }
        }
        parts.keyChanges.madeChange(after: before)
    }
}
