// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A client that sees what a broken connection leaves behind: every byte, and how it ended.
///
/// Its calls block, on threads of their own: the pool that the server runs on stays free.
struct RawConnection {
    enum End: Equatable {
        /// The server closed it.
        case closed
        case reset
        /// It is still open.
        case open
    }

    private let socket: Int32

    /// Connects and sends a chat request.
    static func chat(_ path: String, body: String, port: Int) async throws -> RawConnection {
        let request = """
            POST \(path) HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk-test-0123456789\r\n\
            content-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)
            """
        return try await onThread {
            let connection = RawConnection(socket: try connected(to: port))
            let bytes = Array(request.utf8)
            guard Glibc.send(connection.socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
                throw POSIXError(.EPIPE)
            }
            return connection
        }
    }

    /// Reads until the connection ends, `isEnough` says so, or nothing has come for so many milliseconds.
    func receive(
        patience: Int = 15_000, until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }
    ) async throws -> (text: String, end: End) {
        let socket = socket
        return try await Self.onThread {
            var wait = timeval(tv_sec: patience / 1000, tv_usec: patience % 1000 * 1000)
            setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(socket, &buffer, buffer.count, 0)
                if count > 0 { received += buffer[..<count] }
                let text = String(decoding: received, as: UTF8.self)
                if count > 0, !isEnough(text) { continue }
                return (text, count > 0 ? .open : count == 0 ? .closed : errno == ECONNRESET ? .reset : .open)
            }
        }
    }

    func hangUp() { close(socket) }

    private static func connected(to port: Int) throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(socket)
            throw POSIXError(.ECONNREFUSED)
        }
        return socket
    }

    private static func onThread<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }
}
