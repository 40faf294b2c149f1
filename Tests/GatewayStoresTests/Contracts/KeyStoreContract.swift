// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

/// What every `KeyStore` does.
enum KeyStoreContract {
    static let clauses = [
        Clause("a new store has no keys") { (store) async throws in
            #expect(try await store.keys.keys().isEmpty)
        },
        Clause("keys come back with every field as it was") { (store) async throws in
            var samples = Samples(seed: 1)
            var plain = samples.key("plain")
            plain.key.owner = nil
            plain.key.expiresAt = nil
            let patterns = ["gpt-*", "", "a\nb", "c\\", "*"].map(ModelPattern.init)
            var odd = samples.key("ö'\";--\u{0}🚀", models: ModelPatterns(patterns))
            odd.key.disabled = true
            let none = samples.key("none", models: ModelPatterns([]))
            for key in [plain, odd, none] { try await store.keys.insert(key) }
            let found = try await store.keys.keys().sorted { $0.key.id < $1.key.id }
            #expect(found == [plain, odd, none].sorted { $0.key.id < $1.key.id })
        },
        Clause("a key is found by its id, byte for byte, and no other is") { (store) async throws in
            var samples = Samples(seed: 9)
            var accented = samples.key("accented")
            accented.key.id = "key_caf\u{e9}"
            let plain = samples.key("plain")
            for key in [accented, plain] { try await store.keys.insert(key) }
            #expect(try await store.keys.key(id: "key_plain") == plain)
            #expect(try await store.keys.key(id: "key_caf\u{e9}") == accented)
            for id in ["key_cafe\u{301}", "KEY_PLAIN", "key_plain\u{0}", "key_plai_", "plain", "", "%"] {
                #expect(try await store.keys.key(id: id) == nil, "\(id.debugDescription)")
            }
        },
        Clause("a name is taken once") { (store) async throws in
            var samples = Samples(seed: 2)
            try await store.keys.insert(samples.key("a"))
            var second = samples.key("b")
            second.key.name = "a"
            await #expect(throws: KeyStoreError.nameTaken("a")) { try await store.keys.insert(second) }
            #expect(try await store.keys.keys().count == 1)
        },
        Clause("names compare byte for byte") { (store) async throws in
            var samples = Samples(seed: 3)
            try await store.keys.insert(samples.key("caf\u{e9}"))
            try await store.keys.insert(samples.key("cafe\u{301}"))
            try await store.keys.insert(samples.key("CAF\u{c9}"))
            #expect(try await store.keys.keys().count == 3)
        },
        Clause("a digest is taken once") { (store) async throws in
            var samples = Samples(seed: 4)
            let first = samples.key("a")
            try await store.keys.insert(first)
            var second = samples.key("b")
            second.digest = first.digest
            await #expect(throws: (any Error).self) { try await store.keys.insert(second) }
            #expect(try await store.keys.keys() == [first])
        },
        Clause("an update replaces everything, the digest included") { (store) async throws in
            var samples = Samples(seed: 5)
            try await store.keys.insert(samples.key("a"))
            var changed = samples.key("renamed", models: ModelPatterns([ModelPattern("claude-*")]))
            changed.key.id = "key_a"
            changed.key.disabled = true
            try await store.keys.update(changed)
            #expect(try await store.keys.keys() == [changed])
        },
        Clause("an update to the name of another key is refused") { (store) async throws in
            var samples = Samples(seed: 6)
            let first = samples.key("a")
            var second = samples.key("b")
            try await store.keys.insert(first)
            try await store.keys.insert(second)
            second.key.name = "a"
            await #expect(throws: KeyStoreError.nameTaken("a")) { try await store.keys.update(second) }
            #expect(try await store.keys.keys().map(\.key.name).sorted() == ["a", "b"])
        },
        Clause("a key that is not there can be neither changed nor deleted") { (store) async throws in
            var samples = Samples(seed: 7)
            let key = samples.key("a")
            await #expect(throws: KeyStoreError.notFound("key_a")) { try await store.keys.update(key) }
            await #expect(throws: KeyStoreError.notFound("key_a")) { try await store.keys.delete(id: "key_a") }
        },
        Clause("a deleted key is gone and its name free") { (store) async throws in
            var samples = Samples(seed: 8)
            try await store.keys.insert(samples.key("a"))
            try await store.keys.delete(id: "key_a")
            #expect(try await store.keys.keys().isEmpty)
            let again = samples.key("a")
            try await store.keys.insert(again)
            #expect(try await store.keys.keys() == [again])
        },
    ]
}
