// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import GatewayAdmin

/// A command that asks the admin API one thing, and shows its answer: as it came with `--json`, else as people read it.
protocol AdminCommand: AsyncParsableCommand {
    /// What a person is shown of the answer.
    associatedtype Answer: Decodable

    var admin: AdminOptions { get }

    /// Fetches the admin API's answer.
    func ask(_ client: AdminClient) async throws -> Data

    /// Shows the answer to a person.
    func show(_ answer: Answer) throws
}

extension AdminCommand {
    func run() async throws {
        try await admin.run { client in
            let answer = try await ask(client)
            if admin.json { return try client.printJSON(answer) }
            try show(client.read(Answer.self, from: answer))
        }
    }
}

extension AdminOptions {
    /// Runs a command's work against the admin API; a failure becomes one line on standard error and exit code 1.
    func run(_ work: (AdminClient) async throws -> Void) async throws {
        do {
            try await AdminClient.with(self, work)
        } catch let failure as AdminFailure {
            Terminal.complain("sluice: \(failure.message)")
            throw ExitCode.failure
        }
    }
}
