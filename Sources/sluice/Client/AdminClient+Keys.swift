// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayAdmin

extension AdminClient {
    /// The id of the key that `reference` names. An id goes before a name, so that no name can stand in for another
    /// key's id.
    func keyID(_ reference: String) async throws -> String {
        guard !reference.isEmpty else { throw AdminFailure("an empty text is no key's id or name") }
        if reference.utf8.allSatisfy(Self.isIDByte), reference.contains("_"), let id = try await existingID(reference) {
            return id
        }
        let named = try read(Report.KeyPage.self, from: await get("/v1/keys", query: [("name", reference)])).keys
        guard let key = named.first else {
            throw AdminFailure("no key has the id or name '\(reference)'; see sluice keys list")
        }
        guard named.count == 1 else {
            let ids = named.map(\.id).joined(separator: ", ")
            throw AdminFailure("several keys are named '\(reference)'; give the id: \(ids)")
        }
        return key.id
    }

    private func existingID(_ id: String) async throws -> String? {
        do {
            return try read(Report.Key.self, from: await get("/v1/keys/\(id)")).id
        } catch let failure as AdminFailure where failure.status == 404 {
            return nil
        }
    }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "-")
    }

    /// Every key as the admin API shows it, page after page.
    func keys(owner: String?) async throws -> [JSONValue] {
        var keys: [JSONValue] = []
        var next: String?
        repeat {
            let data = try await get("/v1/keys", query: [("limit", "1000"), ("after", next), ("owner", owner)])
            guard let page = try? JSONValue(parsing: Array(data)), case .array(let elements) = page["keys"] else {
                throw AdminFailure("the list of keys is not what this sluice expects; check --url")
            }
            keys += elements
            next = if case .string(let cursor) = page["next"] { cursor } else { nil }
        } while next != nil
        return keys
    }

    /// Posts an action on the key that `reference` names.
    func act(_ action: String, on reference: String) async throws -> Data {
        try await post("/v1/keys/\(keyID(reference))/\(action)")
    }
}
