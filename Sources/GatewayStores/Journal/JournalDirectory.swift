// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The directory that holds the journal of one process, locked as long as that process lives. Directories are made,
/// looked for and removed under the store's lock, so none is ever seen half made.
final class JournalDirectory: Sendable {
    let path: String
    private let base: String
    private let name: String
    private let lock: FileLock

    private static let lockName = "lock"
    private static let segmentSuffix = ".segment"

    private init(base: String, name: String) throws(SystemError) {
        self.base = base
        self.name = name
        path = base + "/" + name
        lock = try FileLock(path: path + "/" + Self.lockName)
    }

    /// Makes a directory for this process below `base`, which is made too if need be.
    static func make(in base: String) throws(SystemError) -> JournalDirectory {
        guard mkdir(base, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir", base) }
        var random = SystemRandomNumberGenerator()
        let name = "\(getpid())-" + String(random.next() as UInt64, radix: 16)
        guard mkdir(base + "/" + name, 0o700) == 0 else { throw SystemError("mkdir", base + "/" + name) }
        let directory = try JournalDirectory(base: base, name: name)
        guard directory.lock.tryAcquire() else { throw SystemError("flock", directory.path, code: EWOULDBLOCK) }
        try syncDirectory(base)
        return directory
    }

    /// The directories that processes left behind when they died, now locked for the caller.
    static func orphans(in base: String) throws(SystemError) -> [JournalDirectory] {
        var orphans: [JournalDirectory] = []
        for name in try directoryEntries(base) {
            guard let directory = try? JournalDirectory(base: base, name: name), directory.lock.tryAcquire() else {
                continue
            }
            orphans.append(directory)
        }
        return orphans
    }

    /// The names of the segments in it.
    func segments() throws(SystemError) -> [String] {
        try directoryEntries(path).filter { $0.hasSuffix(Self.segmentSuffix) }
    }

    /// Moves the segment `file` out of the way of everything, for somebody to look at, and returns its new path.
    func keepAside(_ file: String) throws(SystemError) -> String {
        let kept = "\(base)/\(name)-\(file).damaged"
        guard rename(path + "/" + file, kept) == 0 else { throw SystemError("rename", path + "/" + file) }
        return kept
    }

    /// Removes the directory with all that is left in it.
    func remove() throws(SystemError) {
        for file in try directoryEntries(path) where file != Self.lockName { unlink(path + "/" + file) }
        unlink(path + "/" + Self.lockName)
        guard rmdir(path) == 0 else { throw SystemError("rmdir", path) }
    }
}
