// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GatewayAdmin

/// Why a command failed: one line for the person who typed it.
struct AdminFailure: Error {
    var message: String
    /// The status of the admin API's refusal, if that is what it was.
    var status: Int?

    init(_ message: String) { self.message = message }

    /// What the admin API refused.
    init(_ problem: Report.Problem, status: Int) {
        let advice =
            switch problem.code {
            case "missing_admin_key": " Set SLUICE_ADMIN_KEY or give --admin-key-file."
            case "invalid_admin_key": " Check SLUICE_ADMIN_KEY or --admin-key-file."
            default: ""
            }
        self.init("\(problem.title): \(problem.detail)\(advice)")
        self.status = status
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
