// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One HTTP/2 stream: one request and its answer. Framing, flow control and the guards against floods are the library's
/// (`HTTP2Bounds`).
///
/// `@unchecked Sendable`: confined to its lane's event loop.
final class HTTP2Stream: ClientConnection, ChannelInboundHandler, Exchange, @unchecked Sendable {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    enum Phase {
        /// The head has not come.
        case waiting
        /// The request is being served.
        case exchanging
        /// The last of the answer was handed over, and the client is taking it.
        case answered
        /// The last of the answer has left. What still comes of the request is read for a while, so that the client reads
        /// the answer.
        case sent
    }

    let lane: Lane
    private unowned let connection: HTTP2Connection
    private(set) var context: ChannelHandlerContext?
    var phase = Phase.waiting
    /// When the phases `answered` and `sent` are over, on the lane's clock; an exchange keeps its times itself.
    var deadline: UInt64 = .max
    var body = RequestBody()
    /// Bytes of an unwanted body that were read so that the client sees the answer.
    private var discarded = 0
    var isHeadRequest = false
    var reader = ReaderWait()
    private(set) var isGone = false
    var worker: (any ClientWorker)?

    private static let discardLimit = 1 << 20

    init(lane: Lane, connection: HTTP2Connection) {
        self.lane = lane
        self.connection = connection
    }

    var channel: (any Channel)? { context?.channel }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.streamOpened()
        lane.watch(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let headers): lane.executor.enter { received(headers) }
        case .data(let data): lane.executor.enter { received(data) }
        default: break
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { lane.executor.enter { reader.end(isHere: true) } }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isGone = true
        connection.streamClosed()
        clientLeft()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that breaks the protocol has not merely left, and its row says so.
        if case let closed as NIOHTTP2Errors.StreamClosed = error, closed.errorCode == .protocolError {
            let fault = HTTPFault(400, "the stream broke the protocol, as a body does that belies its content-length")
            lane.executor.enter { body.fail(.faulty(fault)) }
        }
        context.close(promise: nil)
    }

    // MARK: Input

    private func received(_ headers: HTTP2Frame.FramePayload.Headers) {
        do throws(HTTPFault) {
            if case .waiting = phase { try begin(headers) } else { try takeTrailers(headers) }
        } catch {
            guard case .waiting = phase else { return body.fail(.faulty(error)) }
            if headers.endStream { body.complete() }
            refuse(error)
        }
    }

    private func begin(_ headers: HTTP2Frame.FramePayload.Headers) throws(HTTPFault) {
        let limits = HeadLimits(bytes: lane.limits.header, fields: lane.limits.headerFields)
        var fields = HTTP2HeadReader(limits: limits)
        for (name, value, _) in headers.headers { try fields.add(name: name, value: value) }
        let head = try fields.head(endsStream: headers.endStream)
        phase = .exchanging
        isHeadRequest = head.method == .head
        let pace = BodyPace(idle: lane.limits.bodyIdle, from: lane.clock.now)
        body = RequestBody(of: head, isShared: true, pace: pace)
        if headers.endStream { body.complete() }
        lane.serve(head, self)
    }

    private func takeTrailers(_ headers: HTTP2Frame.FramePayload.Headers) throws(HTTPFault) {
        var trailers = FieldTable()
        for (name, value, _) in headers.headers { try trailers.add(name: name.utf8, value: value.utf8) }
        try trailers.checkAsTrailers()
        if headers.endStream { body.complete() }
    }

    private func received(_ data: HTTP2Frame.FramePayload.Data) {
        if case .exchanging = phase, case .byteBuffer(let bytes) = data.data {
            body.append(bytes, at: lane.clock.now)
        } else {
            discarded += data.data.readableBytes
        }
        if data.endStream { body.complete() }
        if discarded > Self.discardLimit { endRequest() }
    }

    private func refuse(_ fault: HTTPFault) {
        let refusal = lane.refuse(GatewayFailure(fault), status: fault.status)
        respond(refusal.head, refusal.body)
        exchangeEnded()
    }

    // MARK: What the lane asks

    override func check(now: UInt64) {
        switch phase {
        case .exchanging where reader.isOver(at: now): context?.close(promise: nil)
        case .exchanging: _ = body.checkPace(at: now)
        case .answered where now >= deadline: context?.close(promise: nil)
        case .sent where now >= deadline && !body.isComplete: endRequest()
        case .waiting, .answered, .sent: break
        }
    }

    override func stopWork() { endOfGrace() }
}
