// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Logging

/// How big the journal may get, and how often it is emptied.
package struct JournalSizes: Sendable {
    /// Bytes of one segment.
    package var segment: Int
    /// Bytes of all segments of this process; beyond it, calls are refused until rows can be written again.
    package var limit: Int
    /// Time between two passes of the background writer. Three times as long lies between two looks at other processes'
    /// changes of keys, ten times between two syncs of the journal, fifty times between two looks for journals of
    /// processes that died.
    package var interval: Duration

    package init(segment: Int = 512 << 10, limit: Int = 256 << 20, interval: Duration = .milliseconds(100)) {
        self.segment = segment
        self.limit = limit
        self.interval = interval
    }
}

/// What a store is made of.
struct StoreParts: Sendable {
    let journal: Journal
    let directory: JournalDirectory
    let database: LedgerDatabase
    let recovery: JournalRecovery
    let keyChanges: KeyChanges
    let condition: WriterCondition
    let logger: Logger

    /// Opens everything in an order in which a second process starting at the same moment finds each piece whole.
    static func open(
        _ paths: StorePaths, lanes: Int, sizes: JournalSizes, logger: Logger,
        onKeysChanged: @escaping @Sendable () -> Void
    ) throws(StoreError) -> (StoreParts, KeyHasher) {
        try paths.makeParent()
        do {
            let lock = try FileLock(path: paths.lock)
            let (database, hasher, directory) = try lock.withLock {
                try paths.makeDatabaseFile()
                let hasher = KeyHasher(secret: try InstallationSecret.load(path: paths.secret))
                let database = try LedgerDatabase(path: paths.database, lock: lock)
                return (database, hasher, try JournalDirectory.make(in: paths.journal))
            }
            let generation = try database.write { db in
                try SecretCheck.verify(hasher, paths: paths, db)
                return try KeyTable.generation(db)
            }
            let condition = WriterCondition()
            let recovery = JournalRecovery(
                base: paths.journal, database: database, condition: condition, logger: logger)
            let shelf = SegmentShelf(
                directory: directory.path, segmentSize: sizes.segment, limit: sizes.limit, target: max(1, lanes) + 1)
            let parts = StoreParts(
                journal: Journal(shelf: shelf), directory: directory, database: database, recovery: recovery,
                keyChanges: KeyChanges(seen: generation, notify: onKeysChanged), condition: condition, logger: logger)
            recovery.runAtStart()
            shelf.refill()
            return (parts, hasher)
        } catch {
            throw LedgerDatabase.explain(error, doing: "open the store \(paths.database)")
        }
    }
}
