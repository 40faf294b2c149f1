// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import NIOCore

/// Answers, and what becomes of the connection after each.
extension HTTP1Connection {
    /// How much of an unwanted body is read, and for how many milliseconds, so that the client sees the answer.
    private static let discardLimit = 1 << 20
    private static let discardTime = 2000

    func respond(_ head: ResponseHead, _ body: ByteBuffer) {
        settleConnection()
        for piece in answer.whole(head, body) { put(piece) }
        context?.flush()
    }

    func begin(_ head: ResponseHead) {
        settleConnection()
        answer.begin(head)
    }

    func flush() {
        guard let pending = answer.takePending() else { return }
        put(pending)
        context?.flush()
    }

    func send(_ bytes: ByteBuffer) {
        for piece in answer.piece(bytes) { put(piece) }
        context?.flush()
    }

    func end(with bytes: ByteBuffer) {
        for piece in answer.last(bytes) { put(piece) }
        context?.flush()
    }

    func breakOff() {
        answer.keepsAlive = false
        answer.isBroken = true
    }

    func sendContinue() {
        put(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        context?.flush()
    }

    private func put(_ piece: ByteBuffer) {
        context?.write(wrapOutboundOut(piece), promise: nil)
    }

    /// Decides, when an answer begins, whether the connection outlives it. A body that has not come to its end cannot be
    /// told from the next request, so such a connection does not.
    private func settleConnection() {
        if !body.isComplete || lane.leaving != nil { answer.keepsAlive = false }
    }

    func exchangeEnded() {
        worker = nil
        guard !isGone, let context else { return }
        if answer.isBroken {
            context.close(promise: nil)
        } else if answer.keepsAlive {
            startPhase(.waiting, milliseconds: isTakingRequests ? lane.idleTime : Self.lookAgain)
            lane.executor.enter { process() }
            resumeReading()
        } else if body.isComplete {
            closeAfterFlush()
        } else {
            startPhase(.discarding(left: Self.discardLimit), milliseconds: Self.discardTime)
            lane.executor.enter { process() }
            resumeReading()
        }
    }
}
