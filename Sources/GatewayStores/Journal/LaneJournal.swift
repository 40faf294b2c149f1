// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Synchronization

/// A lane's own part of the journal. All it does on the way of a request is store into mapped memory.
///
/// Invariant: the segments it holds have room for the settlement of every open call, whatever its length. Opening a
/// call keeps this true or fails; so a settlement never fails.
final class LaneJournal: LaneLedger {
    private let journal: Journal
    private let chain: Chain
    private var current: Segment?
    private var offset = 0
    private var sequence: UInt32 = 0
    private var spares: [Segment] = []
    private var calls = OpenCalls()

    init(journal: Journal) {
        self.journal = journal
        chain = journal.makeChain()
    }

    func open(_ opening: Opening) throws(GatewayFailure) -> Reservation {
        guard journal.isAccepting, hasRoom(for: calls.count + 2), let segment = writable() else {
            throw GatewayFailure(
                .ledgerUnavailable, "The gateway cannot write down calls at the moment. Try again in a few seconds.",
                retryAfter: 5)
        }
        let start = offset
        offset = segment.append(.opening, at: start) { OpeningRecord.write(opening, to: &$0) }
        let call = OpenCall(
            place: RecordPlace(sequence: sequence, offset: start), record: segment.record(at: start),
            length: offset - start - SegmentLayout.recordHeaderSize)
        let ticket = calls.insert(call)
        chain.openCalls.store(calls.count, ordering: .relaxed)
        return Reservation(row: opening.row, place: ticket)
    }

    func note(_ reservation: Reservation, deliveredTokens: Int64) {
        guard let call = calls[reservation.place] else { return }
        call.record.atomicWord(at: SegmentLayout.noteOffset)
            .pointee.store(Note(deliveredTokens: deliveredTokens).word, ordering: .relaxed)
    }

    func settle(_ reservation: Reservation, _ settlement: Settlement) {
        guard let call = calls.remove(reservation.place) else { return }
        chain.openCalls.store(calls.count, ordering: .relaxed)
        guard let segment = writable() else {
            preconditionFailure("room for every settlement is held from its opening on")
        }
        offset = segment.append(.settlement, at: offset) {
            SettlementRecord.write(settlement, row: reservation.row, opening: call.place, to: &$0)
        }
    }

    func record(_ settlement: Settlement) {
        guard hasRoom(for: calls.count + 1), let segment = writable() else {
            journal.countDroppedRefusal()
            return
        }
        offset = segment.append(.settlement, at: offset) {
            SettlementRecord.write(settlement, row: settlement.row, opening: nil, to: &$0)
        }
    }

    // MARK: Room

    private var currentRoom: Int {
        current.map { SegmentLayout.room(behind: offset, in: $0.size) } ?? 0
    }

    private var roomInSegment: Int {
        SegmentLayout.room(behind: SegmentLayout.headerSize, in: journal.shelf.segmentSize)
    }

    private var spareRoom: Int { spares.count * roomInSegment }

    /// Whether `records` more fit into the segments at hand, if need be after taking further ones.
    private func hasRoom(for records: Int) -> Bool {
        while currentRoom + spareRoom < records {
            guard let segment = journal.shelf.take() else { return false }
            spares.append(segment)
        }
        return true
    }

    /// The segment to write the next record into: the current one while a record of any length fits, then a spare.
    private func writable() -> Segment? {
        if currentRoom == 0 { startSpare() }
        return current
    }

    private func startSpare() {
        guard !spares.isEmpty else {
            current = nil
            return
        }
        let segment = spares.removeFirst()
        sequence += 1
        offset = SegmentLayout.headerSize
        segment.start(chain: chain.number, sequence: sequence)
        chain.append(segment)
        current = segment
        moveOldCalls(to: segment)
        returnSurplus()
    }

    /// Gives back what a burst of open calls needed and the present ones do not, but for some slack.
    private func returnSurplus() {
        while spareRoom > calls.count + 2 * roomInSegment, let segment = spares.popLast() {
            journal.shelf.giveBack(segment)
        }
    }

    /// Moves the openings of long calls up from old segments, so that a few long streams among many short calls do not
    /// keep every segment since their start. A segment is old when it is further back than four times what the open
    /// calls themselves would fill, so this never writes more than a fraction of what the calls do. Room stays for the
    /// record that made the lane start the segment, and if that is an opening, for its settlement.
    private func moveOldCalls(to segment: Segment) {
        let filled = (calls.bytes + calls.count * SegmentLayout.recordHeaderSize) / segment.size
        let horizon = UInt32(clamping: 8 + 4 * filled)
        guard sequence > horizon else { return }
        let needed = calls.count + 2
        calls.moveCalls(before: sequence - horizon) { call in
            guard offset < segment.size / 4, currentRoom + spareRoom > needed else { return nil }
            let start = offset
            offset = segment.appendMoved(call, at: start)
            return OpenCall(
                place: RecordPlace(sequence: sequence, offset: start), record: segment.record(at: start),
                length: call.length)
        }
    }
}
