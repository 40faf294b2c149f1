// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An answer as a client reads it.
struct Reply: Sendable, Equatable {
    var status: Int
    var fields: [String: String]
    var body: String

    var isChunked: Bool { fields["transfer-encoding"] == "chunked" }
}

extension Wire {
    /// Reads one answer, by whichever framing it has; nil at the end of the connection.
    func readReply(toHead isHead: Bool = false) throws -> Reply? {
        guard let text = try read(until: "\r\n\r\n") else { return nil }
        let lines = text.components(separatedBy: "\r\n")
        let parts = lines[0].split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0] == "HTTP/1.1", let status = Int(parts[1]) else {
            throw Failure(description: "no status line: \(lines[0])")
        }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw Failure(description: "no field: \(line)") }
            let name = String(line[..<colon])
            guard fields[name] == nil else { throw Failure(description: "\(name) twice") }
            fields[name] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        let body: [UInt8]
        if isHead || status < 200 {
            body = []
        } else if fields["transfer-encoding"] == "chunked" {
            body = try readChunks()
        } else if let length = fields["content-length"].flatMap(Int.init) {
            body = try read(exactly: length)
        } else {
            body = readToEnd()
        }
        return Reply(status: status, fields: fields, body: String(decoding: body, as: UTF8.self))
    }

    func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            guard let line = try read(until: "\r\n"), let size = Int(line.dropLast(), radix: 16) else {
                throw Failure(description: "no chunk size")
            }
            body += try read(exactly: size)
            guard try read(exactly: 2) == Array("\r\n".utf8) else { throw Failure(description: "a chunk does not end") }
            if size == 0 { return body }
        }
    }

    /// The data of one chunk, as it comes.
    func readChunk() throws -> String {
        guard let line = try read(until: "\r\n"), let size = Int(line.dropLast(), radix: 16) else {
            throw Failure(description: "no chunk size")
        }
        let data = try read(exactly: size)
        _ = try read(exactly: 2)
        return String(decoding: data, as: UTF8.self)
    }

    /// Sends a call and reads its answer.
    func call(_ request: String) throws -> Reply {
        try send(request)
        guard let reply = try readReply() else { throw Failure(description: "the connection ended without an answer") }
        return reply
    }
}
