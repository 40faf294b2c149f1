// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayDomain
import Logging

/// The background writer: takes what lanes have journalled into the database, and nothing is removed from the journal
/// before that. Everything here waits for disks, on a thread of its own.
actor Ingester {
    private let executor = WriterExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let journal: Journal
    private let directory: JournalDirectory
    private let database: LedgerDatabase
    private let recovery: JournalRecovery
    private let keyChanges: KeyChanges
    private let condition: WriterCondition
    private let logger: Logger
    private let interval: Duration

    private var readers: [ChainReader] = []
    private var isClosed = false
    private var failures = 0
    private var nextAttempt = ContinuousClock.now
    private var nextRound = ContinuousClock.now
    private var nextLook = ContinuousClock.now
    private var nextRecovery = ContinuousClock.now
    private var isUnsynced = false

    /// Records taken into one transaction at most: bounds the WAL when there is much to catch up with.
    private static let batch = 10_000

    init(_ parts: StoreParts, interval: Duration) {
        journal = parts.journal
        directory = parts.directory
        database = parts.database
        recovery = parts.recovery
        keyChanges = parts.keyChanges
        condition = parts.condition
        logger = parts.logger
        self.interval = interval
        nextRecovery = .now.advanced(by: interval * 50)
    }

    /// Works until the task is cancelled.
    func run() async {
        while !Task.isCancelled && !isClosed {
            work()
            try? await Task.sleep(for: interval)
        }
    }

    private func work() {
        let now = ContinuousClock.now
        journal.shelf.retry()
        // A transaction for a handful of rows costs as much as one for a thousand, and no report misses them: it drains
        // first. So a quiet journal is read once a second, one that fills at every pass.
        if now >= nextAttempt, now >= nextRound || journal.hasStartedSegments { attempt(.ingest) { try ingest() } }
        if now >= nextRound {
            nextRound = now.advanced(by: interval * 10)
            attempt(.syncJournal) { try syncJournal() }
        }
        // Oftener, because a key that another process has disabled is honoured until this process learns of it.
        if now >= nextLook {
            nextLook = now.advanced(by: interval * 3)
            attempt(.watchKeys) { keyChanges.observe(try database.read(KeyTable.generation)) }
        }
        if now >= nextRecovery {
            nextRecovery = now.advanced(by: interval * 50)
            attempt(.recoverJournals) { try recovery.run() }
        }
    }

    /// Does what must not end the loop: a failure is reported once, and the rows wait in the journal.
    private func attempt(_ duty: WriterCondition.Duty, _ body: () throws -> Void) {
        do {
            try body()
            succeed(duty)
        } catch {
            report(error, duty)
        }
    }

    private func succeed(_ duty: WriterCondition.Duty) {
        if condition.succeed(duty) { logger.notice("the ledger is written again") }
    }

    private func report(_ error: any Error, _ duty: WriterCondition.Duty) {
        let error = LedgerDatabase.explain(error, doing: "write the ledger")
        if condition.fail(duty, error.message) {
            logger.error("\(error.message) Rows wait in the journal until it can be written.")
        }
    }

    // MARK: Ingesting

    /// Brings everything settled so far into the database.
    func drain() throws {
        guard !isClosed else { throw StoreError(.closed, "the ledger is closed") }
        do {
            try ingest()
            succeed(.ingest)
        } catch {
            report(error, .ingest)
            throw LedgerDatabase.explain(error, doing: "write the ledger")
        }
    }

    private func ingest() throws {
        for chain in journal.chains(after: readers.count) { readers.append(ChainReader(chain)) }
        for index in readers.indices { readers[index].noticeStarted() }
        do {
            while readers.contains(where: \.hasMore) { try ingestBatch() }
            failures = 0
        } catch {
            failures += 1
            nextAttempt = .now.advanced(by: min(interval * (1 << min(failures, 6)), .seconds(5)))
            throw error
        }
    }

    private func ingestBatch() throws {
        var advanced = readers
        try database.write { db in
            var ledger = try LedgerWriter(db)
            var limit = Self.batch
            for index in advanced.indices { try advanced[index].read(&limit, into: &ledger) }
            try ledger.finish()
        }
        readers = advanced
        isUnsynced = true
        for index in readers.indices {
            for (segment, reason) in readers[index].takeDamage() { keepAside(segment, reason) }
            for segment in readers[index].removeFinished() { journal.shelf.discard(segment) }
        }
    }

    private func keepAside(_ segment: Segment, _ reason: String) {
        condition.countDamagedSegment()
        journal.shelf.forget(segment)
        let file = segment.path.split(separator: "/").last.map(String.init) ?? segment.path
        let kept = (try? directory.keepAside(file)) ?? segment.path
        logger.critical("a segment of the journal is damaged: \(reason). Rows may be missing; it is kept as \(kept).")
    }

    /// Bounds what a loss of power can take to the last second. The death of the process alone takes nothing.
    private func syncJournal() throws {
        guard isUnsynced || journal.openCalls > 0 else { return }
        isUnsynced = false
        for segment in readers.flatMap(\.heldSegments) { try segment.sync() }
        try syncDirectory(directory.path)
    }

    // MARK: Closing

    /// Ingests all there is, records the calls that are still open as interrupted, and removes the journal. If that
    /// fails the journal stays for the next start, which does the same.
    func close() {
        guard !isClosed else { return }
        journal.stopAccepting()
        journal.shelf.stop()
        do {
            try ingest()
            if journal.openCalls > 0 { try recovery.recover(directory) }
            try database.exclusively { _ in try directory.remove() }
        } catch {
            let error = LedgerDatabase.explain(error, doing: "finish the ledger")
            logger.error("\(error.message) The journal \(directory.path) is kept and read at the next start.")
        }
        isClosed = true
        do {
            try database.close()
        } catch {
            logger.error("\(LedgerDatabase.explain(error, doing: "close the database").message)")
        }
    }
}
