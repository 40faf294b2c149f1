// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayAdmin

/// `sluice models`: the configured models, where they are served and what they cost.
struct ModelsCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List the configured models with their targets and prices.",
        discussion: """
            Prices are US dollars per million tokens. PRICE says where a price comes from: the configuration, the built-in \
            catalogue, nowhere (unpriced), or that it depends on the name each request asks for (by request).
            """)

    @OptionGroup var admin: AdminOptions

    func ask(_ client: AdminClient) async throws -> Data { try await client.get("/v1/models") }

    func show(_ answer: Report.Models) throws {
        let table = TextTable(models: answer.models)
        if table.isEmpty { return Terminal.complain("No models are configured.") }
        try Terminal.print(table)
    }
}
