// SPDX-License-Identifier: Apache-2.0

import GatewayAdmin

/// Why a command failed: one line for the person who typed it.
struct AdminFailure: Error {
    var message: String
    /// The status of the admin API's refusal, if that is what it was.
    var status: Int?

    init(_ message: String) { self.message = message }

    /// What the admin API at `address` refused, in terms of the command line.
    init(_ problem: Report.Problem, status: Int, from address: String) {
        switch problem.code {
        case "missing_admin_key": message = "the admin API wants its key: set SLUICE_ADMIN_KEY or give --admin-key-file"
        case "invalid_admin_key": message = "the admin key is wrong: check SLUICE_ADMIN_KEY or --admin-key-file"
        case "unknown_route": message = "\(address) knows no such request: is it the admin API? (--url …)"
        default: message = problem.detail
        }
        self.status = status
    }
}
