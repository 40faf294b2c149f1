// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

/// A ledger in memory that holds the pipeline to its contract: every reservation is closed once, and none is closed that
/// was not made.
final class RecordingLedger: LaneLedger {
    private let timeline: Timeline
    private(set) var openings: [Opening] = []
    private(set) var notes: [Int64] = []
    /// Rows that closed a reservation.
    private(set) var settled: [Settlement] = []
    /// Rows of calls refused before a reservation.
    private(set) var recorded: [Settlement] = []
    private var open: [UInt64: RowID] = [:]
    var isUnavailable = false

    init(_ timeline: Timeline) { self.timeline = timeline }

    var openCount: Int { open.count }
    var rows: [Settlement] { settled + recorded }

    func open(_ opening: Opening) throws(GatewayFailure) -> Reservation {
        if isUnavailable { throw GatewayFailure(.ledgerUnavailable, "The ledger cannot be written.") }
        timeline.note(.opened)
        openings.append(opening)
        let reservation = Reservation(row: opening.row, place: UInt64(openings.count))
        open[reservation.place] = opening.row
        return reservation
    }

    func note(_ reservation: Reservation, deliveredTokens: Int64) {
        #expect(open[reservation.place] == reservation.row, "noted on a reservation that is not open")
        #expect(deliveredTokens >= notes.last ?? 0, "delivered tokens went down")
        notes.append(deliveredTokens)
    }

    func settle(_ reservation: Reservation, _ settlement: Settlement) {
        #expect(open.removeValue(forKey: reservation.place) == reservation.row, "settled what is not open")
        #expect(settlement.row == reservation.row)
        timeline.note(.settled)
        settled.append(settlement)
    }

    func record(_ settlement: Settlement) {
        timeline.note(.recorded)
        recorded.append(settlement)
    }
}

/// Keeps what an observer is told.
final class RecordingObserver: SettlementObserver {
    private(set) var settlements: [Settlement] = []
    private(set) var routes: [String?] = []
    private(set) var refusals: [Refusal] = []
    private(set) var lookups: [ModelLookup] = []
    /// Why callers who are known were refused; nil for those who were not.
    private(set) var codes: [GatewayFailure.Code?] = []

    func observe(_ settlement: Settlement, route: String?, refusal: GatewayFailure.Code?) {
        settlements.append(settlement)
        routes.append(route)
        codes.append(refusal)
    }

    func observe(_ lookup: ModelLookup, refusal: GatewayFailure.Code?) {
        lookups.append(lookup)
        codes.append(refusal)
    }

    func observeRefusal(_ refusal: Refusal) { refusals.append(refusal) }
}
