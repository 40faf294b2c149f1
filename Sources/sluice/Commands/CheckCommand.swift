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
            for warning in loaded.warnings { Terminal.complain("warning: \(warning)") }
            let configuration = loaded.configuration
            let counts = [
                Self.count(configuration.providers.count, "provider"),
                Self.count(configuration.models.count, "model"), Self.count(configuration.keys.count, "key"),
            ]
            print("\(config): ok (\(counts.joined(separator: ", ")))")
        } catch {
            for problem in error.problems { Terminal.complain(problem.description) }
            throw ExitCode.failure
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
