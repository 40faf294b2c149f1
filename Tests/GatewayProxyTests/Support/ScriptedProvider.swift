// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// A provider on a port of this machine that does what a test tells it, connection by connection.
final class ScriptedProvider: Sendable {
    /// A connection from the gateway.
    final class Connection: Sendable {
        /// Which connection it is, from 0.
        let number: Int
        let wire: Wire
        private let provider: ScriptedProvider

        init(_ number: Int, _ wire: Wire, _ provider: ScriptedProvider) {
            self.number = number
            self.wire = wire
            self.provider = provider
        }

        /// The next request; nil when the gateway closes the connection.
        func request() throws -> Request? {
            guard let head = try wire.read(until: "\r\n\r\n") else { return nil }
            let length = head.lowercased().split(separator: "\r\n").compactMap { line in
                line.hasPrefix("content-length: ") ? Int(line.dropFirst(16)) : nil
            }
            let body = try wire.read(exactly: length.first ?? 0)
            let request = Request(connection: number, head: head, body: String(decoding: body, as: UTF8.self))
            provider.state.withLock { $0.requests.append(request) }
            return request
        }

        func answer(_ status: Int = 200, _ body: String = Calls.completion(), fields: [String] = []) throws {
            let head = ["HTTP/1.1 \(status) X", "content-length: \(body.utf8.count)"] + fields
            try wire.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
        }

        func beginStream(fields: [String] = ["transfer-encoding: chunked"]) throws {
            try wire.send(
                (["HTTP/1.1 200 OK", "content-type: text/event-stream"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
            )
        }

        func chunk(_ text: String) throws {
            try wire.send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n")
        }

        func endStream() throws { try wire.send("0\r\n\r\n") }

        /// Answers every request the same way until the gateway closes.
        func serve(_ body: String = Calls.completion()) throws {
            while try request() != nil { try answer(200, body) }
        }
    }

    struct Request: Sendable {
        var connection: Int
        var head: String
        var body: String
    }

    private struct State {
        var connections = 0
        var wires: [Wire] = []
        var requests: [Request] = []
        var failures: [String] = []
    }

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())

    /// Runs `script` for each connection, on a thread of its own; its end closes the connection.
    init(backlog: Int32 = 512, _ script: @escaping @Sendable (Connection) throws -> Void) throws {
        let descriptor = try Self.listen(backlog)
        listener = descriptor
        port = Wire.port(descriptor, getsockname)
        Thread.detachNewThread { [self] in
            while true {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else { return }
                let wire = Wire(accepted)
                let number = state.withLock { state in
                    state.connections += 1
                    state.wires.append(wire)
                    return state.connections - 1
                }
                Thread.detachNewThread { [self] in
                    do { try script(Connection(number, wire, self)) } catch {
                        state.withLock { $0.failures.append("\(error)") }
                    }
                    wire.close()
                }
            }
        }
    }

    /// A listening socket on a free port.
    static func listen(_ backlog: Int32) throws -> Int32 {
        let descriptor = try bound()
        guard Glibc.listen(descriptor, backlog) == 0 else { throw Wire.Failure(description: "listen: \(errno)") }
        return descriptor
    }

    private static func bound() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Wire.loopback(0)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, bound == 0 else { throw Wire.Failure(description: "bind: \(errno)") }
        return descriptor
    }

    /// A port that refuses connections for as long as the socket that holds it is open.
    static func refusing() throws -> (port: Int, holder: Wire) {
        let descriptor = try bound()
        return (Wire.port(descriptor, getsockname), Wire(descriptor))
    }

    /// A provider that serves every request alike.
    static func serving(_ body: String = Calls.completion()) throws -> ScriptedProvider {
        try ScriptedProvider { try $0.serve(body) }
    }

    var connections: Int { state.withLock(\.connections) }
    var requests: [Request] { state.withLock(\.requests) }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        for wire in state.withLock(\.wires) { shutdown(wire.descriptor, Int32(SHUT_RDWR)) }
    }
}

/// A gate that a provider's thread waits at until a test opens it.
final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var isOpen = false

    func open() {
        condition.lock()
        isOpen = true
        condition.broadcast()
        condition.unlock()
    }

    /// Waits, longer than a wire waits for an answer, but not for ever.
    func wait() {
        condition.lock()
        let limit = Date(timeIntervalSinceNow: 30)
        while !isOpen, condition.wait(until: limit) {}
        condition.unlock()
    }
}
