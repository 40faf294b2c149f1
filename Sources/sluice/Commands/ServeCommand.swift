// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
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
            for problem in errors.problems { complain(problem.description) }
            throw ExitCode(1)
        } catch let error as StartError {
            complain("sluice: \(error.message)")
            throw ExitCode(1)
        } catch let error as StoreError {
            complain("sluice: \(error.message)")
            throw ExitCode(1)
        }
    }

    private func complain(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
