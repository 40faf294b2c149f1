// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// The time, as a lane sees it.
package protocol LaneClock: Sendable {
    /// Nanoseconds on a clock that never goes back.
    var now: UInt64 { get }
    /// Wall-clock time.
    var wallClock: Timestamp { get }
}
