// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayDomain
import GatewaySimulator
import UnixSignals

/// `sluice simulate`: a provider to try the gateway with, and to test against.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a simulated OpenAI and Anthropic provider.",
        discussion: """
            It answers without a model behind it, always the same way, misbehaves on demand and keeps a journal \
            of what it served at /journal. See docs/simulator.md.
            """)

    @Option(help: "The port to listen on; 0 takes any free one.")
    var port = 9000

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Flag(help: "Allow an address that other machines can reach.")
    var allowRemote = false

    @Option(
        name: .customLong("key"), help: "A key to accept, can be repeated (default: any that starts with sk- or sim-).")
    var keys: [String] = []

    @Option(help: "Another seed gives other answers.")
    var seed: UInt64 = 0

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port \(port) is no port: take 0 to 65535.")
        }
        guard allowRemote || Self.isLoopback(host) else {
            throw ValidationError(
                "--host \(host) can be reached from other machines, and the simulator's journal shows what it was sent. "
                    + "Add --allow-remote if that is meant.")
        }
    }

    func run() async throws {
        let host = host
        let simulator = Simulator(options: SimulatorOptions(host: host, port: port, keys: keys, seed: seed))
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await simulator.run { port in
                    print("simulator listening on http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
                    // Whoever started it through a pipe waits for this line.
                    fflush(nil)
                }
            }
            group.addTask { for await _ in signals { return } }
            // The first to end is the signal, or a server that could not start, whose error is thrown.
            try await group.next()
            group.cancelAll()
        }
    }

    private static func isLoopback(_ host: String) -> Bool {
        ListenAddress(host: host, port: 0).isLoopback
    }
}
