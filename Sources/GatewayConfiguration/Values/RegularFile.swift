// SPDX-License-Identifier: Apache-2.0

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Reads whole files whose size is bounded, and only regular ones: a pipe or device could block or never end.
enum RegularFile {
    static func read(_ path: String, limit: Int) throws(Flaw) -> [UInt8] {
        guard !path.utf8.contains(0) else {
            throw Flaw(why: "its path holds a zero byte", fix: "correct the path")
        }
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.flaw(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.flaw(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Flaw(why: "it is not a regular file", fix: "give the path of a file, not of a directory or a pipe")
        }
        return try contents(descriptor, expecting: Int(status.st_size), limit: limit)
    }

    /// Reads to the end, wherever that is by now.
    private static func contents(_ descriptor: Int32, expecting size: Int, limit: Int) throws(Flaw) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(size, limit))
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { systemRead(descriptor, $0) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw flaw(errno)
            }
            guard bytes.count + count <= limit else {
                throw Flaw(why: "it is larger than \(limit) bytes", fix: "check that it is the right file")
            }
            bytes += chunk[..<count]
        }
    }

    private static func flaw(_ code: Int32) -> Flaw {
        let fix =
            switch code {
            case ENOENT, ENOTDIR: "check the path"
            case EACCES, EPERM: "let the user that runs Sluice read it"
            default: "check the file"
            }
        return Flaw(why: "opening it gives: \(String(cString: strerror(code)))", fix: fix)
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
