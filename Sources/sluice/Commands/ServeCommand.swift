// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayConfiguration
import GatewayStores
import Glibc

/// `sluice serve`: runs the gateway in the foreground until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the gateway.",
        discussion: """
            SIGTERM and SIGINT stop it: no new work, streams finish within the grace time; a second signal ends it at once. \
            SIGHUP, or a change of the file, loads the configuration again without dropping a request.
            """)

    @Option(name: .long, help: "The configuration file.")
    var config = "sluice.yaml"

    func run() async throws {
        // Writing to a client or a log reader that has gone is an error to handle, not a reason to die.
        signal(SIGPIPE, SIG_IGN)
        do {
            let gateway = try await GatewayProcess.start(configurationPath: config)
            try await gateway.run()
        } catch let errors as ConfigurationErrors {
            for problem in errors.problems { Terminal.complain(problem.description) }
            throw ExitCode.failure
        } catch let error as StartError {
            Terminal.complain("sluice: \(error.message)")
            throw ExitCode.failure
        } catch let error as StoreError {
            Terminal.complain("sluice: \(error.message)")
            throw ExitCode.failure
        }
    }
}
