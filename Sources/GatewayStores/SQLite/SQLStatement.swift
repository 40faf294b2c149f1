// SPDX-License-Identifier: Apache-2.0

import GRDB
import GRDBSQLite

/// A prepared statement driven by hand: texts and blobs are bound with their length, from where they lie, and columns are
/// read without reflection. It belongs to one access of the database and is reset when it goes.
final class SQLStatement {
    private let statement: Statement
    private let handle: OpaquePointer
    private let database: Database
    private static let copying = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init(_ database: Database, _ sql: String) throws {
        self.database = database
        statement = try database.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    deinit { sqlite3_reset(handle) }

    /// Goes to the next row; false when there is none.
    func step() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
    }

    /// Does the statement, which gives no rows, and makes it ready for other values.
    func run() throws {
        defer { sqlite3_reset(handle) }
        _ = try step()
    }

    /// Makes the statement ready for other values, before its last row was reached.
    func reset() { sqlite3_reset(handle) }

    // MARK: Parameters, counted from 1

    func bind(_ value: Int64?, at index: Int32) {
        if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ value: Bool, at index: Int32) { sqlite3_bind_int64(handle, index, value ? 1 : 0) }

    func bind(_ text: String?, at index: Int32) {
        guard var text else {
            sqlite3_bind_null(handle, index)
            return
        }
        text.withUTF8 { bind(UnsafeRawBufferPointer($0), at: index, Self.copying) }
    }

    /// Binds a text without copying it: it must stay where it is until the statement has run.
    func bind(borrowing text: BorrowedText?, at index: Int32) {
        guard let text else {
            sqlite3_bind_null(handle, index)
            return
        }
        bind(text.bytes, at: index, nil)
    }

    /// An empty text has no address to bind, and without one SQLite would take it for NULL.
    private func bind(_ text: UnsafeRawBufferPointer, at index: Int32, _ lifetime: sqlite3_destructor_type?) {
        guard let start = text.baseAddress, !text.isEmpty else {
            sqlite3_bind_text(handle, index, "", 0, Self.copying)
            return
        }
        let bytes = start.assumingMemoryBound(to: CChar.self)
        sqlite3_bind_text(handle, index, bytes, Int32(clamping: text.count), lifetime)
    }

    func bind(_ blob: [UInt8], at index: Int32) {
        sqlite3_bind_blob(handle, index, blob, Int32(clamping: blob.count), Self.copying)
    }

    // MARK: Columns, counted from 0

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }

    func bool(_ column: Int32) -> Bool { int(column) != 0 }

    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// Lends the bytes of a column, valid until the next step.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let bytes = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column)))
    }

    private func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
}
