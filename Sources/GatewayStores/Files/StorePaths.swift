// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files of one store, which stand beside each other.
struct StorePaths: Sendable {
    /// The SQLite database.
    let database: String

    /// Held by whichever process is writing to the database.
    var lock: String { database + ".lock" }
    /// The installation's hashing secret.
    var secret: String { database + ".secret" }
    /// One directory for each process that uses the database.
    var journal: String { database + ".journal" }

    var parent: String {
        guard let slash = database.lastIndex(of: "/") else { return "." }
        return slash == database.startIndex ? "/" : String(database[..<slash])
    }

    /// Makes the directory that the database is in, if that is all that is missing.
    func makeParent() throws(StoreError) {
        if mkdir(parent, 0o700) == 0 || errno == EEXIST { return }
        let failure = SystemError("mkdir", parent)
        guard failure.isMissing else { throw failure.storeError(doing: "make the directory of the database") }
        throw StoreError(
            .directoryMissing,
            "cannot make \(parent) for the database \(database): the directory above it does not exist. "
                + "Make it first, or correct storage.sqlite in the configuration.")
    }

    /// Makes an empty database file that its owner alone may read; what SQLite puts beside it takes over that mode.
    func makeDatabaseFile() throws(StoreError) {
        do throws(SystemError) {
            _ = try Descriptor(opening: database, O_RDWR | O_CREAT)
        } catch {
            throw error.storeError(doing: "open the database")
        }
    }
}
