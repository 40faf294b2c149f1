// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import GatewayDomain
import GatewayProxy
import Glibc
import Logging
import Synchronization

/// Passes an installation's addresses from one process to the next without losing a connection.
///
/// The processes that have a database, a data address and a health address in common have the same sockets, and one of them
/// accepts: the *leader*, who holds a name made from those. A process that starts asks the leader for its sockets, then to yield.
/// The one that yields goes on with the connections it has and *stands by*: should the leader end or stop before it does,
/// it leads again. A connection that comes in between waits in the sockets.
///
/// What they say to each other, all of it the caller's but for `end` and `yours`:
/// ```
/// on connecting      ◄ sockets, each address in one message or more ◄ end
/// a new process      ► yield     the leader accepts no more, lets go of the name  ◄ yours
/// one that yielded   ► standby   and waits for the end of the connection
/// ```
final class Handover: Sendable {
    /// Accepts connections, or does so no more; each returns when it is done.
    struct Accepting: Sendable {
        var begin: @Sendable () async -> Void
        var pause: @Sendable () async -> Void
    }

    private struct State {
        /// The leader that this process has its sockets from, until it has asked that to yield.
        var predecessor: LocalSocket?
        /// The name, once taken and until `run` leads.
        var door: LocalSocket?
        var offered: [ListeningSocket] = []
        var isLeading = true
        var standbys = 0
    }

    private enum Word {
        static let end = "end"
        static let yield = "yield"
        static let yours = "yours"
        static let standby = "standby"
    }

    /// The time for an answer. A process that takes longer is stuck, and is not waited for.
    private static let patience = DispatchTimeInterval.seconds(2)

    private let name: String
    private let logger: Logger
    private let state = Mutex(State())

    /// For the process that serves at these addresses from the database at `path`, which exists.
    init(_ server: ServerConfiguration, database path: String, logger: Logger) {
        let file = try? FileManager.default.attributesOfItem(atPath: path)
        var parts = ["sluice"]
        for number in [FileAttributeKey.systemNumber, .systemFileNumber] {
            parts.append(String(file?[number] as? UInt64 ?? 0, radix: 36))
        }
        for address in [server.data, server.health] {
            // Whoever takes any free port has it alone. Of a long host name the end tells as much as the beginning.
            parts.append(address.port == 0 ? "\(getpid())" : String("\(address.host):\(address.port)".suffix(35)))
        }
        name = parts.joined(separator: " ")
        self.logger = logger
    }

    /// Whether another process accepts in this one's place, or will as soon as this one does not.
    var isReplaceable: Bool { state.withLock { !$0.isLeading || $0.standbys > 0 } }

    // MARK: At the start

    /// The sockets of the process that leads now, if there is one.
    func inherit() async -> [ListeningSocket] {
        guard let (leader, sockets) = await asked() else { return [] }
        state.withLock { state in
            state.predecessor?.close()
            state.predecessor = leader
        }
        return sockets
    }

    /// Whoever leads now, and what it offers.
    private func asked() async -> (leader: LocalSocket, sockets: [ListeningSocket])? {
        guard let leader = connectedLeader() else { return nil }
        var sockets: [ListeningSocket] = []
        while let message = await leader.receive(within: Self.patience), message.text != Word.end {
            guard let address = ListenAddress(offer: message.text) else { continue }
            sockets += message.descriptors.map { ListeningSocket(address: address, descriptor: $0) }
        }
        return (leader, sockets)
    }

    private func connectedLeader() -> LocalSocket? {
        guard let leader = LocalSocket.connected(to: name) else { return nil }
        if leader.isOfSameUser { return leader }
        leader.close()
        return nil
    }

    /// Takes the lead, from whoever has it. When this returns, this process is to accept: also where the leader is stuck and
    /// does not yield.
    func lead(offering sockets: [ListeningSocket]) async {
        offer(sockets)
        var leader = state.withLock { state in
            defer { state.predecessor = nil }
            return state.predecessor
        }
        for _ in 0..<3 {
            if let leader, leader.send(Word.yield) { _ = await leader.receive(within: Self.patience) }
            let door = LocalSocket.holding(name)
            state.withLock { $0.door = door }
            // Which tells it that the name is taken.
            leader?.close()
            if door != nil { return }
            // Another new process was faster. Its sockets are those that this one has.
            let asked = await asked()
            for socket in asked?.sockets ?? [] { socket.giveUp() }
            leader = asked?.leader
        }
        leader?.close()
    }

    /// Offers these sockets, and none but these, to processes that start from now on.
    func offer(_ sockets: [ListeningSocket]) {
        state.withLock { $0.offered = sockets }
    }

    // MARK: While serving

    /// Leads and stands by in turn, until cancelled. When it returns, this process accepts no more and the name is free.
    func run(_ accepting: Accepting) async {
        var door = state.withLock { $0.door }
        while !Task.isCancelled {
            if let held = door {
                await lead(from: held, accepting)
                door = nil
            } else if let leader = connectedLeader() {
                await standBy(leader)
            } else {
                try? await Task.sleep(for: .milliseconds(100))
            }
            guard !Task.isCancelled else { break }
            door = LocalSocket.holding(name)
            guard door != nil, state.withLock({ !$0.isLeading }) else { continue }
            logger.notice("the process that took over is gone: accepting connections again")
            await accepting.begin()
            state.withLock { $0.isLeading = true }
        }
        if let door { await yield(door, to: nil, accepting) }
    }

    /// Waits until the process that leads has ended or let go of the name.
    private func standBy(_ leader: LocalSocket) async {
        leader.send(Word.standby)
        while let message = await leader.receive() {
            for descriptor in message.descriptors { close(descriptor) }
        }
        leader.close()
    }
}

// MARK: Leading

extension Handover {
    private enum Event {
        case called(LocalSocket)
        case said(LocalSocket, String)
        case left(LocalSocket)
    }

    /// Answers other processes until one of them is to lead, or until cancelled; then accepts no more and lets go of `door`.
    private func lead(from door: LocalSocket, _ accepting: Accepting) async {
        let (events, report) = AsyncStream.makeStream(of: Event.self)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { while let caller = await door.accepted() { report.yield(.called(caller)) } }
            var callers: [CInt: LocalSocket] = [:]
            var standbys: Set<CInt> = []
            var successor: LocalSocket?
            for await event in events {
                switch event {
                case .called(let caller) where caller.isOfSameUser && sendOffers(to: caller):
                    callers[caller.descriptor] = caller
                    group.addTask {
                        while let message = await caller.receive() { report.yield(.said(caller, message.text)) }
                        report.yield(.left(caller))
                    }
                case .said(let caller, Word.standby): standbys.insert(caller.descriptor)
                case .said(let caller, Word.yield): successor = caller
                case .called(let caller), .left(let caller):
                    callers[caller.descriptor] = nil
                    standbys.remove(caller.descriptor)
                    caller.close()
                case .said: break
                }
                state.withLock { $0.standbys = standbys.count }
                if successor != nil { break }
            }
            group.cancelAll()
            await group.waitForAll()
            await yield(door, to: successor, accepting)
            for caller in callers.values { caller.close() }
            report.finish()
            for await case .called(let caller) in events { caller.close() }
        }
    }

    /// Nobody else may accept before this process does so no more, nor take the name before `successor`.
    private func yield(_ door: LocalSocket, to successor: LocalSocket?, _ accepting: Accepting) async {
        state.withLock { state in
            state.isLeading = false
            state.standbys = 0
        }
        await accepting.pause()
        door.close()
        guard let successor else { return }
        logger.notice("another process takes over: accepting no more connections")
        if successor.send(Word.yours) { _ = await successor.receive(within: Self.patience) }
    }

    /// Sends what is offered; false when the caller does not take it. Under the lock, so that whoever has withdrawn an offer
    /// may close its sockets.
    private func sendOffers(to caller: LocalSocket) -> Bool {
        state.withLock { state in
            for (address, sockets) in Dictionary(grouping: state.offered, by: \.address) {
                var rest = sockets.map(\.descriptor)[...]
                while !rest.isEmpty {
                    guard caller.send(address.offer, Array(rest.prefix(LocalSocket.descriptorLimit))) else {
                        return false
                    }
                    rest = rest.dropFirst(LocalSocket.descriptorLimit)
                }
            }
            return caller.send(Word.end)
        }
    }
}

extension ListenAddress {
    /// The message that goes with sockets of this address.
    fileprivate var offer: String { "\(port) \(host)" }

    fileprivate init?(offer: String) {
        let parts = offer.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let port = Int(parts[0]) else { return nil }
        self.init(host: String(parts[1]), port: port)
    }
}
