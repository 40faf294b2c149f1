// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import GatewayPipeline
import NIOCore

/// A client connection that speaks HTTP/1. One request at a time: what a client sends ahead waits in `input`.
///
/// `@unchecked Sendable`: confined to its lane's event loop; every method is called there, by NIO, by the lane or by the
/// pipeline's task, which runs there too.
final class HTTP1Connection: ClientConnection, ChannelDuplexHandler, Exchange, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// No request is under way; nothing or a part of a head has come.
        case waiting
        /// A request is being served.
        case exchanging
        /// The answer is sent and the rest of the request is read only so that the client reads the answer.
        case discarding(left: Int)
        /// The last byte is sent; the client is to close.
        case closing
    }

    /// How much a client may send ahead before it is read no further.
    private static let aheadLimit = 64 << 10
    /// How much of an unwanted body is read so that the client sees the answer.
    private static let discardLimit = 1 << 20
    /// Milliseconds after which a client that is taking the rest of an answer is looked at again.
    private static let lookAgain = 1000

    private let lane: Lane
    private var context: ChannelHandlerContext?
    private var phase = Phase.waiting
    private var input = ByteBuffer()
    private var finder = HeadFinder()
    /// Whether a part of a head has come, from when on the rest must come soon.
    private var isHeadStarted = false
    private var decoder = BodyDecoder(.none)
    private var body = RequestBody()
    private var bodyRemaining = 0
    private var isReadHeld = false
    private(set) var isGone = false
    var worker: (any ClientWorker)?

    private var answer = AnswerWriter()
    private var expectsContinue = false
    private var writeWaiter: UnsafeContinuation<Bool, Never>?

    /// When the present phase must have made progress, on the lane's clock.
    private var deadline: UInt64 = .max
    /// Bytes of a whole answer that the client had not taken when last looked at, and when it last took some.
    private var unsent = 0
    private var takenAt: UInt64 = 0
    private var bodyStartedAt: UInt64 = 0
    private var bodyReceived = 0

    init(lane: Lane) {
        self.lane = lane
    }

    // MARK: Channel events

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
        deadline = lane.clock.now.adding(milliseconds: lane.limits.headerTime)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        input.append(arrived: bytes)
        lane.executor.enter { process() }
    }

    func read(context: ChannelHandlerContext) {
        if input.readableBytes >= Self.aheadLimit, isAhead { isReadHeld = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        lane.executor.enter {
            resumeWriter(true)
            process()
        }
        resumeReading()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isGone = true
        lane.remove(self)
        lane.executor.enter {
            body.fail(.gone)
            resumeWriter(false)
            worker?.stop(.clientGone)
        }
        worker = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Input

    /// Whether what is in `input` is of a request whose turn has not come.
    private var isAhead: Bool {
        switch phase {
        case .exchanging: body.isComplete
        case .waiting: !isTakingRequests
        case .discarding, .closing: false
        }
    }

    /// A client that does not read its answers gets no more of them: else they would pile up here.
    private var isTakingRequests: Bool { context?.channel.isWritable ?? false }

    /// Takes as much of the input as the present phase has a use for.
    private func process() {
        do throws(HTTPFault) {
            while try step() {}
        } catch {
            refuse(error)
        }
        if input.readableBytes == 0 { input = ByteBuffer() }
    }

    /// One step; false when there is nothing to do until more comes.
    private func step() throws(HTTPFault) -> Bool {
        switch phase {
        case .waiting: return isTakingRequests ? try takeHead() : false
        case .exchanging: return try takeBody(isWanted: true)
        case .discarding: return try takeBody(isWanted: false)
        case .closing:
            input.clear()
            return false
        }
    }

    private func takeHead() throws(HTTPFault) -> Bool {
        guard input.readableBytes > 0 else { return false }
        let arrived = input
        guard let end = try finder.end(in: arrived.readableBytesUInt8Span) else {
            if input.readableBytes > lane.limits.header { throw HTTPFault(431, "the request head is too large") }
            if !isHeadStarted {
                isHeadStarted = true
                deadline = min(deadline, lane.clock.now.adding(milliseconds: lane.limits.headerTime))
            }
            return false
        }
        isHeadStarted = false
        guard let bytes = input.readSlice(length: end) else { return false }
        finder = HeadFinder()
        let limits = HeadLimits(bytes: lane.limits.header, fields: lane.limits.headerFields)
        let head = try RequestHead(parsing: bytes.readableBytesUInt8Span, limits: limits)
        begin(head)
        return true
    }

    private func begin(_ head: RequestHead) {
        phase = .exchanging
        unsent = 0
        decoder = BodyDecoder(head.framing)
        body = RequestBody()
        bodyReceived = 0
        bodyStartedAt = lane.clock.now
        if case .length(let length) = head.framing { bodyRemaining = length } else { bodyRemaining = 0 }
        expectsContinue = head.expectsContinue
        answer = AnswerWriter(
            isHead: head.method == .head, isHTTP10: head.isHTTP10,
            keepsAlive: head.keepsAlive && !lane.context.isDraining)
        deadline = bodyStartedAt.adding(milliseconds: lane.limits.bodyIdle)
        // What has come of the body is taken before the pipeline asks for it.
        do throws(HTTPFault) {
            while try takeBody(isWanted: true) {}
        } catch {
            body.fail(.faulty(error))
        }
        lane.serve(head, self)
    }

    private func takeBody(isWanted: Bool) throws(HTTPFault) -> Bool {
        if isWanted, body.isComplete { return false }
        var offset = 0
        let event: BodyDecoder.Event
        let arrived = input
        do throws(HTTPFault) {
            event = try decoder.next(arrived.readableBytesUInt8Span, &offset)
        } catch {
            // The exchange under way is told and answers; the connection cannot be used again.
            guard isWanted else { throw error }
            answer.keepsAlive = false
            body.fail(.faulty(error))
            return false
        }
        switch event {
        case .data(let range):
            let piece = input.getSlice(at: input.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
            input.moveReaderIndex(forwardBy: offset)
            received(piece, isWanted: isWanted)
            return true
        case .needMore:
            input.moveReaderIndex(forwardBy: offset)
            return false
        case .end:
            input.moveReaderIndex(forwardBy: offset)
            if isWanted {
                deadline = .max
                body.complete()
            } else {
                closeAfterFlush()
            }
            return false
        }
    }

    private func received(_ piece: ByteBuffer, isWanted: Bool) {
        bodyRemaining = max(0, bodyRemaining - piece.readableBytes)
        bodyReceived += piece.readableBytes
        if isWanted {
            deadline = lane.clock.now.adding(milliseconds: lane.limits.bodyIdle)
            body.append(piece, remaining: bodyRemaining)
        } else if case .discarding(let left) = phase {
            phase = .discarding(left: left - piece.readableBytes)
            if left < piece.readableBytes { closeAfterFlush() }
        }
    }

    // MARK: Client

    func body(limit: Int) async throws(BodyFailure) -> ByteBuffer {
        if let ready = body.ready(limit: limit) { return try ready.get() }
        if bodyRemaining > limit {
            body.fail(.tooLarge)
            throw .tooLarge
        }
        if expectsContinue, bodyReceived == 0 {
            expectsContinue = false
            send(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        }
        return try await withUnsafeContinuation { body.wait($0) }.get()
    }

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
        if let pending = answer.takePending() { send(pending) }
    }

    func write(_ bytes: ByteBuffer) async throws(ClientGone) {
        guard !isGone, let context else { throw ClientGone() }
        for piece in answer.piece(bytes) { put(piece) }
        context.flush()
        guard !isGone else { throw ClientGone() }
        if context.channel.isWritable { return }
        deadline = lane.clock.now.adding(milliseconds: lane.limits.writeIdle)
        let isHere = await withUnsafeContinuation { writeWaiter = $0 }
        deadline = .max
        guard isHere else { throw ClientGone() }
    }

    func end(with bytes: ByteBuffer) {
        for piece in answer.last(bytes) { put(piece) }
        context?.flush()
    }

    func breakOff() {
        answer.keepsAlive = false
        answer.isBroken = true
    }

    /// Decides, when an answer begins, whether the connection outlives it. A body that has not come to its end cannot be
    /// told from the next request, so such a connection does not.
    private func settleConnection() {
        if !body.isComplete || lane.context.isDraining { answer.keepsAlive = false }
    }

    func exchangeEnded() {
        worker = nil
        guard !isGone, let context else { return }
        if answer.isBroken {
            context.close(promise: nil)
        } else if answer.keepsAlive {
            phase = .waiting
            let isRead = context.channel.isWritable
            deadline = lane.clock.now.adding(milliseconds: isRead ? lane.limits.keepAlive : Self.lookAgain)
            lane.executor.enter { process() }
            resumeReading()
        } else if body.isComplete {
            closeAfterFlush()
        } else {
            phase = .discarding(left: Self.discardLimit)
            deadline = lane.clock.now.adding(milliseconds: 2000)
            lane.executor.enter { process() }
            resumeReading()
        }
    }

    // MARK: Output

    private func put(_ piece: ByteBuffer) {
        context?.write(wrapOutboundOut(piece), promise: nil)
    }

    private func send(_ bytes: ByteBuffer) {
        context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    private func resumeWriter(_ isHere: Bool) {
        guard let waiting = writeWaiter else { return }
        writeWaiter = nil
        waiting.resume(returning: isHere)
    }

    private func resumeReading() {
        guard isReadHeld, input.readableBytes < Self.aheadLimit else { return }
        isReadHeld = false
        context?.read()
    }

    // MARK: Ends

    /// Answers bytes that are not a request, and closes.
    private func refuse(_ fault: HTTPFault) {
        if case .waiting = phase {
            let failure = GatewayFailure(Self.code(fault.status), "The request is not valid HTTP: \(fault.reason).")
            respondOutside(failure, status: fault.status)
        }
        closeAfterFlush()
    }

    /// Answers before any exchange has begun.
    private func respondOutside(_ failure: GatewayFailure, status: Int) {
        answer = AnswerWriter(isHead: false, keepsAlive: false)
        var head = ResponseHead(status: status)
        head.add("content-type", "application/json")
        let bytes = ErrorFormat.body(failure, dialect: .openAI, requestID: "")
        for piece in answer.whole(head, ByteBuffer(bytes: bytes)) { put(piece) }
        context?.flush()
        lane.context.observer.observeRefusal(
            Refusal(
                requestID: "", code: failure.code, status: status, path: nil, startedAt: lane.clock.wallClock,
                latency: 0))
    }

    private static func code(_ status: Int) -> GatewayFailure.Code {
        switch status {
        case 408: .requestTimeout
        case 413: .bodyTooLarge
        case 431: .headersTooLarge
        default: .malformedRequest
        }
    }

    /// Says that no more will come, then gives the client a moment to read and close: closing at once with bytes unread
    /// would reset the connection, and the client could lose the answer.
    private func closeAfterFlush() {
        phase = .closing
        input.clear()
        deadline = lane.clock.now.adding(milliseconds: Self.lookAgain)
        context?.close(mode: .output, promise: nil)
        resumeReading()
    }

    override func check(now: UInt64) {
        if case .exchanging = phase, !body.isComplete, body.isAwaited, isTooSlow(now) { deadline = 0 }
        guard now >= deadline, !isTakingAnswer(now) else { return }
        deadline = .max
        switch phase {
        case .waiting where input.readableBytes > 0:
            respondOutside(GatewayFailure(.requestTimeout, "The request head did not come in time."), status: 408)
            closeAfterFlush()
        case .waiting, .closing, .discarding:
            context?.close(promise: nil)
        case .exchanging where writeWaiter != nil:
            // The client reads nothing: to wait longer would hold the provider's answer for nobody.
            context?.close(promise: nil)
        case .exchanging:
            answer.keepsAlive = false
            body.fail(.tooSlow)
        }
    }

    /// Whether the client is still taking an answer that was sent whole. It may take as long as it likes while it takes
    /// anything at all within the idle time; after that the connection is closed with the rest unsent.
    private func isTakingAnswer(_ now: UInt64) -> Bool {
        if case .exchanging = phase { return false }
        let before = unsent
        unsent = unsentNow
        guard before > 0 || unsent > 0 else { return false }
        deadline = now.adding(milliseconds: Self.lookAgain)
        if unsent == 0 {
            // It has just taken the last of it: the phase's own time begins.
            if case .waiting = phase {
                deadline = now.adding(milliseconds: isHeadStarted ? lane.limits.headerTime : lane.limits.keepAlive)
            }
        } else if before == 0 || unsent < before {
            takenAt = now
        } else if now >= takenAt.adding(milliseconds: lane.limits.writeIdle) {
            deadline = .max
            context?.close(promise: nil)
        }
        return true
    }

    /// Bytes of answers that have not left yet.
    private var unsentNow: Int { (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    /// Below 100 bytes a second over more than the idle time, a body is a way to hold a connection, not an upload.
    private func isTooSlow(_ now: UInt64) -> Bool {
        let seconds = (now &- bodyStartedAt) / 1_000_000_000
        return seconds > UInt64(lane.limits.bodyIdle / 1000) && UInt64(bodyReceived) < 100 * seconds
    }

    override func drain() {
        switch phase {
        case .waiting where input.readableBytes == 0:
            // What of the last answer has not left yet still does.
            if unsentNow > 0 { closeAfterFlush() } else { context?.close(promise: nil) }
        default: answer.keepsAlive = false
        }
    }

    override func stopWork() {
        worker?.stop(.shutDown)
    }

    override func abandon() {
        context?.close(promise: nil)
    }
}
