// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import NIOCore

/// Stage 9: send what is left. The row is written by now, so that a client which has the whole answer finds it.
struct Finish {
    func callAsFunction(_ relayed: Relayed, _ settlement: Settlement, _ client: any Client) {
        client.worker = nil
        switch relayed.remainder {
        case .answer(var head, let body):
            AnswerFields.add(to: &head, relayed.admitted, attempt: relayed.attempt, attempts: relayed.attempts)
            AnswerFields.addCost(to: &head, settlement.cost)
            if settlement.usageSource.isApproximate, relayed.attempts <= 1 {
                head.add("x-sluice-degraded", "usage-estimated")
            }
            AnswerFields.addOverhead(to: &head, UInt64(clamping: settlement.overhead) * 1000)
            client.respond(head, body)
        case .lastPiece(let bytes):
            client.end(with: bytes)
        case .nothing:
            client.breakOff()
        }
    }
}
