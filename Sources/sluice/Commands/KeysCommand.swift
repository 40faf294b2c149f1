// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayAdmin

/// `sluice keys`: virtual keys.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Create, list, change and remove virtual keys.",
        subcommands: [
            Create.self, List.self, Show.self, Change.self, Disable.self, Enable.self, Rotate.self, Delete.self,
        ])

    struct Create: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a key and print it.",
            discussion: """
                The key goes to standard output, alone on its line, and is shown this once: only its hash is stored. \
                Everything else goes to standard error, so KEY=$(sluice keys create NAME) captures the key. Without options \
                it may use every model and never expires.
                """)

        @Argument(help: "A name for the key, unique among keys.")
        var name: String

        @OptionGroup var terms: KeyTerms
        @OptionGroup var admin: AdminOptions

        func ask(_ client: AdminClient) async throws -> Data {
            try await client.post("/v1/keys", .object([.init("name", .string(name))] + terms.members))
        }

        func show(_ key: Report.Key) throws { try key.printIssued(verb: "created") }
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
                let page = Data(JSONValue.object([.init("keys", .array(shown)), .init("next", .null)]).encoded)
                if admin.json { return try client.printJSON(page) }
                if !shown.isEmpty {
                    try Terminal.print(TextTable(keys: try client.read(Report.KeyPage.self, from: page).keys))
                }
                remark(shown: shown.count, hidden: keys.count - shown.count)
            }
        }

        private func remark(shown: Int, hidden: Int) {
            if shown == 0 {
                Terminal.complain(
                    owner.map { "No keys of '\($0)'." } ?? "No keys. Make one with: sluice keys create NAME")
            }
            if hidden > 0 { Terminal.complain("\(hidden) disabled or expired not shown (--all).") }
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Show one key.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func ask(_ client: AdminClient) async throws -> Data {
            try await client.get("/v1/keys/\(client.keyID(target.key))")
        }

        func show(_ key: Report.Key) throws { try Terminal.print(TextTable(key: key)) }
    }

    struct Change: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a key's name, owner, models or expiry.",
            discussion: "What is not given stays as it is; so does the key itself. In effect at once.")
        @OptionGroup var target: KeyArgument

        @Option(help: "A new name for the key.")
        var name: String?

        @OptionGroup var terms: KeyTerms

        @Flag(help: "Remove the owner.")
        var noOwner = false

        @Flag(help: "Let the key work for ever.")
        var noExpiry = false

        @OptionGroup var admin: AdminOptions

        mutating func validate() throws {
            if noOwner, terms.owner != nil { throw ValidationError("--owner and --no-owner exclude each other") }
            if noExpiry, terms.expiresIn != nil {
                throw ValidationError("--expires-in and --no-expiry exclude each other")
            }
            if members.isEmpty { throw ValidationError("nothing to change: give at least one option") }
        }

        func ask(_ client: AdminClient) async throws -> Data {
            try await client.patch("/v1/keys/\(client.keyID(target.key))", .object(members))
        }

        func show(_ key: Report.Key) throws { try Terminal.print(TextTable(key: key)) }

        private var members: [JSONValue.Member] {
            (name.map { [.init("name", .string($0))] } ?? []) + terms.members
                + (noOwner ? [.init("owner", .null)] : []) + (noExpiry ? [.init("expires_at", .null)] : [])
        }
    }

    struct Disable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Block a key until it is enabled again.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func ask(_ client: AdminClient) async throws -> Data { try await client.act("disable", on: target.key) }

        func show(_ key: Report.Key) { Terminal.complain("Key \"\(key.name)\" (\(key.id)) disabled.") }
    }

    struct Enable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Let a disabled key work again.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func ask(_ client: AdminClient) async throws -> Data { try await client.act("enable", on: target.key) }

        func show(_ key: Report.Key) { Terminal.complain("Key \"\(key.name)\" (\(key.id)) enabled.") }
    }

    struct Rotate: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace a key's secret and print the new one.",
            discussion: "The old key stops working at once. Output as with create.")
        @OptionGroup var target: KeyArgument
        @OptionGroup var admin: AdminOptions

        func ask(_ client: AdminClient) async throws -> Data { try await client.act("rotate", on: target.key) }

        func show(_ key: Report.Key) throws { try key.printIssued(verb: "rotated; the old one is dead") }
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

extension Report.Key {
    /// Prints a new key: alone on standard output, so that it can be captured, the rest on standard error.
    fileprivate func printIssued(verb: String) throws {
        guard let key else { throw AdminFailure("the answer holds no key; --json shows it as it is") }
        Terminal.complain(
            "Key \"\(name)\" (\(id)) \(verb). It is shown this once; keep it safe. "
                + "Models: \(models.joined(separator: ", ")). Expires: \(expiresAt ?? "never").")
        do throws(AdminFailure) {
            try Terminal.print(raw: key)
        } catch {
            throw AdminFailure("\(error.message), so the key is lost; make another with: sluice keys rotate \(id)")
        }
    }
}
