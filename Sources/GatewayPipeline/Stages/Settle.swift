// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats

/// Stage 8: write down what the call was, used and cost. It never fails and is passed exactly once by every call that
/// was admitted.
struct Settle {
    let lane: LaneContext

    func callAsFunction(_ relayed: Relayed) -> Settlement {
        let settlement = settlement(relayed)
        lane.ledger.settle(relayed.admitted.reservation, settlement)
        return settlement
    }

    /// The row of an admitted call.
    private func settlement(_ relayed: Relayed) -> Settlement {
        let now = lane.clock.now
        let admitted = relayed.admitted
        let received = admitted.received
        var row = Self.row(admitted.decoded.identified, status: relayed.status, ending: relayed.ending)
        row.endpoint = admitted.decoded.endpoint
        row.modelAsked = admitted.decoded.facts.model
        row.streamed = admitted.decoded.facts.streams
        row.provider = relayed.attempt?.outbound.provider.name
        row.modelServed = relayed.attempt?.model
        row.usage = relayed.usage
        row.usageSource = relayed.usageSource
        row.cost = cost(relayed)
        row.latency = Self.microseconds(from: received.startedNanoseconds, to: now)
        row.firstToken = relayed.firstTokenAt.map { Self.microseconds(from: received.startedNanoseconds, to: $0) }
        row.overhead = Int64(clamping: overhead(relayed, now) / 1000)
        row.attempts = relayed.attempts
        return row
    }

    private func overhead(_ relayed: Relayed, _ now: UInt64) -> UInt64 {
        guard let sentAt = relayed.sentAt else { return 0 }
        let before = Overhead.before(relayed.admitted.decoded, sentAt: sentAt, connecting: relayed.connecting)
        guard let answeredAt = relayed.answeredAt, now > answeredAt else { return before }
        return before + (now - answeredAt)
    }

    /// What was used times the prices at admission. Nothing used costs nothing, whether or not there is a price.
    private func cost(_ relayed: Relayed) -> Cost {
        if relayed.usageSource == .none { return .priced(.zero) }
        guard let cost = relayed.attempt?.prices?.cost(of: relayed.usage) else { return .unpriced }
        return .priced(cost)
    }

    /// Writes down a call that was refused after its caller was known. Nothing was reserved.
    func refused(_ identified: Identified, _ decoded: Decoded?, _ endpoint: Endpoint, _ departure: Departure) {
        var row: Settlement
        var refusal: GatewayFailure.Code?
        switch departure {
        case .clientGone: row = Self.row(identified, status: 499, ending: .clientGone)
        case .refused(let failure):
            row = Self.row(identified, status: failure.status, ending: .refused)
            refusal = failure.code
        }
        row.endpoint = endpoint
        row.modelAsked = decoded?.facts.model ?? ""
        row.streamed = decoded?.facts.streams ?? false
        row.latency = Self.microseconds(from: identified.received.startedNanoseconds, to: lane.clock.now)
        lane.ledger.record(row)
        lane.observer.observe(row, route: nil, refusal: refusal)
    }

    private static func row(_ identified: Identified, status: Int, ending: Ending) -> Settlement {
        let received = identified.received
        return Settlement(
            row: received.row, requestID: received.requestID, traceID: received.traceID, startedAt: received.startedAt,
            keyID: identified.key.key.id, keyName: identified.key.key.name, endpoint: .chatCompletions, modelAsked: "",
            status: status, ending: ending)
    }

    private static func microseconds(from start: UInt64, to end: UInt64) -> Int64 {
        end > start ? Int64(clamping: (end - start) / 1000) : 0
    }
}
