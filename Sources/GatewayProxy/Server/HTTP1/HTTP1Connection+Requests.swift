// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import NIOCore

/// Requests: heads begin exchanges, bodies go to them.
extension HTTP1Connection {
    /// Takes as much of the input as the present phase has a use for.
    func process() {
        do throws(HTTPFault) {
            while try step() {}
        } catch {
            refuse(error)
        }
        input.releaseIfEmpty()
    }

    /// One step; false when there is nothing to do until more comes.
    private func step() throws(HTTPFault) -> Bool {
        switch phase {
        case .waiting: return isTakingRequests ? try takeHead() : false
        case .exchanging: return takeBody()
        case .discarding(let left): return try discardBody(left)
        case .closing:
            input.clear()
            return false
        }
    }

    private func takeHead() throws(HTTPFault) -> Bool {
        let wasInHead = input.isInHead
        guard let bytes = try input.takeHead(limit: lane.limits.header) else {
            // From its first byte on a head has its own time, not the rest of the connection's idle time.
            if input.isInHead, !wasInHead {
                deadline = min(deadline, lane.clock.now.adding(milliseconds: lane.limits.headerTime))
            }
            return false
        }
        let limits = HeadLimits(bytes: lane.limits.header, fields: lane.limits.headerFields)
        begin(try RequestHead(parsing: bytes.readableBytesUInt8Span, limits: limits))
        return true
    }

    private func begin(_ head: RequestHead) {
        phase = .exchanging
        unsent = UnsentAnswer()
        input.beginBody(head.framing)
        let pace = BodyPace(idle: lane.limits.bodyIdle, from: lane.clock.now)
        body = RequestBody(of: head, isShared: false, pace: pace)
        answer = AnswerWriter(
            isHead: head.method == .head, isHTTP10: head.isHTTP10,
            keepsAlive: head.keepsAlive && lane.leaving == nil)
        // What has come of the body is taken before the pipeline asks for it.
        while takeBody() {}
        lane.serve(head, self)
    }

    private func takeBody() -> Bool {
        if body.isComplete { return false }
        do throws(HTTPFault) {
            switch try input.takeBody() {
            case .piece(let piece):
                body.append(piece, at: lane.clock.now)
                return true
            case .needMore: return false
            case .end:
                body.complete()
                return false
            }
        } catch {
            // The exchange under way is told and answers; the connection cannot be used again.
            answer.keepsAlive = false
            body.fail(.faulty(error))
            return false
        }
    }

    private func discardBody(_ left: Int) throws(HTTPFault) -> Bool {
        switch try input.takeBody() {
        case .piece(let piece) where piece.readableBytes <= left:
            phase = .discarding(left: left - piece.readableBytes)
            return true
        case .needMore: return false
        case .piece, .end:
            closeAfterFlush()
            return false
        }
    }

    /// Answers bytes that are not a request, and closes.
    private func refuse(_ fault: HTTPFault) {
        if case .waiting = phase { refuse(GatewayFailure(fault), status: fault.status) }
        closeAfterFlush()
    }

    /// Answers before any exchange has begun.
    func refuse(_ failure: GatewayFailure, status: Int) {
        answer = AnswerWriter(isHead: false, keepsAlive: false)
        let refusal = lane.refuse(failure, status: status)
        respond(refusal.head, refusal.body)
    }
}
