// SPDX-License-Identifier: Apache-2.0

import Foundation
import GatewayConfiguration
import GatewayDomain
import Testing

/// Loads `text` as the file `sluice.yaml` of `directory`.
func load(
    _ text: String, environment: [String: String] = [:], directory: String = "/nowhere"
) throws(ConfigurationErrors) -> LoadedConfiguration {
    try ConfigurationLoader(environment: environment).load(text: text, name: "sluice.yaml", directory: directory)
}

/// The problems of `text`; empty if it loads.
func problems(
    in text: String, environment: [String: String] = [:], directory: String = "/nowhere"
) -> [ConfigurationProblem] {
    do throws(ConfigurationErrors) {
        _ = try load(text, environment: environment, directory: directory)
        return []
    } catch {
        return error.problems
    }
}

/// A directory that is removed with the value.
final class ScratchDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sluice-configuration-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    /// Files that pass for a certificate and its key.
    func writePEMFiles() throws {
        try write("cert.pem", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")
        try write("key.pem", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n")
    }
}

extension Secret {
    var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}

extension Authentication {
    /// The header it sends and the key in clear; nil for none.
    var headerAndKey: (header: String, key: String)? {
        switch self {
        case .bearer(let key): ("authorization", key.text)
        case .header(let name, let key): (name, key.text)
        case .none: nil
        }
    }
}

/// The repository's root.
let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
