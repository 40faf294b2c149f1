// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
import GatewayFormats

/// What every request of one lane shares: ports, the configuration in effect, and reusable machinery. It belongs to its
/// lane; the configuration and the keys are replaced on the lane, between two steps of any request.
package final class LaneContext {
    /// The configuration that requests starting now pin.
    package var compiled: Compiled
    /// Every virtual key.
    package var keys: KeyDirectory
    /// Whether new work is refused because the process is stopping.
    package var isDraining = false

    package let limits: ServerLimits
    package let clock: any LaneClock
    package let hasher: any KeyHashing
    package let ledger: any LaneLedger
    package let observer: any SettlementObserver
    package let upstream: any Upstream
    let scanner = JSONScanner()
    var random = LaneRandom()

    package init(
        compiled: Compiled, keys: KeyDirectory, limits: ServerLimits, ports: LanePorts
    ) {
        self.compiled = compiled
        self.keys = keys
        self.limits = limits
        clock = ports.clock
        hasher = ports.hasher
        ledger = ports.ledger
        observer = ports.observer
        upstream = ports.upstream
    }
}

/// The ports of one lane.
package struct LanePorts {
    package var clock: any LaneClock
    package var hasher: any KeyHashing
    package var ledger: any LaneLedger
    package var observer: any SettlementObserver
    package var upstream: any Upstream

    package init(
        clock: any LaneClock, hasher: any KeyHashing, ledger: any LaneLedger, observer: any SettlementObserver,
        upstream: any Upstream
    ) {
        self.clock = clock
        self.hasher = hasher
        self.ledger = ledger
        self.observer = observer
        self.upstream = upstream
    }
}

/// Random bits for identifiers, which must be unique but need not be secret: SplitMix64 over a system seed, because a
/// system call per request would cost more than the rest of making an identifier.
struct LaneRandom: RandomNumberGenerator {
    private var state: UInt64

    init() {
        var system = SystemRandomNumberGenerator()
        state = system.next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
