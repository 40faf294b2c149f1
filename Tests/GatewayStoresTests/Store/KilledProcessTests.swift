// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayDomain
import Testing

@testable import GatewayStores

/// Kills a real process in the middle of its work. The process is this test binary again, told by its environment to be
/// the one that works.
@Suite("SQLite store: a killed process", .serialized)
struct KilledProcessTests {
    private static let variable = "SLUICE_STORE_TO_WORK_ON"

    @Test("loses nothing that was settled, and leaves nothing open", arguments: 1...6)
    func kill(round: Int) async throws {
        let directory = try TemporaryDirectory()
        let progress = directory / "progress"
        let child = Process()
        child.executableURL = URL(
            fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        child.arguments = ["--testing-library", "swift-testing", "--filter", "KilledProcessTests/work"]
        child.environment = ProcessInfo.processInfo.environment.merging([Self.variable: directory.path]) { $1 }
        child.standardOutput = FileHandle.nullDevice
        child.standardError = FileHandle.nullDevice
        try child.run()
        let hasBegun = await eventually { (FileManager.default.contents(atPath: progress)?.count ?? 0) > 0 }
        try #require(hasBegun)
        try await Task.sleep(for: .milliseconds(Int.random(in: 1...300)))
        Glibc.kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()

        let lines = String(decoding: try #require(FileManager.default.contents(atPath: progress)), as: UTF8.self)
            .split(separator: "\n")
        let opened = Set(lines.filter { $0.hasPrefix("open ") }.map { $0.dropFirst(5) })
        let settled = Set(lines.filter { $0.hasPrefix("done ") }.map { $0.dropFirst(5) })
        let store = try SQLiteStore.small(directory / "sluice.db")
        let rows = try await store.rows(matching: UsageFilter(), limit: .max)
        let complete = Set(rows.filter { $0.ending == .complete }.map { Substring($0.row.hexadecimal) })
        let interrupted = Set(rows.filter { $0.ending == .interrupted }.map { Substring($0.row.hexadecimal) })
        #expect(rows.count == complete.count + interrupted.count)
        #expect(settled.isSubset(of: complete))
        #expect(opened.isSubset(of: complete.union(interrupted)))
        // The kill may fall between a step and the line that tells of it, so one row may be ahead of what was told.
        #expect(complete.subtracting(settled).count + complete.union(interrupted).subtracting(opened).count <= 1)
        #expect(try await store.sums(by: .model, matching: UsageFilter()).map(\.requests) == [Int64(rows.count)])
        await store.close()
        #expect(TemporaryDirectory.files(below: directory / "sluice.db.journal").isEmpty)
    }

    @Test("the process that is killed", .enabled(if: ProcessInfo.processInfo.environment[variable] != nil))
    func work() throws {
        let directory = try #require(ProcessInfo.processInfo.environment[Self.variable])
        let store = try SQLiteStore.small(directory + "/sluice.db")
        let ledger = store.ledger(lane: 0)
        let progress = try Descriptor(opening: directory + "/progress", O_WRONLY | O_CREAT | O_APPEND)
        func tell(_ line: String) throws { try progress.write(Array((line + "\n").utf8), path: "progress") }
        var samples = Samples(seed: UInt64(getpid()))
        var open: [(Opening, Reservation)] = []
        while true {
            let opening = samples.opening()
            open.append((opening, try ledger.open(opening)))
            try tell("open \(opening.row.hexadecimal)")
            guard open.count > 20, let index = open.indices.randomElement() else { continue }
            let (closing, reservation) = open.remove(at: index)
            ledger.note(reservation, deliveredTokens: 3)
            ledger.settle(reservation, Samples.closing(closing))
            try tell("done \(closing.row.hexadecimal)")
        }
    }
}
