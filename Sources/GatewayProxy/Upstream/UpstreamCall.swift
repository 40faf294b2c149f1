// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import NIOCore

/// One call to a provider: waits for a connection, sends the request, takes the answer in as fast as it is asked for.
///
/// `@unchecked Sendable`: confined to its lane's event loop.
final class UpstreamCall: ProviderCall, Watched, @unchecked Sendable {
    private enum State {
        case waitingForConnection
        case waitingForHead
        case readingBody
        case finished
    }

    let request: ProviderRequest
    var watchIndex = -1
    /// Whether it waits for another call's connection rather than for one of its own to be made; kept by the pool.
    var isQueued = false
    private let pools: UpstreamPools
    private let clock: any LaneClock
    private var state = State.waitingForConnection
    private var connection: UpstreamConnection?
    private var answer: AnswerHead?
    /// What has come and is not yet taken. One buffer, to which later pieces are copied: each piece as it comes is a view
    /// of a receive buffer many times its size, and a queue of views would hold all of those.
    private var held = ByteBuffer()
    private var isWhole = false
    private var failure: CallFailure?
    private var headWaiter: UnsafeContinuation<Void, Never>?
    private var pieceWaiter: UnsafeContinuation<Void, Never>?
    private let startedAt: UInt64
    private let totalDeadline: UInt64
    private var phaseDeadline: UInt64
    private(set) var sentAt: UInt64 = 0
    private(set) var connecting: UInt64 = 0
    /// How often the request moved to another connection because the one it was given had gone stale.
    private var moves = 0

    init(_ request: ProviderRequest, _ pools: UpstreamPools) {
        self.request = request
        self.pools = pools
        clock = pools.clock
        startedAt = clock.now
        let deadlines = request.to.provider.deadlines
        totalDeadline = request.since.adding(milliseconds: deadlines.total)
        phaseDeadline = startedAt.adding(milliseconds: deadlines.connect)
    }

    private var deadlines: Deadlines { request.to.provider.deadlines }

    // MARK: ProviderCall

    func head() async throws(CallFailure) -> AnswerHead {
        if answer == nil, failure == nil { await withUnsafeContinuation { headWaiter = $0 } }
        if let answer { return answer }
        throw failure ?? CallFailure(.broken, "the call ended without an answer")
    }

    func next() async throws(CallFailure) -> ByteBuffer? {
        if !hasMore { await withUnsafeContinuation { pieceWaiter = $0 } }
        if let piece = takePieces() { return piece }
        if let failure { throw failure }
        return nil
    }

    var hasMore: Bool { held.readableBytes > 0 || isWhole || failure != nil }

    /// Everything that has come, as one piece.
    private func takePieces() -> ByteBuffer? {
        guard held.readableBytes > 0 else { return nil }
        let taken = held
        held = ByteBuffer()
        // A provider that was paused is not to blame for that time.
        if connection?.resumeReading() == true { phaseDeadline = clock.now.adding(milliseconds: deadlines.idle) }
        return taken
    }

    /// Whether something has come that the consumer has not taken, because its client is slow. Until it has, the provider
    /// is read no further: what one read gives is all that waits here.
    var isAhead: Bool { held.readableBytes > 0 }

    func release() {
        connection?.discardRest()
        finish()
    }

    func cancel() {
        stop(CallFailure(.broken, "the call was cancelled"))
    }

    func stop(_ reason: StopReason) {
        stop(CallFailure(.stopped(reason), "the call was stopped"))
    }

    private func stop(_ failure: CallFailure) {
        guard !isOver else { return }
        var failure = failure
        if case .waitingForConnection = state { failure.isUnprocessed = true }
        fail(failure)
    }

    private var isOver: Bool {
        if case .finished = state { return true }
        return false
    }

    // MARK: What the connection tells

    /// A connection is there: the request leaves at once.
    func connected(_ connection: UpstreamConnection) {
        guard !isOver else {
            connection.returnToPool()
            return
        }
        self.connection = connection
        state = .waitingForHead
        connecting = clock.now &- startedAt
        connection.send(request, for: self)
        sentAt = clock.now
        phaseDeadline = sentAt.adding(milliseconds: deadlines.firstByte)
    }

    func couldNotConnect(_ failure: CallFailure) {
        guard !isOver else { return }
        fail(failure)
    }

    func received(_ head: AnswerHead) {
        answer = head
        state = .readingBody
        phaseDeadline = clock.now.adding(milliseconds: deadlines.idle)
        resume(&headWaiter)
    }

    func received(_ piece: ByteBuffer) {
        phaseDeadline = clock.now.adding(milliseconds: deadlines.idle)
        held.append(arrived: piece)
        resume(&pieceWaiter)
    }

    func receivedEnd() {
        isWhole = true
        finish()
        resume(&pieceWaiter)
    }

    /// The connection is gone. A request of which nothing can have been processed moves to a fresh connection, once or
    /// twice; any other fails, since sending it again could do its work twice.
    func lost(_ failure: CallFailure) {
        guard !isOver else { return }
        connection = nil
        if failure.isUnprocessed, answer == nil, moves < 2 {
            moves += 1
            state = .waitingForConnection
            pools.connect(self, isFresh: true)
        } else {
            fail(failure)
        }
    }

    private func fail(_ failure: CallFailure) {
        self.failure = failure
        let abandoned = connection
        finish()
        abandoned?.abandon()
        resume(&headWaiter)
        resume(&pieceWaiter)
    }

    private func finish() {
        state = .finished
        connection = nil
        pools.finished(self)
    }

    private func resume(_ waiter: inout UnsafeContinuation<Void, Never>?) {
        guard let waiting = waiter else { return }
        waiter = nil
        waiting.resume()
    }

    // MARK: Deadlines

    func check(now: UInt64) {
        guard !isOver else { return }
        if now >= totalDeadline {
            let isUnsent = connection == nil
            fail(CallFailure(.totalTimeout, "the call took longer than its total deadline", isUnprocessed: isUnsent))
        } else if now >= phaseDeadline, !isAhead {
            switch state {
            case .waitingForConnection:
                fail(
                    CallFailure(
                        isQueued ? .busy : .connectTimeout, "no connection within the deadline", isUnprocessed: true))
            case .waitingForHead: fail(CallFailure(.firstByteTimeout, "no answer within the deadline"))
            case .readingBody: fail(CallFailure(.idleTimeout, "the answer stopped for longer than the deadline"))
            case .finished: break
            }
        }
    }
}
