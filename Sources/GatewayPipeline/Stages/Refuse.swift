// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import NIOCore

/// A request head on its way to becoming a `Received`, or a refusal.
struct Arrival {
    let head: RequestHead
    let lane: LaneContext
    let startedAt: Timestamp
    let startedNanoseconds: UInt64
    let identity: RequestIdentity

    init(_ head: RequestHead, _ lane: LaneContext) {
        self.head = head
        self.lane = lane
        startedAt = lane.clock.wallClock
        startedNanoseconds = lane.clock.now
        identity = RequestIdentity(head.fields, startedAt: startedAt, random: &lane.random)
    }

    func receive() throws(GatewayFailure) -> Received {
        guard !lane.isDraining else { throw .draining }
        let route = try RouteTable.find(path: head.target.path, method: head.method)
        return Received(
            identity: identity, startedAt: startedAt, startedNanoseconds: startedNanoseconds, head: head, route: route,
            compiled: lane.compiled)
    }

    /// The dialect to tell an error in. Where there is no route, the path and the fields still hint at it.
    var dialect: Dialect {
        if head.target.path.starts(with: "/v1/messages".utf8) { return .anthropic }
        guard head.target.path.starts(with: "/v1/models".utf8) else { return .openAI }
        return head.fields.speaksAnthropic ? .anthropic : .openAI
    }
}

extension Received {
    var dialect: Dialect { route.dialect(anthropicHeaders: head.fields.speaksAnthropic) }
}

extension FieldTable {
    /// Whether the caller is an Anthropic SDK, which is all that tells the two model lists apart.
    var speaksAnthropic: Bool {
        entries.contains { $0.known == .other && bytes[$0.name].elementsEqual("anthropic-version".utf8) }
    }
}

extension GatewayFailure {
    /// What whoever meets a gateway that stops is told.
    static let draining = GatewayFailure(
        .draining, "The gateway is shutting down; try again.", retryAfter: 1)
}

/// Tells callers why they are refused.
struct Refuse {
    let lane: LaneContext

    /// Refuses a request whose caller is not known: logged and counted, but nobody's row in the ledger.
    func stranger(_ arrival: Arrival, _ failure: GatewayFailure, _ client: any Client) {
        let requestID = arrival.identity.requestID
        let dialect = arrival.dialect
        var answer = ErrorAnswer(failure, dialect, requestID: requestID)
        AnswerFields.addIdentity(to: &answer.head, requestID: requestID, dialect: dialect)
        client.respond(answer.head, answer.body)
        let elapsed = lane.clock.now &- arrival.startedNanoseconds
        lane.observer.observeRefusal(
            Refusal(
                requestID: requestID, code: failure.code, status: failure.status,
                path: String(decoding: arrival.head.target.path.prefix(128), as: UTF8.self),
                startedAt: arrival.startedAt, latency: Int64(clamping: elapsed / 1000)))
    }

    /// Refuses a caller who is known, and whose row is written.
    func caller(_ identified: Identified, _ departure: Departure, _ client: any Client) {
        switch departure {
        case .clientGone:
            client.breakOff()
        case .refused(let failure):
            let received = identified.received
            var answer = ErrorAnswer(failure, received.dialect, requestID: received.requestID)
            AnswerFields.addIdentity(to: &answer.head, requestID: received.requestID, dialect: received.dialect)
            client.respond(answer.head, answer.body)
        }
    }
}
