// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import NIOCore
import NIOPosix
import Synchronization

/// What all lanes wrote down, and whether each did so on its own loop.
final class Books: Sendable {
    private struct State {
        var open: [UInt64: Opening] = [:]
        var opened: UInt64 = 0
        var rows: [Settlement] = []
        var refusals: [Refusal] = []
        var visitsOffLoop = 0
        var threads: Set<UInt64> = []
    }

    private let state = Mutex(State())

    var rows: [Settlement] { state.withLock(\.rows) }
    var refusals: [Refusal] { state.withLock(\.refusals) }
    var openCount: Int { state.withLock { $0.open.count } }
    var visitsOffLoop: Int { state.withLock(\.visitsOffLoop) }

    fileprivate func open(_ opening: Opening) -> Reservation {
        state.withLock { state in
            state.opened += 1
            state.open[state.opened] = opening
            return Reservation(row: opening.row, place: state.opened)
        }
    }

    fileprivate func close(_ reservation: Reservation?, _ row: Settlement) {
        state.withLock { state in
            // A reservation closed twice shows as a row too many.
            if let reservation { state.open[reservation.place] = nil }
            state.rows.append(row)
        }
    }

    fileprivate func refuse(_ refusal: Refusal) { state.withLock { $0.refusals.append(refusal) } }

    func visited(isOnLoop: Bool) {
        if !isOnLoop { state.withLock { $0.visitsOffLoop += 1 } }
    }
}

/// One lane's ledger and observer.
final class LaneBooks: LaneLedger, SettlementObserver {
    private let books: Books
    private let loop: any EventLoop

    init(_ books: Books, _ loop: any EventLoop) {
        self.books = books
        self.loop = loop
    }

    private func visit() { books.visited(isOnLoop: loop.inEventLoop) }

    func open(_ opening: Opening) throws(GatewayFailure) -> Reservation {
        visit()
        return books.open(opening)
    }

    func note(_ reservation: Reservation, deliveredTokens: Int64) { visit() }

    func settle(_ reservation: Reservation, _ settlement: Settlement) {
        visit()
        books.close(reservation, settlement)
    }

    func record(_ settlement: Settlement) {
        visit()
        books.close(nil, settlement)
    }

    func observe(_ settlement: Settlement, route: String?, refusal: GatewayFailure.Code?) { visit() }

    func observe(_ lookup: ModelLookup, refusal: GatewayFailure.Code?) { visit() }

    func observeRefusal(_ refusal: Refusal) {
        visit()
        books.refuse(refusal)
    }
}

/// A hasher that is told apart keys by their bytes, and notes whether a loop's thread asks.
struct NotingHasher: KeyHashing {
    let books: Books

    func digest(of key: UnsafeRawBufferPointer) -> KeyDigest {
        books.visited(isOnLoop: MultiThreadedEventLoopGroup.currentEventLoop != nil)
        return Self.digest(key)
    }

    static func digest(_ key: UnsafeRawBufferPointer) -> KeyDigest {
        var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: key.count), count: KeyDigest.size)
        for (index, byte) in key.enumerated() {
            bytes[index % KeyDigest.size] = bytes[index % KeyDigest.size] &* 31 &+ byte
        }
        guard let digest = KeyDigest(bytes: bytes) else { preconditionFailure("32 bytes make a digest") }
        return digest
    }
}
