// SPDX-License-Identifier: Apache-2.0

import GRDB
import GatewayDomain

/// Reads and writes the `virtual_key` table. Each change also counts `key_generation` up, within its transaction.
enum KeyTable {
    /// What `row` reads, in its order.
    private static let columns = "id, name, owner, prefix, models, expires_at, disabled, created_at, digest"

    static func all(_ database: Database) throws -> [StoredKey] {
        let statement = try SQLStatement(database, "SELECT \(columns) FROM virtual_key")
        var keys: [StoredKey] = []
        // Most keys share one of a few lists.
        var lists: [String: ModelPatterns] = [:]
        while try statement.step() {
            let text = statement.text(4)
            let models = lists[text] ?? ModelPatterns(lines: text)
            lists[text] = models
            keys.append(try row(statement, models))
        }
        return keys
    }

    static func key(id: String, _ database: Database) throws -> StoredKey? {
        let statement = try SQLStatement(database, "SELECT \(columns) FROM virtual_key WHERE id = ?")
        statement.bind(id, at: 1)
        guard try statement.step() else { return nil }
        return try row(statement, ModelPatterns(lines: statement.text(4)))
    }

    private static func row(_ statement: SQLStatement, _ models: ModelPatterns) throws -> StoredKey {
        guard let digest = KeyDigest(bytes: statement.blob(8)) else {
            throw StoreError(
                .failed, "the stored key \(statement.text(0)) has a digest of the wrong length. Delete it.")
        }
        let key = VirtualKey(
            id: statement.text(0), name: statement.text(1), owner: statement.optionalText(2),
            prefix: statement.text(3), models: models,
            expiresAt: statement.optionalInt(5).map(Timestamp.init(microseconds:)), disabled: statement.bool(6),
            createdAt: Timestamp(microseconds: statement.int(7)), origin: .admin)
        return StoredKey(digest: digest, key: key)
    }

    static func insert(_ stored: StoredKey, _ database: Database) throws {
        try refuseTakenName(stored.key, database)
        let statement = try SQLStatement(
            database,
            """
            INSERT INTO virtual_key (id, name, owner, prefix, models, expires_at, disabled, created_at, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        bind(stored, to: statement)
        try statement.run()
    }

    static func update(_ stored: StoredKey, _ database: Database) throws {
        try refuseTakenName(stored.key, database)
        let statement = try SQLStatement(
            database,
            """
            UPDATE virtual_key SET id = ?1, name = ?2, owner = ?3, prefix = ?4, models = ?5, expires_at = ?6,
                disabled = ?7, created_at = ?8, digest = ?9
            WHERE id = ?1
            """)
        bind(stored, to: statement)
        try statement.run()
        guard database.changesCount > 0 else { throw KeyStoreError.notFound(stored.key.id) }
    }

    static func delete(id: String, _ database: Database) throws {
        let statement = try SQLStatement(database, "DELETE FROM virtual_key WHERE id = ?")
        statement.bind(id, at: 1)
        try statement.run()
        guard database.changesCount > 0 else { throw KeyStoreError.notFound(id) }
    }

    static func isEmpty(_ database: Database) throws -> Bool {
        try !SQLStatement(database, "SELECT 1 FROM virtual_key LIMIT 1").step()
    }

    /// How many changes there have been, by any process.
    static func generation(_ database: Database) throws -> Int64 {
        let statement = try SQLStatement(database, "SELECT generation FROM key_generation")
        return try statement.step() ? statement.int(0) : 0
    }

    /// Counts a change, and returns the count before it.
    static func countChange(_ database: Database) throws -> Int64 {
        let before = try generation(database)
        try SQLStatement(database, "UPDATE key_generation SET generation = generation + 1").run()
        return before
    }

    private static func refuseTakenName(_ key: VirtualKey, _ database: Database) throws {
        let statement = try SQLStatement(database, "SELECT 1 FROM virtual_key WHERE name = ? AND id <> ?")
        statement.bind(key.name, at: 1)
        statement.bind(key.id, at: 2)
        if try statement.step() { throw KeyStoreError.nameTaken(key.name) }
    }

    private static func bind(_ stored: StoredKey, to statement: SQLStatement) {
        let key = stored.key
        statement.bind(key.id, at: 1)
        statement.bind(key.name, at: 2)
        statement.bind(key.owner, at: 3)
        statement.bind(key.prefix, at: 4)
        statement.bind(key.models.lines, at: 5)
        statement.bind(key.expiresAt?.microseconds, at: 6)
        statement.bind(key.disabled, at: 7)
        statement.bind(key.createdAt.microseconds, at: 8)
        statement.bind(stored.digest.bytes, at: 9)
    }
}

extension ModelPatterns {
    /// One pattern to a line, each ended by a line feed; a line feed or backslash within a pattern has a backslash before
    /// it.
    var lines: String {
        var text = ""
        for pattern in patterns {
            for scalar in pattern.text.unicodeScalars {
                if scalar == "\\" || scalar == "\n" { text.unicodeScalars.append("\\") }
                text.unicodeScalars.append(scalar)
            }
            text.unicodeScalars.append("\n")
        }
        return text
    }

    init(lines: String) {
        var patterns: [ModelPattern] = []
        var line = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in lines.unicodeScalars {
            if scalar == "\\" && !isEscaped {
                isEscaped = true
            } else if scalar == "\n" && !isEscaped {
                patterns.append(ModelPattern(String(line)))
                line = String.UnicodeScalarView()
            } else {
                line.append(scalar)
                isEscaped = false
            }
        }
        self.init(patterns)
    }
}
