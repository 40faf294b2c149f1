// SPDX-License-Identifier: Apache-2.0

/// Why the store cannot be opened or used. `message` says what is wrong, where, and what to do; it never holds a secret.
package struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure, for callers that act on them.
    package enum Code: String, Sendable, CaseIterable {
        case directoryMissing = "directory_missing"
        case notWritable = "not_writable"
        case notADatabase = "not_a_database"
        case newerSchema = "newer_schema"
        case secretInvalid = "secret_invalid"
        case secretMismatch = "secret_mismatch"
        case busy
        case diskFull = "disk_full"
        case closed
        case failed
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
