// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import NIOCore

/// A client connection that speaks HTTP/1. One request at a time: what a client sends ahead waits in `input`.
///
/// Here is what the connection holds, and what its channel and its lane tell it; how it reads requests, answers them and
/// keeps their times stands in files of their own.
///
/// `@unchecked Sendable`: confined to its lane's event loop; every method is called there, by NIO, by the lane or by the
/// pipeline's task, which runs there too.
final class HTTP1Connection: ClientConnection, ChannelDuplexHandler, Exchange, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// No request is under way; nothing or a part of a head has come.
        case waiting
        /// A request is being served.
        case exchanging
        /// The answer is sent and the rest of the request is read only so that the client reads the answer: `left` bytes
        /// of it at most.
        case discarding(left: Int)
        /// The last byte is sent; the client is to close.
        case closing
    }

    let lane: Lane
    private(set) var context: ChannelHandlerContext?
    var phase = Phase.waiting
    /// When a phase other than `exchanging` is over, on the lane's clock; an exchange keeps its times itself.
    var deadline: UInt64 = .max

    var input = HTTP1Input()
    private var isReadHeld = false
    var body = RequestBody()

    var answer = AnswerWriter()
    var reader = ReaderWait()
    var unsent = UnsentAnswer()

    private(set) var isGone = false
    var worker: (any ClientWorker)?

    /// How much a client may send ahead before it is read no further.
    private static let aheadLimit = 64 << 10

    init(lane: Lane) {
        self.lane = lane
    }

    var channel: (any Channel)? { context?.channel }

    /// A client that does not read its answers gets no more of them: else they would pile up here.
    var isTakingRequests: Bool { context?.channel.isWritable ?? false }

    // MARK: Opening and closing

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { opened(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        opened(context)
        context.fireChannelActive()
    }

    private func opened(_ context: ChannelHandlerContext) {
        guard watchIndex < 0 else { return }
        guard lane.admit(self) else {
            context.close(promise: nil)
            return
        }
        startPhase(.waiting, milliseconds: lane.limits.headerTime)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isGone = true
        clientLeft()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Enters a phase that may last so long.
    func startPhase(_ phase: Phase, milliseconds: Int) {
        self.phase = phase
        deadline = lane.clock.now.adding(milliseconds: milliseconds)
    }

    /// Says that no more will come, then gives the client a moment to read and close: closing at once with bytes unread
    /// would reset the connection, and the client could lose the answer.
    func closeAfterFlush() {
        startPhase(.closing, milliseconds: Self.lookAgain)
        input.clear()
        context?.close(mode: .output, promise: nil)
        resumeReading()
    }

    // MARK: What the lane asks

    override func check(now: UInt64) { checkTimes(now: now) }

    override func drain() { stopTakingRequests() }

    override func stopWork() { endOfGrace() }

    override func abandon() { context?.close(promise: nil) }

    // MARK: Reading and writing

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        input.append(unwrapInboundIn(data))
        lane.executor.enter { process() }
    }

    func read(context: ChannelHandlerContext) {
        if input.count >= Self.aheadLimit, isAhead { isReadHeld = true } else { context.read() }
    }

    func resumeReading() {
        guard isReadHeld, input.count < Self.aheadLimit else { return }
        isReadHeld = false
        context?.read()
    }

    /// Whether what is in `input` is of a request whose turn has not come.
    private var isAhead: Bool {
        switch phase {
        case .exchanging: body.isComplete
        case .waiting: !isTakingRequests
        case .discarding, .closing: false
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        lane.executor.enter {
            reader.end(isHere: true)
            process()
        }
        resumeReading()
    }
}
