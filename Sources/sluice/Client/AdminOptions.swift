// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayConfiguration
import GatewayDomain

/// The options that every command of the admin API shares.
struct AdminOptions: ParsableArguments {
    static let defaultURL = "http://127.0.0.1:9090"

    @Option(
        help: ArgumentHelp(
            "Base URL of the admin API.",
            discussion: "Default: the environment variable SLUICE_ADMIN_URL, else \(Self.defaultURL)."))
    var url: String?

    @Option(
        name: .customLong("admin-key-file"),
        help: ArgumentHelp(
            "File that holds the admin key.",
            discussion: """
                Without it the key comes from the environment variable SLUICE_ADMIN_KEY. There is no option for the key \
                itself: an argument shows in the list of processes and in the shell's history.
                """,
            valueName: "path"))
    var adminKeyFile: String?

    @Flag(help: "Print the admin API's JSON answer instead of a table.")
    var json = false

    mutating func validate() throws { _ = try origin() }

    /// Where the admin API is. Read as strictly as a provider's URL in the configuration.
    func origin() throws -> Origin {
        let variable = Self.environment("SLUICE_ADMIN_URL")
        do throws(Flaw) {
            return try Origin.parse(url ?? variable ?? Self.defaultURL)
        } catch {
            throw ValidationError(
                "\(url == nil ? "SLUICE_ADMIN_URL" : "--url") cannot be used: \(error.why); "
                    + "write a base URL such as \(Self.defaultURL)")
        }
    }

    /// The admin key, where one is given.
    func adminKey() throws -> Secret? {
        guard let path = adminKeyFile else {
            return try Self.environment("SLUICE_ADMIN_KEY").map { try Self.key($0, from: "SLUICE_ADMIN_KEY") }
        }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw AdminFailure("cannot read the admin key from \(path); is it there, readable, and text?")
        }
        let key = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !key.isEmpty else { throw AdminFailure("\(path) is empty; it must hold the admin key") }
        return try Self.key(key, from: path)
    }

    private static func key(_ text: String, from source: String) throws -> Secret {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw AdminFailure("\(source) holds more than a key: a blank, a line break or a character outside ASCII")
        }
        return Secret(text)
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
