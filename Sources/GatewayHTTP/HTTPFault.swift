// SPDX-License-Identifier: Apache-2.0

/// Why a peer's bytes are not acceptable HTTP. After one of these the connection is never used again: nobody can say
/// where the next message would begin.
package struct HTTPFault: Error, Equatable, Sendable {
    /// The status to answer with before closing; for a provider's bytes it is meaningless.
    package var status: Int
    /// What was wrong, without quoting the peer's bytes.
    package var reason: String

    package init(_ status: Int = 400, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
