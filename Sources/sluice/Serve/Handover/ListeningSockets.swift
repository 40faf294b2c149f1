// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayProxy
import Glibc
import NIOCore

/// Every socket that a process listens on.
struct ListeningSockets {
    /// One for each lane, or more.
    let data: [ListeningSocket]
    let tls: [ListeningSocket]
    let admin: ListeningSocket
    let health: ListeningSocket

    var management: [ListeningSocket] { [admin, health] }
    var all: [ListeningSocket] { data + tls + management }

    /// Takes of `inherited` what the configuration has a use for and binds what is missing. The rest is closed, and all of
    /// it when an address cannot be had.
    ///
    /// Any number of processes may bind a data address. A management address is bound by one and only passed on: two
    /// installations must not take turns in answering there.
    static func open(
        _ server: ServerConfiguration, lanes: Int, inherited: [ListeningSocket]
    ) throws(ListenError) -> ListeningSockets {
        var sources = Sources(inherited)
        defer { sources.closeUnused() }
        do throws(ListenError) {
            var tls: [ListeningSocket] = []
            if let address = server.tls?.address { tls = try sources.take(address, sharedBy: lanes, "TLS") }
            return ListeningSockets(
                data: try sources.take(server.data, sharedBy: lanes, "data"), tls: tls,
                admin: try sources.take(server.admin.address, "admin"),
                health: try sources.take(server.health, "health"))
        } catch {
            sources.closeTaken()
            throw error
        }
    }

    private struct Sources {
        private var unused: [ListenAddress: [ListeningSocket]]
        private var taken: [ListeningSocket] = []

        init(_ inherited: [ListeningSocket]) { unused = Dictionary(grouping: inherited, by: \.address) }

        /// At least `count` sockets, all on one port.
        mutating func take(
            _ address: ListenAddress, sharedBy count: Int, _ name: String
        ) throws(ListenError) -> [ListeningSocket] {
            var sockets = unused.removeValue(forKey: address) ?? []
            taken += sockets
            while sockets.count < count {
                let port = sockets.first?.port ?? address.port
                sockets.append(try bind(ListenAddress(host: address.host, port: port), name, isShared: true))
            }
            return sockets
        }

        mutating func take(_ address: ListenAddress, _ name: String) throws(ListenError) -> ListeningSocket {
            var inherited = unused[address] ?? []
            guard let socket = inherited.popLast() else { return try bind(address, name, isShared: false) }
            unused[address] = inherited
            taken.append(socket)
            return socket
        }

        private mutating func bind(
            _ address: ListenAddress, _ name: String, isShared: Bool
        ) throws(ListenError) -> ListeningSocket {
            do {
                let socket = try ListeningSocket(binding: address, isShared: isShared)
                taken.append(socket)
                return socket
            } catch {
                throw ListenError(address, name, error)
            }
        }

        func closeUnused() { for socket in unused.values.joined() { socket.giveUp() } }

        func closeTaken() { for socket in taken { socket.giveUp() } }
    }
}

/// Why an address cannot be listened on.
struct ListenError: Error {
    let message: String
    /// Whether another program has the address.
    let isTaken: Bool

    init(_ address: ListenAddress, _ name: String, _ error: any Error) {
        isTaken = (error as? IOError)?.errnoCode == EADDRINUSE
        let place = "cannot listen on \(address.host):\(address.port) (\(name))"
        message =
            isTaken
            ? "\(place): another program listens there. Stop it, or choose another address under `server`."
            : "\(place): \(error)"
    }
}
