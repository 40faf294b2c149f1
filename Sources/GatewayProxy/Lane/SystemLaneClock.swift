// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
import GatewayPipeline
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The system's clocks.
package struct SystemLaneClock: LaneClock {
    package init() {}

    package var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    package var wallClock: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
