// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats

/// A request that may spend money: its reservation is written down.
struct Admitted {
    let planned: Planned
    let reservation: Reservation

    var decoded: Decoded { planned.decoded }
    var received: Received { planned.received }
}

/// Stage 5: reserve the worst case before anything is spent. From here on every way out passes `Settle` exactly once.
struct Admit {
    let lane: LaneContext

    func callAsFunction(_ planned: Planned) throws(GatewayFailure) -> Admitted {
        guard let first = planned.attempts.first else {
            throw GatewayFailure(.internalError, "The plan has no attempt.")
        }
        let received = planned.received
        let key = planned.decoded.identified.key.key
        let opening = Opening(
            row: received.row, requestID: received.requestID, traceID: received.traceID, startedAt: received.startedAt,
            keyID: key.id, keyName: key.name, endpoint: planned.decoded.endpoint,
            modelAsked: planned.decoded.facts.model, provider: first.outbound.provider.name, modelServed: first.model,
            streamed: planned.decoded.facts.streams, estimatedPrompt: planned.decoded.facts.estimatedPrompt,
            prices: first.prices, reserved: worstCase(planned))
        return Admitted(planned: planned, reservation: try lane.ledger.open(opening))
    }

    /// The most that any attempt of the plan can cost; nil where the output is not bounded or a price is not known.
    private func worstCase(_ planned: Planned) -> NanoDollars? {
        let facts = planned.decoded.facts
        guard let output = facts.maxOutputTokens else { return nil }
        let (completion, overflow) = output.multipliedReportingOverflow(by: facts.choices)
        guard !overflow else { return nil }
        let usage = Usage(prompt: facts.estimatedPrompt, completion: completion)
        var worst = NanoDollars.zero
        for attempt in planned.attempts {
            guard let cost = attempt.prices?.cost(of: usage) else { return nil }
            worst = max(worst, cost)
        }
        return worst
    }
}
