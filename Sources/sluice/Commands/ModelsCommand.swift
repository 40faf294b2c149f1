// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayAdmin

/// `sluice models`: the configured models, where they are served and what they cost.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List the configured models with their targets and prices.",
        discussion: """
            Prices are US dollars per million tokens. PRICE says where a price comes from: the configuration, the built-in \
            catalogue, nowhere (unpriced), or that it depends on the name each request asks for (by request).
            """)

    @OptionGroup var admin: AdminOptions

    func run() async throws {
        try await admin.run { client in
            let answer = try await client.get("/v1/models")
            if admin.json { return client.printJSON(answer) }
            let table = TextTable(models: try client.read(Report.Models.self, from: answer).models)
            table.isEmpty ? Terminal.complain("No models are configured.") : Terminal.print(table)
        }
    }
}
