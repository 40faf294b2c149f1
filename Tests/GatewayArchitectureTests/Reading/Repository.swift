// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files under test: this repository's.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file of our targets.
    static let sources = swiftFiles("Sources")
    /// Every Swift file of our tests.
    static let tests = swiftFiles("Tests")

    /// The paths, relative to the root, of all files under `folder` whose name ends in one of `endings`.
    static func files(_ folder: String, endings: [String]) -> [String] {
        let start = root.appending(path: folder)
        let found = FileManager.default.enumerator(atPath: start.path)?.compactMap { $0 as? String } ?? []
        return found.filter { path in endings.contains { path.hasSuffix($0) } }.map { "\(folder)/\($0)" }.sorted()
    }

    static func text(_ path: String) -> String {
        (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    }

    private static func swiftFiles(_ folder: String) -> [SwiftSource] {
        files(folder, endings: [".swift"]).map { SwiftSource(path: $0, text: text($0)) }
    }
}

/// The value below which nine tenths of `values` lie, or at it.
func percentile90(_ values: [Int]) -> Int {
    guard !values.isEmpty else { return 0 }
    return values.sorted()[(values.count * 9 + 9) / 10 - 1]
}
