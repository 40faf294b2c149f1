// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import GatewayPipeline
import NIOCore

/// A connection to a provider, speaking HTTP/1.1. It carries one call at a time and is used again only when the last
/// answer ended exactly where it said it would.
///
/// `@unchecked Sendable`: confined to its lane's event loop.
final class UpstreamConnection: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case connecting
        case idle
        case waitingForHead(UpstreamCall)
        case readingBody(UpstreamCall)
        /// The rest of an answer nobody wants is read so that the connection can be used again.
        case discarding
        case closed
    }

    /// A connection that rested no longer than this is used without a look.
    private static let freshFor: UInt64 = 1_000_000_000
    private static let headLimits = HeadLimits(bytes: 64 << 10, fields: 200)
    /// Request bodies up to this size are copied behind the head, to leave in one write.
    private static let copyLimit = 16 << 10

    private let pool: UpstreamPool
    private let executor: LaneExecutor
    private var context: ChannelHandlerContext?
    private var state = State.connecting
    private var input = HTTP1Input()
    private var keepsAlive = true
    private var isReadHeld = false
    /// Whether the request under way was handed to the kernel at least in part.
    private var hasWritten = false
    /// Whether a part of the request has still to be handed to the kernel.
    private var isSending = false
    private var isReused = false
    /// Since when the connection has been idle or discarding, on the lane's clock.
    private(set) var restingSince: UInt64 = 0

    init(pool: UpstreamPool) {
        self.pool = pool
        executor = pool.pools.executor
    }

    var isIdle: Bool {
        if case .idle = state { return true }
        return false
    }

    /// The connection is made, the handshake included; false when it is gone again.
    func ready() -> Bool {
        guard case .connecting = state else { return false }
        state = .idle
        return true
    }

    // MARK: Sending

    func send(_ request: ProviderRequest, for call: UpstreamCall) {
        guard let context else {
            call.lost(CallFailure(.broken, "the connection was gone", isUnprocessed: true))
            return
        }
        state = .waitingForHead(call)
        hasWritten = false
        isSending = true
        let count = request.body.reduce(0) { $0 + $1.readableBytes }
        var head = request.head
        head.reserveCapacity(minimumWritableBytes: 64 + (count <= Self.copyLimit ? count : 0))
        head.writeStaticString("content-length: ")
        head.writeDecimal(count)
        head.writeStaticString("\r\n\r\n")
        let written = context.eventLoop.makePromise(of: Void.self)
        if count <= Self.copyLimit {
            written.futureResult.assumeIsolated().whenSuccess {
                self.hasWritten = true
                self.isSending = false
            }
            for piece in request.body { head.writeImmutableBuffer(piece) }
            context.writeAndFlush(wrapOutboundOut(head), promise: written)
        } else {
            written.futureResult.assumeIsolated().whenSuccess { self.hasWritten = true }
            context.write(wrapOutboundOut(head), promise: written)
            for piece in request.body { context.write(wrapOutboundOut(piece), promise: nil) }
            // Writes complete in order, so an empty one at the end tells when all are done.
            let sent = context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenSuccess { self.isSending = false }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
        }
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        input.append(unwrapInboundIn(data))
        executor.enter {
            do throws(HTTPFault) {
                while try step() {}
            } catch {
                lose(CallFailure(.broken, error.reason))
            }
        }
        input.releaseIfEmpty()
    }

    func read(context: ChannelHandlerContext) {
        if case .readingBody(let call) = state, call.isAhead { isReadHeld = true } else { context.read() }
    }

    /// Reads on; true when the provider had been paused.
    @discardableResult
    func resumeReading() -> Bool {
        guard isReadHeld else { return false }
        isReadHeld = false
        context?.read()
        return true
    }

    func channelInactive(context: ChannelHandlerContext) {
        executor.enter { disconnected() }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Answers

    private func step() throws(HTTPFault) -> Bool {
        switch state {
        case .waitingForHead(let call): return try takeHead(call)
        case .readingBody(let call): return try takeBody(call)
        case .discarding: return try takeBody(nil)
        case .idle where input.count > 0:
            // Nobody asked: whatever this is, it must not become the answer to the next request.
            throw HTTPFault(502, "the provider sent bytes that belong to no request")
        case .connecting, .idle, .closed: return false
        }
    }

    private func takeHead(_ call: UpstreamCall) throws(HTTPFault) -> Bool {
        guard let bytes = try input.takeHead(limit: Self.headLimits.bytes) else { return false }
        let head = try AnswerHead(parsing: bytes.readableBytesUInt8Span, limits: Self.headLimits)
        if head.isInterim {
            guard head.status != 101 else { throw HTTPFault(502, "the provider changed the protocol unasked") }
            return true
        }
        keepsAlive = head.keepsAlive
        input.beginBody(head.framing)
        state = .readingBody(call)
        call.received(head)
        return true
    }

    private func takeBody(_ call: UpstreamCall?) throws(HTTPFault) -> Bool {
        switch try input.takeBody() {
        case .piece(let piece):
            call?.received(piece)
            return true
        case .needMore: return false
        case .end:
            returnToPool()
            call?.receivedEnd()
            return false
        }
    }

    // MARK: Rest and end

    /// Makes the connection available again, or closes it when its state is in any doubt.
    func returnToPool() {
        // An answer may come before the request has been sent whole: what the provider does with the rest is anybody's guess.
        guard keepsAlive, !isSending, input.count == 0, context?.channel.isActive == true else {
            abandon()
            return
        }
        state = .idle
        isReused = true
        restingSince = pool.pools.clock.now
        pool.returned(self)
    }

    /// The call has what it needs; the little that is left of the answer is read so that the connection can be kept.
    func discardRest() {
        guard case .readingBody = state else { return }
        state = .discarding
        restingSince = pool.pools.clock.now
        resumeReading()
    }

    /// Closes the connection; nothing of it is told any more.
    func abandon() {
        state = .closed
        pool.removed(self)
        context?.close(promise: nil)
    }

    private func disconnected() {
        if case .readingBody(let call) = state, input.endsWithConnection {
            state = .closed
            pool.removed(self)
            call.receivedEnd()
            return
        }
        lose(CallFailure(.broken, "the provider closed the connection"))
    }

    /// The connection cannot be used any more.
    private func lose(_ failure: CallFailure) {
        var failure = failure
        let carried: UpstreamCall?
        switch state {
        case .waitingForHead(let call):
            // An idle connection that the provider had closed already takes nothing: the request was never there.
            failure.isUnprocessed = isReused && !hasWritten
            carried = call
        case .readingBody(let call): carried = call
        case .connecting, .idle, .discarding: carried = nil
        case .closed: return
        }
        state = .closed
        pool.removed(self)
        context?.close(promise: nil)
        carried?.lost(failure)
    }

    var isDiscarding: Bool {
        if case .discarding = state { return true }
        return false
    }

    /// Whether the provider has closed its side while the connection rested. One system call, made only for connections
    /// that have rested long enough for it to be likely.
    func isStale(now: UInt64) -> Bool {
        guard let context, context.channel.isActive else { return true }
        guard now &- restingSince > Self.freshFor else { return false }
        return SocketPeek.hasEndedOrSpoken(context.channel)
    }
}
