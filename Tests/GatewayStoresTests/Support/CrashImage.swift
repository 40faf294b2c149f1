// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import GatewayStores

/// What would be found on the disk if the process of a live store were killed at this instant.
enum CrashImage {
    /// Copies the files of the store at `path` into the new directory `directory`, and returns the path of the copied database.
    ///
    /// The store's lock keeps the database still while it is copied. The journal goes first: a row that leaves it in the
    /// meantime is in the database by then.
    static func take(of path: String, into directory: String) throws -> String {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let copy = directory + "/sluice.db"
        try FileLock(path: path + ".lock").withLock {
            try copyTree(path + ".journal", to: copy + ".journal")
            for suffix in ["", "-wal", ".secret"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
        }
        return copy
    }

    private static func copyTree(_ source: String, to target: String) throws {
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for name in try directoryEntries(source) {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: "\(source)/\(name)", isDirectory: &isDirectory) else {
                continue
            }
            if isDirectory.boolValue {
                try copyTree("\(source)/\(name)", to: "\(target)/\(name)")
            } else if let bytes = FileManager.default.contents(atPath: "\(source)/\(name)") {
                // A segment that the writer removes meanwhile has gone into the database.
                try bytes.write(to: URL(fileURLWithPath: "\(target)/\(name)"))
            }
        }
    }
}
