// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

extension VirtualKey {
    /// The key as the admin API shows it: everything but the secret.
    func json(at now: Timestamp) -> JSONValue {
        [
            "id": .string(id),
            "name": .string(name),
            "owner": .text(owner),
            "prefix": .string(prefix),
            "models": .array(models.patterns.map { .string($0.text) }),
            "expires_at": .text(expiresAt?.shortRFC3339),
            "disabled": .bool(disabled),
            "status": .string(disabled ? "disabled" : isUsable(at: now) ? "active" : "expired"),
            // When a key came into the file is not known.
            "created_at": origin == .file ? .null : .string(createdAt.shortRFC3339),
            "origin": .string(origin.rawValue),
        ]
    }
}

extension IssuedKey {
    /// The one answer that shows the key in clear.
    func json(at now: Timestamp) -> JSONValue {
        let text = clear.withBytes { String(decoding: $0, as: UTF8.self) }
        guard case .object(let members) = key.json(at: now) else { return .null }
        return .object([.init("key", .string(text))] + members)
    }
}
