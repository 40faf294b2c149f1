// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command line. Each command is a file in `Commands/`.
@main
struct Sluice: AsyncParsableCommand {
    /// The product's version.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "sluice", abstract: "An AI gateway: one door in front of every model provider.", version: version,
        subcommands: [
            ServeCommand.self, CheckCommand.self, KeysCommand.self, UsageCommand.self, ModelsCommand.self,
            SimulateCommand.self,
        ])
}
