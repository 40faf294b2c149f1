// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@Suite("Key directory")
struct KeyDirectoryTests {
    private func stored(_ number: UInt64, shard: UInt8 = 0, id: String? = nil) throws -> StoredKey {
        StoredKey(digest: try #require(digest(number, shard: shard)), key: virtualKey(id ?? "key_\(number)_\(shard)"))
    }

    @Test("every key is found by its digest, in every shard")
    func find() throws {
        var keys: [StoredKey] = []
        for shard in UInt8.min...UInt8.max {
            for number in 0..<4 as Range<UInt64> { keys.append(try stored(number, shard: shard)) }
        }
        let directory = KeyDirectory(keys)
        #expect(directory.count == 1_024)
        for key in keys { #expect(directory.find(key.digest)?.key == key.key) }
        #expect(directory.find(try #require(digest(99))) == nil)
    }

    @Test("a change touches its copy alone: requests go on with the directory they have")
    func values() throws {
        let first = try stored(1)
        let before = KeyDirectory([first])
        var after = before
        after.put(StoredKey(digest: first.digest, key: virtualKey("renamed")))
        after.put(try stored(2, shard: 7))
        #expect(before.find(first.digest)?.key.id == "key_1_0")
        #expect(before.count == 1)
        #expect(after.find(first.digest)?.key.id == "renamed")
        after.remove(first.digest)
        #expect(after.find(first.digest) == nil)
        #expect(after.count == 1)
        after.remove(first.digest)
        #expect(after.count == 1)
    }

    @Test("of two keys with one digest the later wins")
    func later() throws {
        let directory = KeyDirectory([try stored(1, id: "old"), try stored(1, id: "new")])
        #expect(directory.count == 1)
        #expect(directory.find(try #require(digest(1)))?.key.id == "new")
    }

    @Test("a digest has 32 bytes, and every bit of them counts")
    func digests() throws {
        for count in [0, 31, 33, 64] { #expect(KeyDigest(bytes: [UInt8](repeating: 1, count: count)) == nil) }
        let bytes = (0..<32).map { UInt8($0) }
        let whole = try #require(KeyDigest(bytes: bytes))
        #expect(whole.bytes == bytes)
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(KeyDigest(bytes: other) != whole)
        }
        #expect(KeyDigest(bytes: bytes[...]) == whole)
    }

    @Test(
        "a key works until the moment it expires, and not while it is disabled",
        arguments: [
            (nil, false, 5, true), (nil, true, 5, false), (10, false, 9, true), (10, false, 10, false),
            (10, false, 11, false), (10, true, 9, false),
        ] as [(Int64?, Bool, Int64, Bool)])
    func usable(expiry: Int64?, disabled: Bool, now: Int64, expected: Bool) {
        let key = virtualKey("k", expiresAt: expiry.map(Timestamp.init(microseconds:)), disabled: disabled)
        #expect(key.isUsable(at: Timestamp(microseconds: now)) == expected)
    }
}
