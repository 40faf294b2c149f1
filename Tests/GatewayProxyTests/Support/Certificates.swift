// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Certificates made for one run, in a directory that goes with this value.
final class Certificates: Sendable {
    /// A certificate chain and its key, as PEM files.
    struct Pair: Sendable {
        let chain, key: String
    }

    /// Whom a certificate names.
    enum Subject: String, CaseIterable {
        /// 127.0.0.1 and `localhost`.
        case right = "IP:127.0.0.1,DNS:localhost"
        /// Another host, and a name that spells the first of `distantHosts`.
        case other = "DNS:other.test,DNS:192.0.2.7"
        /// `distantHosts`.
        case distant = "IP:192.0.2.7,IP:2001:db8::7"
    }

    /// Addresses that are nobody's (RFC 5737, RFC 3849).
    static let distantHosts = ["192.0.2.7", "2001:db8::7"]

    /// An authority of our own, which signed all of the others.
    let authority: String
    private let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        authority = directory + "/ca.pem"
        try Self.make(
            ["-keyout", directory + "/ca.key", "-out", authority, "-subj", "/CN=Test CA"],
            "keyUsage=critical,keyCertSign")
        for subject in Subject.allCases { try sign(subject) }
    }

    subscript(_ subject: Subject) -> Pair {
        Pair(chain: "\(directory)/\(subject).pem", key: "\(directory)/\(subject).key")
    }

    private func sign(_ subject: Subject) throws {
        let authority = ["-CA", directory + "/ca.pem", "-CAkey", directory + "/ca.key"]
        try Self.make(
            authority + ["-keyout", self[subject].key, "-out", self[subject].chain, "-subj", "/CN=\(subject)"],
            "basicConstraints=critical,CA:FALSE", "subjectAltName=\(subject.rawValue)")
    }

    private static func make(_ arguments: [String], _ extensions: String...) throws {
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        let result = try Command.run("openssl", new + arguments + extensions.flatMap { ["-addext", $0] })
        guard result.status == 0 else { throw Wire.Failure(description: result.error) }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
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
