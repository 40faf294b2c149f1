// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import NIOCore

/// Deadlines, and what a shutdown asks.
extension HTTP1Connection {
    /// Milliseconds after which a client that is taking the rest of an answer is looked at again.
    static let lookAgain = 1000

    func checkTimes(now: UInt64) {
        if case .exchanging = phase {
            checkExchange(now)
        } else if now >= deadline, !isTakingAnswer(now) {
            endPhase()
        }
    }

    private func checkExchange(_ now: UInt64) {
        if reader.isOver(at: now) {
            context?.close(promise: nil)
        } else if body.checkPace(at: now) {
            answer.keepsAlive = false
        }
    }

    private func endPhase() {
        deadline = .max
        if case .waiting = phase, input.count > 0 {
            refuse(GatewayFailure(.requestTimeout, "The request head did not come in time."), status: 408)
            closeAfterFlush()
        } else {
            context?.close(promise: nil)
        }
    }

    /// Whether the client is still taking an answer that was sent whole. When it has taken the last of it, the phase's own
    /// time begins; when it has stopped, the connection is closed with the rest unsent.
    private func isTakingAnswer(_ now: UInt64) -> Bool {
        let progress = unsent.look(left: unsentNow, at: now, idle: lane.limits.writeIdle)
        switch progress {
        case .none: return false
        case .taking: deadline = now.adding(milliseconds: Self.lookAgain)
        case .finished: deadline = now.adding(milliseconds: timeAfterAnswer)
        case .stalled:
            deadline = .max
            context?.close(promise: nil)
        }
        return true
    }

    private var timeAfterAnswer: Int {
        guard case .waiting = phase else { return Self.lookAgain }
        return input.isInHead ? lane.limits.headerTime : lane.idleTime
    }

    /// Bytes of answers that have not left yet.
    private var unsentNow: Int { (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    func stopTakingRequests() {
        // An answer under way has promised to keep the connection, and a request may be on its way on one that is idle:
        // whoever is replaced keeps such promises.
        if lane.leaving == .replaced {
            guard case .waiting = phase, input.count == 0 else { return }
            deadline = min(deadline, lane.clock.now.adding(milliseconds: lane.idleTime))
            return
        }
        guard case .waiting = phase, input.count == 0 else {
            answer.keepsAlive = false
            return
        }
        // What of the last answer has not left yet still does.
        if unsentNow > 0 { closeAfterFlush() } else { context?.close(promise: nil) }
    }
}
