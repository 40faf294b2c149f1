// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import NIOCore

/// Stage 7: pass the answer on. Decides by the answer's head which kind of answer it is; each kind has its own file.
struct Relay {
    let lane: LaneContext

    func callAsFunction(_ asked: Asked, _ admitted: Admitted, _ client: any Client) async -> Relayed {
        var relayed = await relay(asked, admitted, client)
        // A call that was drained, or whose last bytes crossed with the client's leaving: billed for what it was, but
        // nobody was there to have it whole.
        if client.isGone { relayed.noteDeparture() }
        return relayed
    }

    private func relay(_ asked: Asked, _ admitted: Admitted, _ client: any Client) async -> Relayed {
        switch asked {
        case .failed(let attempt, let attempts, let failure):
            return failed(admitted, attempt, attempts, failure)
        case .answered(let answered):
            switch answered.head.status {
            case 200..<300 where answered.admitted.decoded.facts.streams:
                return await stream(answered, client)
            case 200..<300:
                return await whole(answered)
            case 300..<400:
                answered.call.cancel()
                return refused(
                    answered,
                    GatewayFailure(.providerBroken, "The provider answered with a redirect, which is never followed."),
                    measured: .nothing)
            default:
                return await providerError(answered)
            }
        }
    }

    /// The call that no provider answered.
    private func failed(
        _ admitted: Admitted, _ attempt: Planned.Attempt?, _ attempts: Int, _ failure: CallFailure
    ) -> Relayed {
        let told = Self.tell(failure)
        // A provider that we stopped waiting for may have worked, and may bill; one that broke the connection before
        // answering, or was never reached, has delivered nothing.
        let mayBill: Bool =
            switch failure.kind {
            case .firstByteTimeout, .idleTimeout, .totalTimeout, .stopped: !failure.isUnprocessed
            case .unreachable, .busy, .connectTimeout, .broken: false
            }
        let measured = mayBill ? admitted.decoded.undelivered : .nothing
        return Relayed(
            admitted: admitted, remainder: remainder(told, failure, admitted),
            status: failure.kind == .stopped(.clientGone) ? 499 : told.status, ending: Self.ending(failure),
            usage: measured.usage, usageSource: measured.source, attempt: attempt, attempts: attempts)
    }

    private func remainder(_ told: GatewayFailure, _ failure: CallFailure, _ admitted: Admitted) -> Relayed.Remainder {
        if failure.kind == .stopped(.clientGone) { return .nothing }
        let answer = ErrorAnswer(told, admitted.decoded.endpoint.dialect, requestID: admitted.received.requestID)
        return .answer(answer.head, answer.body)
    }

    /// A success that is no answer the client can be given. The provider says that it has worked, and may bill.
    func unusable(_ answered: Answered, _ failure: GatewayFailure) -> Relayed {
        refused(answered, failure, measured: answered.admitted.decoded.undelivered)
    }

    /// An answer that is not one the client can be given.
    func refused(
        _ answered: Answered, _ failure: GatewayFailure, ending: Ending = .providerFailed, measured: MeteredUsage
    ) -> Relayed {
        let admitted = answered.admitted
        let answer = ErrorAnswer(failure, admitted.decoded.endpoint.dialect, requestID: admitted.received.requestID)
        return relayed(
            answered, .answer(answer.head, answer.body), status: failure.status, ending: ending, measured: measured)
    }

    /// Fills in what the call itself knows.
    func relayed(
        _ answered: Answered, _ remainder: Relayed.Remainder, status: Int, ending: Ending, measured: MeteredUsage
    ) -> Relayed {
        Relayed(
            admitted: answered.admitted, remainder: remainder, status: status, ending: ending, usage: measured.usage,
            usageSource: measured.source, attempt: answered.attempt, attempts: answered.attempts,
            sentAt: answered.call.sentAt, connecting: answered.call.connecting)
    }

    static func ending(_ failure: CallFailure) -> Ending {
        switch failure.kind {
        case .stopped(.clientGone): .clientGone
        case .stopped(.shutDown): .shutDown
        case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout: .timedOut
        case .unreachable, .busy, .broken: .providerFailed
        }
    }

    /// What the client is told of a failed call: the phase, never an address.
    static func tell(_ failure: CallFailure) -> GatewayFailure {
        switch failure.kind {
        case .unreachable:
            GatewayFailure(.providerUnreachable, "The provider could not be reached.")
        case .busy:
            GatewayFailure(
                .providerBusy, "All connections to the provider are in use and none came free in time.", retryAfter: 1)
        case .connectTimeout:
            GatewayFailure(.providerTimeout, "The provider did not accept a connection in time.")
        case .firstByteTimeout:
            GatewayFailure(.providerTimeout, "The provider did not begin to answer in time.")
        case .idleTimeout:
            GatewayFailure(.providerTimeout, "The provider's answer stopped coming before it was complete.")
        case .totalTimeout:
            GatewayFailure(.providerTimeout, "The provider's answer was not complete in time.")
        case .broken:
            GatewayFailure(.providerBroken, "The connection to the provider broke before its answer was complete.")
        case .stopped:
            .draining
        }
    }
}
