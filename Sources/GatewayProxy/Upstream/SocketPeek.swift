// SPDX-License-Identifier: Apache-2.0

import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Looks at a socket without taking anything from it.
enum SocketPeek {
    /// Whether the peer has closed, reset, or sent something that was not asked for: in each case an idle connection that
    /// must not carry another request.
    static func hasEndedOrSpoken(_ channel: any Channel) -> Bool {
        let seen = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { descriptor in
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
        }
        return seen ?? false
    }
}
