// SPDX-License-Identifier: Apache-2.0

package import Hummingbird
import Logging
import NIOCore

/// How a simulator is set up.
package struct SimulatorOptions: Sendable {
    /// The address to listen on.
    package var host: String
    /// 0 takes any free port; `Simulator.run` tells which.
    package var port: Int
    /// The keys it accepts; empty accepts every key that starts with `sk-` or `sim-`.
    package var keys: [String]
    /// Another seed gives other answers.
    package var seed: UInt64
    /// Bytes of one request body.
    package var bodyLimit: Int
    /// Journal entries kept; the oldest go first.
    package var journalLimit: Int
    /// Bytes of request bodies kept in the journal.
    package var journalBodyLimit: Int

    package init(
        host: String = "127.0.0.1", port: Int = 9000, keys: [String] = [], seed: UInt64 = 0
    ) {
        self.host = host
        self.port = port
        self.keys = keys
        self.seed = seed
        bodyLimit = 64 << 20
        journalLimit = 100_000
        journalBodyLimit = 64 << 20
    }
}

/// A provider that is none: speaks OpenAI's and Anthropic's APIs, answers the same question the same way, misbehaves
/// when it is told to, and writes down what it served. See docs/simulator.md.
package struct Simulator: Sendable {
    private let options: SimulatorOptions
    private let responder: SimulatorResponder

    package init(options: SimulatorOptions = SimulatorOptions()) {
        self.options = options
        let journal = Journal(capacity: options.journalLimit, bodyCapacity: options.journalBodyLimit)
        responder = SimulatorResponder(
            options: options, memory: Memory(journal: journal), credentials: Credentials(keys: Set(options.keys)))
    }

    /// The server. `onReady` is given the port once it accepts connections.
    package func application(
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        var logger = Logger(label: "simulator")
        // What the server calls errors are connections that were broken off, which is the simulator's trade.
        logger.logLevel = .critical
        return Application(
            responder: responder,
            server: .http1(configuration: .init(additionalChannelHandlers: [HangUpWatch()])),
            configuration: ApplicationConfiguration(address: .hostname(options.host, port: options.port)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { await onReady(port) }
            },
            logger: logger)
    }

    /// Serves until the task is cancelled; what is in flight is then broken off. Throws when it cannot listen.
    package func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        do {
            try await application(onReady: onReady).run()
        } catch is CancellationError {
            return
        } catch let error as IOError {
            throw SimulatorFailure(
                description:
                    "Cannot listen on \(options.host):\(options.port): \(error). Choose another port or address.")
        }
    }
}

/// Why a simulator could not start, for people to read.
package struct SimulatorFailure: Error, CustomStringConvertible {
    package let description: String
}
