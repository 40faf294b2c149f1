// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables, as a list of named migrations. A migration that has been released is never changed, only followed.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 ledger, usage by day, keys") { db in
            try db.execute(sql: ledger + usageByDay + keys)
        }
        return migrator
    }

    // Clustered by row id, which sorts by time: rows are added at the end, and one look-up keeps a row from being
    // added twice. Texts are the values of the domain's enumerations, so that people can read the table.
    private static let ledger = """
        CREATE TABLE ledger (
            row BLOB NOT NULL PRIMARY KEY,
            started_at INTEGER NOT NULL,           -- microseconds since 1970 UTC
            request_id TEXT NOT NULL,
            trace_id TEXT NOT NULL,
            key_id TEXT NOT NULL,
            key_name TEXT NOT NULL,
            endpoint TEXT NOT NULL,
            model_asked TEXT NOT NULL,
            provider TEXT,
            model_served TEXT,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            cache_write_tokens INTEGER NOT NULL,
            cache_write_hour_tokens INTEGER NOT NULL,
            reasoning_tokens INTEGER NOT NULL,
            usage_source TEXT NOT NULL,
            cost_nanodollars INTEGER,              -- NULL: no price was known
            latency_us INTEGER NOT NULL,
            first_token_us INTEGER,
            overhead_us INTEGER NOT NULL,
            status INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            streamed INTEGER NOT NULL,
            ending TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX ledger_by_request ON ledger (request_id);
        CREATE INDEX ledger_by_time ON ledger (started_at);

        """

    // Always the sum of the ledger: both change in one transaction. Days are whole days since 1970 UTC.
    private static let usageByDay = """
        CREATE TABLE usage_by_day (
            day INTEGER NOT NULL,
            key_id TEXT NOT NULL,
            key_name TEXT NOT NULL,
            model TEXT NOT NULL,
            provider TEXT NOT NULL,                -- empty: no provider was asked
            requests INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            cache_write_tokens INTEGER NOT NULL,
            cache_write_hour_tokens INTEGER NOT NULL,
            reasoning_tokens INTEGER NOT NULL,
            cost_nanodollars INTEGER NOT NULL,
            unpriced INTEGER NOT NULL,
            estimated INTEGER NOT NULL,
            PRIMARY KEY (day, key_id, key_name, model, provider)
        ) STRICT, WITHOUT ROWID;

        """

    // `key_generation` counts changes, so that other processes notice them. `installation` remembers which hashing
    // secret the digests were made with, by its digest of a fixed text.
    private static let keys = """
        CREATE TABLE virtual_key (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            owner TEXT,
            prefix TEXT NOT NULL,
            models TEXT NOT NULL,                  -- one pattern to a line
            expires_at INTEGER,
            disabled INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            digest BLOB NOT NULL UNIQUE
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE key_generation (generation INTEGER NOT NULL) STRICT;
        INSERT INTO key_generation VALUES (1);
        CREATE TABLE installation (secret_check BLOB NOT NULL) STRICT;
        """
}
