// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Certificates made for one run, in a directory that goes with this value.
final class Certificates: Sendable {
    /// An authority of our own, and the pair it signed for 127.0.0.1 and `localhost`, and another for `other.test`.
    let authority, chain, key, otherChain, otherKey: String
    private let directory: String

    init() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        self.directory = directory
        authority = directory + "/ca.pem"
        (chain, key) = (directory + "/right.pem", directory + "/right.key")
        (otherChain, otherKey) = (directory + "/other.pem", directory + "/other.key")
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        try Self.openSSL(
            new + [
                "-keyout", directory + "/ca.key", "-out", authority, "-subj", "/CN=Test CA", "-addext",
                "keyUsage=critical,keyCertSign",
            ])
        let signed = [
            "-CA", authority, "-CAkey", directory + "/ca.key", "-addext", "basicConstraints=critical,CA:FALSE",
        ]
        try Self.openSSL(
            new + signed + [
                "-keyout", key, "-out", chain, "-subj", "/CN=right", "-addext",
                "subjectAltName=IP:127.0.0.1,DNS:localhost",
            ])
        try Self.openSSL(
            new + signed + [
                "-keyout", otherKey, "-out", otherChain, "-subj", "/CN=other", "-addext",
                "subjectAltName=DNS:other.test",
            ])
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private static func openSSL(_ arguments: [String]) throws {
        let result = try Command.run("openssl", arguments)
        guard result.status == 0 else { throw Wire.Failure(description: result.error) }
    }
}

/// A program run to its end.
enum Command {
    struct Result: Sendable {
        var status: Int32
        var output: String
        var error: String
    }

    static func run(_ program: String, _ arguments: [String]) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            error: String(decoding: complaint, as: UTF8.self))
    }
}
