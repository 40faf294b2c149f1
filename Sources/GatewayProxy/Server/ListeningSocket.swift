// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
package import NIOCore
package import NIOPosix

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A TCP socket bound to an address that callers are to reach.
///
/// While it is open, in whichever process, a connection that comes is not lost: it waits until somebody accepts. One process
/// accepts at a time: SwiftNIO takes it for an error when a connection it was told of is gone.
package struct ListeningSocket: Sendable {
    /// Connections that may wait to be accepted.
    private static let backlog: CInt = 4096

    /// The address as configured; its port may be 0.
    package let address: ListenAddress
    package let descriptor: CInt

    /// Takes over a socket that is bound already.
    package init(address: ListenAddress, descriptor: CInt) {
        self.address = address
        self.descriptor = descriptor
    }

    /// Binds a socket; nobody can connect to it before `accept`. Throws when the address is taken or is not one of this
    /// machine's.
    ///
    /// Any number of shared sockets of one user may be bound to an address (`SO_REUSEPORT`), in several processes too: the
    /// kernel spreads connections over those that accept. For every other socket the address is taken.
    package init(binding address: ListenAddress, isShared: Bool) throws {
        let resolved = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        let descriptor = socket(resolved.protocol.rawValue, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        var on: CInt = 1
        for option in isShared ? [SO_REUSEADDR, SO_REUSEPORT] : [SO_REUSEADDR] {
            setsockopt(descriptor, SOL_SOCKET, option, &on, socklen_t(MemoryLayout<CInt>.size))
        }
        guard resolved.withSockAddr({ bind(descriptor, $0, socklen_t($1)) }) == 0 else {
            let failure = IOError(errnoCode: errno, reason: "bind")
            close(descriptor)
            throw failure
        }
        self.init(address: address, descriptor: descriptor)
    }

    /// The port bound, which differs from the configured one when that is 0.
    package var port: Int {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeTemporaryAllocation(byteCount: Int(length), alignment: 8) { name in
            guard let start = name.baseAddress,
                getsockname(descriptor, start.assumingMemoryBound(to: sockaddr.self), &length) == 0
            else { return address.port }
            // Of both families: IPv4 and IPv6 keep the port in the same place.
            return Int(UInt16(bigEndian: start.load(fromByteOffset: 2, as: UInt16.self)))
        }
    }

    /// Accepts connections, with `bootstrap`'s handlers, until the channel is closed. The socket stays open.
    package func accept(with bootstrap: ServerBootstrap) -> EventLoopFuture<any Channel> {
        bootstrap.withBoundSocket(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)).map { channel in
            // The library has set its own backlog, which for a socket bound already cannot be chosen.
            listen(descriptor, Self.backlog)
            return channel
        }
    }

    /// Gives up the socket. Without another process that has it, connections are refused from now on, and those that wait
    /// are lost.
    package func giveUp() { close(descriptor) }
}
