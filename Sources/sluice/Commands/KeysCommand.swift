// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayAdmin

/// `sluice keys`: virtual keys.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create, list, change and remove virtual keys.",
        subcommands: [Create.self, List.self, Show.self, Disable.self, Enable.self, Rotate.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key and print it.",
            discussion: """
                The key goes to standard output, alone on its line, and is shown this once: only its hash is stored. \
                Everything else goes to standard error, so KEY=$(sluice keys create NAME) captures the key.
                """)

        @Argument(help: "A name for the key, unique among keys.")
        var name: String

        @Option(help: "Who answers for the key: a person, a team, a service.")
        var owner: String?

        @Option(help: "The models the key may use: names or globs, separated by commas. Default: all.")
        var models: String?

        @Option(help: "When the key stops working, such as 12h, 30d or 6w. Default: never.")
        var expiresIn: String?

        @OptionGroup var admin: AdminOptions

        mutating func validate() throws {
            if let expiresIn, Lifespan(expiresIn) == nil {
                throw ValidationError("--expires-in must be \(Lifespan.form), not '\(TerminalText.safe(expiresIn))'")
            }
        }

        func run() async throws {
            try await admin.run { client in
                let answer = try await client.post("/v1/keys", draft)
                try client.printIssued(answer, verb: "created", json: admin.json)
            }
        }

        private var draft: JSONValue {
            let patterns = models?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            let members: [(String, JSONValue?)] = [
                ("name", .string(name)), ("owner", owner.map(JSONValue.string)),
                ("models", patterns.map { .array($0.map(JSONValue.string)) }),
                ("expires_in", expiresIn.map(JSONValue.string)),
            ]
            return .object(members.compactMap { name, value in value.map { .init(name, $0) } })
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the keys that work; with --all every key.")

        @Flag(help: "Also list disabled and expired keys.")
        var all = false

        @Option(help: "List only keys of this owner.")
        var owner: String?

        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.run { client in
                let keys = try await client.keys(owner: owner)
                let shown = all ? keys : keys.filter { $0["status"] == .string("active") }
                let answer = Data(JSONValue.object([.init("keys", .array(shown)), .init("next", .null)]).encoded)
                if admin.json { return client.printJSON(answer) }
                if !shown.isEmpty {
                    Terminal.print(TextTable(keys: try client.read(Report.KeyPage.self, from: answer).keys))
                }
                remark(shown: shown.count, hidden: keys.count - shown.count)
            }
        }

        private func remark(shown: Int, hidden: Int) {
            if shown == 0 { Terminal.complain("No keys. Make one with: sluice keys create NAME") }
            if hidden > 0 { Terminal.complain("\(hidden) disabled or expired not shown (--all).") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one key.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.run { client in
                let answer = try await client.get("/v1/keys/\(await client.keyID(target.key))")
                if admin.json { return client.printJSON(answer) }
                Terminal.print(TextTable(key: try client.read(Report.Key.self, from: answer)))
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Block a key until it is enabled again.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func run() async throws { try await target.act("disable", admin, done: "disabled") }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a disabled key work again.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func run() async throws { try await target.act("enable", admin, done: "enabled") }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace a key's secret and print the new one.",
            discussion: "The old key stops working at once. Output as with create.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.run { client in
                let answer = try await client.post("/v1/keys/\(client.keyID(target.key))/rotate")
                try client.printIssued(answer, verb: "rotated; the old one is dead", json: admin.json)
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a key for good.",
            discussion: "Its rows in the ledger stay. To block a key for a while, disable it.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.run { client in
                let id = try await client.keyID(target.key)
                try await client.delete("/v1/keys/\(id)")
                if !admin.json { Terminal.complain("Key \(id) deleted.") }
            }
        }
    }
}

/// The key a command is about.
struct KeyArgument: ParsableArguments {
    @Argument(help: "The key's id (key_…) or name.")
    var key: String

    /// Posts an action on the key and says so.
    fileprivate func act(_ action: String, _ admin: AdminOptions, done: String) async throws {
        try await admin.run { client in
            let answer = try await client.post("/v1/keys/\(client.keyID(key))/\(action)")
            if admin.json { return client.printJSON(answer) }
            let key = try client.read(Report.Key.self, from: answer)
            Terminal.complain("Key \"\(key.name)\" (\(key.id)) \(done).")
        }
    }
}
