// SPDX-License-Identifier: Apache-2.0

import Logging

/// Finds the journals of processes that died, and brings them into the ledger.
struct JournalRecovery: Sendable {
    let base: String
    let database: LedgerDatabase
    let condition: WriterCondition
    let logger: Logger

    /// Recovers every journal whose process is gone.
    func run() throws {
        let orphans = try database.exclusively { _ in try JournalDirectory.orphans(in: base) }
        for orphan in orphans {
            try recover(orphan)
            try database.exclusively { _ in try orphan.remove() }
        }
    }

    /// Does the same when a store opens. A failure must not keep it closed: the journals stay, and it is tried again.
    func runAtStart() {
        do {
            try run()
        } catch {
            let error = LedgerDatabase.explain(error, doing: "recover the journals in \(base)")
            _ = condition.fail(.recoverJournals, error.message)
            logger.error("\(error.message) It is tried again every few seconds.")
        }
    }

    /// Brings what is in `directory` into the ledger, and tells.
    func recover(_ directory: JournalDirectory) throws {
        var replay = JournalReplay(directory, into: database)
        let outcome = try replay.run()
        for (path, reason) in outcome.damaged {
            condition.countDamagedSegment()
            logger.critical(
                "a segment of a journal is damaged: \(reason). What came before was recovered; it is kept as \(path).")
        }
        if outcome.settled + outcome.interrupted > 0 {
            logger.notice(
                "recovered a journal: \(outcome.settled) settled calls, \(outcome.interrupted) interrupted ones")
        }
    }
}
