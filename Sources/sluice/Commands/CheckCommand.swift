// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayConfiguration
import GatewayDomain

/// `sluice check`: says whether a configuration would be accepted, without starting anything.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a configuration file and say what is wrong with it.",
        discussion: """
            Reads the file as `serve` would, with the same environment variables. Problems are printed to standard error, \
            one a line, as file:line: what, why, what to do; then the exit code is 1.
            """)

    @Option(name: .long, help: "The configuration file.")
    var config = "sluice.yaml"

    func run() throws {
        let loader = ConfigurationLoader(environment: ProcessInfo.processInfo.environment)
        do throws(ConfigurationErrors) {
            let loaded = try loader.load(path: config)
            for warning in loaded.warnings { complain("warning: \(warning)") }
            let configuration = loaded.configuration
            print(
                "\(config): ok (\(configuration.providers.count) providers, \(configuration.models.count) models, "
                    + "\(configuration.keys.count) keys)")
        } catch {
            for problem in error.problems { complain(problem.description) }
            throw ExitCode(1)
        }
    }

    private func complain(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
