// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open file. Closed exactly once, when its owner goes.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    init(opening path: String, _ flags: Int32, mode: mode_t = 0o600) throws(SystemError) {
        number = open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw SystemError("open", path) }
    }

    deinit { close(number) }

    /// Reads at most `limit` bytes from the start of the file.
    func read(upTo limit: Int, path: String) throws(SystemError) -> [UInt8] {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            while filled < limit {
                let count = pread(number, buffer.baseAddress.map { $0 + filled }, limit - filled, off_t(filled))
                if count < 0 && errno == EINTR { continue }
                if count < 0 { failure = SystemError("read", path) }
                if count <= 0 { break }
                filled += count
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8], path: String) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    /// Waits until the file is on the disk.
    func sync(path: String) throws(SystemError) {
        guard fsync(number) == 0 else { throw SystemError("fsync", path) }
    }

    /// Bytes in the file.
    func size(path: String) throws(SystemError) -> Int {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw SystemError("fstat", path) }
        return Int(status.st_size)
    }
}

/// Waits until the entries of the directory at `path` are on the disk.
func syncDirectory(_ path: String) throws(SystemError) {
    try Descriptor(opening: path, O_RDONLY | O_DIRECTORY).sync(path: path)
}

/// The names in the directory at `path`, sorted, without `.` and `..`.
func directoryEntries(_ path: String) throws(SystemError) -> [String] {
    guard let stream = opendir(path) else { throw SystemError("opendir", path) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}
