// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

@testable import GatewayStores

/// Needs a disk that may be filled: an empty file system of a few megabytes, named by `SLUICE_SMALL_DISK`. For example
/// `unshare -rm sh -c 'mount -t tmpfs -o size=4m tmpfs /mnt && SLUICE_SMALL_DISK=/mnt swift test --skip-build'`.
@Suite("SQLite store: a full disk", .enabled(if: ProcessInfo.processInfo.environment["SLUICE_SMALL_DISK"] != nil))
struct SmallDiskTests {
    @Test("refuses calls when nothing can be written, loses none, and goes on when there is room again")
    func fullDisk() async throws {
        let disk = try #require(ProcessInfo.processInfo.environment["SLUICE_SMALL_DISK"])
        let store = try SQLiteStore.small(disk + "/sluice.db")
        let ledger = store.ledger(lane: 0)
        var samples = Samples(seed: 71)
        var settled = 0
        let filler = try Descriptor(opening: disk + "/filler", O_WRONLY | O_CREAT)
        // All but a little, so that the database and the journal meet the end in the middle of their work.
        var status = statvfs()
        #expect(statvfs(disk, &status) == 0)
        let filling = [UInt8](repeating: 1, count: Int(status.f_bavail) * Int(status.f_bsize) - 300_000)
        try filler.write(filling, path: "filler")

        var refused = false
        for _ in 0..<20_000 {
            let opening = samples.opening()
            guard let reservation = try? ledger.open(opening) else {
                refused = true
                break
            }
            ledger.settle(reservation, Samples.closing(opening))
            settled += 1
            if settled % 100 == 0 { try await Task.sleep(for: .milliseconds(2)) }
        }
        #expect(refused)
        #expect(await eventually { store.health.lastError?.contains("Free some space") == true })
        print("settled \(settled) calls before the disk was full: \(store.health)")

        unlink(disk + "/filler")
        #expect(ftruncate(filler.number, 0) == 0)
        let freed = ContinuousClock.now
        #expect(
            await eventually {
                let opening = samples.opening()
                guard let reservation = try? ledger.open(opening) else { return false }
                ledger.settle(reservation, Samples.closing(opening))
                settled += 1
                return true
            })
        #expect(await eventually { store.health.isWritable })
        print("writable again after \(ContinuousClock.now - freed)")
        #expect(try await store.rows(requestID: "req-open").count == settled)
        await store.close()
        #expect(TemporaryDirectory.files(below: disk + "/sluice.db.journal").isEmpty)
    }
}
