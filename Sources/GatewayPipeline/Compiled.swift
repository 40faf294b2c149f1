// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// A snapshot with everything that can be made before a request comes: what a lane serves from.
package final class Compiled: Sendable {
    package let snapshot: Snapshot
    /// By the index of the provider in the snapshot.
    let outbound: [Outbound]

    package init(_ snapshot: Snapshot) {
        self.snapshot = snapshot
        outbound = snapshot.providers.map(Outbound.init)
    }
}
