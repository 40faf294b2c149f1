// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
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

    mutating func validate() throws {
        let text = address
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host() != nil,
            url.query() == nil,
            url.user() == nil
        else {
            throw ValidationError("\(text) is not a base URL such as \(Self.defaultURL) (--url or SLUICE_ADMIN_URL)")
        }
    }

    /// The base URL without a trailing slash.
    var address: String {
        var text = url ?? Self.environment("SLUICE_ADMIN_URL") ?? Self.defaultURL
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    /// Whether a request would cross a network unencrypted.
    var isExposed: Bool {
        guard let url = URL(string: address), url.scheme == "http", let host = url.host() else { return false }
        return !ListenAddress(host: host, port: 0).isLoopback
    }

    /// The admin key, where one is given.
    func adminKey() throws -> Secret? {
        guard let path = adminKeyFile else { return Self.environment("SLUICE_ADMIN_KEY").map(Secret.init) }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw AdminFailure("cannot read the admin key from \(path); is it there, readable, and text?")
        }
        let key = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !key.isEmpty else { throw AdminFailure("\(path) is empty; it must hold the admin key") }
        return Secret(key)
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
