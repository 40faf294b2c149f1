// SPDX-License-Identifier: Apache-2.0

/// All virtual keys, by digest: an immutable value that requests read without a lock.
///
/// It is split into 256 shards so that changing one key copies one shard, not the whole directory: with 100,000 keys a
/// change copies about 400 entries.
package struct KeyDirectory: Sendable {
    /// The entry a digest leads to: a class, so that pinning it to a request is one retain, not a copy of every field.
    package final class Entry: Sendable {
        package let key: VirtualKey
        init(_ key: VirtualKey) { self.key = key }
    }

    private var shards: [[KeyDigest: Entry]]

    /// A directory of `keys`; of two with one digest the later wins.
    package init(_ keys: some Sequence<StoredKey> = []) {
        shards = Array(repeating: [:], count: 256)
        for stored in keys { shards[stored.digest.shard][stored.digest] = Entry(stored.key) }
    }

    /// How many keys there are.
    package var count: Int { shards.reduce(0) { $0 + $1.count } }

    /// The key found by `digest`, whether usable or not.
    package func find(_ digest: KeyDigest) -> Entry? {
        shards[digest.shard][digest]
    }

    /// Adds a key or replaces the one with the same digest.
    package mutating func put(_ stored: StoredKey) {
        shards[stored.digest.shard][stored.digest] = Entry(stored.key)
    }

    /// Removes the key found by `digest`, if there is one.
    package mutating func remove(_ digest: KeyDigest) {
        shards[digest.shard][digest] = nil
    }
}
