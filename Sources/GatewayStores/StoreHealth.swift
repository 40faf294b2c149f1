// SPDX-License-Identifier: Apache-2.0

/// How the store is doing: what readiness checks and metrics read.
package struct StoreHealth: Sendable, Equatable {
    /// Whether calls can be written down and rows reach the database.
    package var isWritable: Bool
    /// What went wrong last, while it has not been put right.
    package var lastError: String?
    /// Bytes of journal segments on disk, of this process.
    package var journalBytes: Int
    /// Rows of refused calls that were dropped because there was no room to note them.
    package var droppedRefusals: Int
    /// Journal segments found damaged and kept aside since the start.
    package var damagedSegments: Int

    package init(
        isWritable: Bool, lastError: String?, journalBytes: Int, droppedRefusals: Int, damagedSegments: Int
    ) {
        self.isWritable = isWritable
        self.lastError = lastError
        self.journalBytes = journalBytes
        self.droppedRefusals = droppedRefusals
        self.damagedSegments = damagedSegments
    }
}
