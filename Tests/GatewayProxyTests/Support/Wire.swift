// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A TCP connection with blocking calls, each of which gives up after ten seconds: plain to script, and it shows exactly
/// what goes over the wire. Used on threads of its own (`blocking`), never on those of Swift's concurrency.
final class Wire: @unchecked Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isClosed = false

    /// Takes over a connected socket. `@unchecked Sendable`: one thread at a time uses a wire, handed over by the test.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    }

    /// Connects to a port of this machine. `receiveBuffer` is set before, so that it bounds the window from the start.
    static func connect(_ port: Int, receiveBuffer: Int32? = nil) throws -> Wire {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "socket: \(errno)") }
        if var receiveBuffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        var address = loopback(port)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            Glibc.close(descriptor)
            throw Failure(description: "connect: \(errno)")
        }
        return Wire(descriptor)
    }

    static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    deinit { close() }

    // MARK: Writing

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: \(errno) after \(sent)") }
            sent += count
        }
    }

    /// Sends as much as can be sent within `milliseconds` without the peer taking more; gives how much that was.
    func sendUntilBlocked(_ piece: [UInt8], most: Int, milliseconds: Int32) -> Int {
        var sent = 0
        while sent < most {
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard Glibc.poll(&poll, 1, milliseconds) == 1, poll.revents & Int16(POLLOUT) != 0 else { break }
            let count = piece.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard count > 0 else { break }
            sent += count
        }
        return sent
    }

    // MARK: Reading

    /// The next bytes, at most `most`; empty at the end of the connection.
    func read(_ most: Int = 65536) throws -> [UInt8] {
        if !buffer.isEmpty {
            let taken = Array(buffer.prefix(most))
            buffer.removeFirst(taken.count)
            return taken
        }
        var bytes = [UInt8](repeating: 0, count: most)
        let count = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw Failure(description: "recv: \(errno)") }
        return Array(bytes.prefix(count))
    }

    /// Exactly `count` bytes.
    func read(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try read(count - bytes.count)
            if more.isEmpty {
                throw Failure(description: "the connection ended after \(bytes.count) of \(count) bytes")
            }
            bytes += more
        }
        return bytes
    }

    /// Everything until `end`, which is included; nil when the connection ends with nothing read.
    func read(until end: String) throws -> String? {
        let wanted = Array(end.utf8)
        while true {
            if let range = buffer.firstRange(of: wanted) {
                let text = String(decoding: buffer[..<range.upperBound], as: UTF8.self)
                buffer.removeSubrange(..<range.upperBound)
                return text
            }
            let held = buffer
            buffer = []
            let more = try read()
            buffer = held + more
            if more.isEmpty {
                if held.isEmpty { return nil }
                throw Failure(
                    description: "the connection ended within \(String(decoding: held.prefix(200), as: UTF8.self))")
            }
        }
    }

    /// Everything to the end of the connection; a reset counts as the end.
    func readToEnd() -> [UInt8] {
        var bytes: [UInt8] = []
        while let more = try? read(), !more.isEmpty { bytes += more }
        return bytes
    }

    /// Whether the peer has closed or reset the connection, waiting for it up to ten seconds and dropping what comes.
    func waitForEnd() -> Bool {
        while true {
            do { if try read().isEmpty { return true } } catch { return "\(error)".contains("\(ECONNRESET)") }
        }
    }

    /// Whether something is there to read, or the end, within `milliseconds`.
    func isReadable(within milliseconds: Int32) -> Bool {
        if !buffer.isEmpty { return true }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, milliseconds) == 1
    }

    // MARK: Kernel buffers, ends

    /// Bytes in the kernel that were received but not read, or sent but not acknowledged.
    var unread: Int { Self.queued(descriptor, UInt(FIONREAD)) }
    var unsent: Int { Self.queued(descriptor, UInt(TIOCOUTQ)) }

    static func queued(_ descriptor: Int32, _ request: UInt) -> Int {
        var count: Int32 = 0
        return ioctl(descriptor, request, &count) == 0 ? Int(count) : 0
    }

    var localPort: Int { Self.port(descriptor, getsockname) }
    var peerPort: Int { Self.port(descriptor, getpeername) }

    static func port(
        _ descriptor: Int32, _ name: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name(descriptor, $0, &length) }
        }
        return result == 0 && address.sin_family == sa_family_t(AF_INET)
            ? Int(in_port_t(bigEndian: address.sin_port)) : 0
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    /// Ends the connection with a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }
}

/// Runs blocking calls on a thread of their own.
func blocking<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}
