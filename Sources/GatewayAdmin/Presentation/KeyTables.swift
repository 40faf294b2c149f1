// SPDX-License-Identifier: Apache-2.0

extension TextTable {
    /// Keys, one a line.
    package init(keys: [Report.Key]) {
        self.init([
            .text("NAME", canShrink: true), .text("ID"), .text("KEY"), .text("OWNER", canShrink: true),
            .text("MODELS", canShrink: true), .text("EXPIRES"), .text("STATUS"), .text("ORIGIN"),
        ])
        for key in keys {
            append([
                key.name, key.id, "\(key.prefix)…", key.owner ?? "-", key.models.joined(separator: ", "),
                key.expiresAt ?? "never", key.status, key.origin,
            ])
        }
    }

    /// One key, a field a line.
    package init(key: Report.Key) {
        self.init(fields: [
            ("Name", key.name), ("Id", key.id), ("Key", "\(key.prefix)…"), ("Owner", key.owner ?? "-"),
            ("Models", key.models.joined(separator: ", ")), ("Expires", key.expiresAt ?? "never"),
            ("Status", key.status), ("Created", key.createdAt ?? "-"), ("Origin", key.origin),
        ])
    }

    /// Names and values, one pair a line.
    init(fields: [(name: String, value: String)]) {
        self.init([.text("FIELD"), .text("VALUE", canShrink: true)])
        for field in fields { append([field.name, field.value]) }
    }
}
