// SPDX-License-Identifier: Apache-2.0

/// Why the gateway cannot start: what is wrong, where, and what to do.
struct StartError: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}
