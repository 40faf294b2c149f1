// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayPipeline
import NIOCore
import NIOHTTP2

/// A client connection that speaks HTTP/2: counted, closed when idle, told to go away when the gateway stops. Its streams
/// carry the requests (`HTTP2Stream`).
///
/// `@unchecked Sendable`: confined to its lane's event loop.
final class HTTP2Connection: ClientConnection, ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    private let lane: Lane
    private let heads: HTTP2HeadWatch
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var isGoingAway = false
    /// When a connection without streams is closed, on the lane's clock. The first request has a head's time, as the first
    /// of an HTTP/1 connection has.
    private var deadline: UInt64

    init(lane: Lane, heads: HTTP2HeadWatch) {
        self.lane = lane
        self.heads = heads
        deadline = lane.clock.now.adding(milliseconds: lane.limits.headerTime)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if !lane.admit(self) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        lane.remove(self)
        context.fireChannelInactive()
    }

    // MARK: Errors

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch Self.extent(of: error) {
        case .head: lane.noteRefusal(.malformedRequest, status: 400)
        case .stream: break
        case .connection: context.close(promise: nil)
        }
    }

    /// What an error that the library has found takes with it. Other streams may be other people's, where a proxy shares
    /// one connection among them, and go on wherever they can.
    private enum Extent {
        /// A request whose head is malformed: its stream is reset, and nobody has seen it.
        case head
        /// A stream that knows of it.
        case stream
        case connection
    }

    private static func extent(of error: any Error) -> Extent {
        switch error {
        case is NIOHTTP2Errors.ForbiddenHeaderField, is NIOHTTP2Errors.InvalidHTTP2HeaderFieldName,
            is NIOHTTP2Errors.InvalidHTTP2HeaderFieldValue, is NIOHTTP2Errors.InvalidPseudoHeaderValue,
            is NIOHTTP2Errors.InvalidPseudoHeaders, is NIOHTTP2Errors.DuplicatePseudoHeader,
            is NIOHTTP2Errors.MissingPseudoHeader, is NIOHTTP2Errors.UnknownPseudoHeader,
            is NIOHTTP2Errors.UnsupportedPseudoHeader, is NIOHTTP2Errors.PseudoHeaderAfterRegularHeader,
            is NIOHTTP2Errors.EmptyPathHeader, is NIOHTTP2Errors.ContentLengthHeadersMismatch,
            is NIOHTTP2Errors.ContentLengthHeaderNegative, is NIOHTTP2Errors.ContentLengthHeaderMalformedValue:
            .head
        case is NIOHTTP2Errors.ContentLengthViolated, is NIOHTTP2Errors.TrailersWithoutEndStream,
            is NIOHTTP2Errors.StreamError:
            .stream
        default: .connection
        }
    }

    // MARK: Streams

    func streamOpened() {
        streams += 1
        deadline = .max
        if lane.leaving != nil { goAway() }
    }

    func streamClosed() {
        streams -= 1
        guard streams == 0 else { return }
        // Never closed from here: the stream's last frames are written by now, but perhaps not flushed.
        deadline = isGoingAway ? 0 : lane.clock.now.adding(milliseconds: lane.idleTime)
    }

    // MARK: What the lane asks

    override func check(now: UInt64) {
        // While a head is on its way no other frame may come, so that one that stalls holds up every stream.
        let isStalled = heads.startedAt.map { now >= $0.adding(milliseconds: lane.limits.headerTime) } ?? false
        guard isStalled || streams == 0 && now >= deadline else { return }
        deadline = .max
        goAway()
        context?.close(promise: nil)
    }

    override func drain() {
        // An idle connection ends with the word to go away, which a request may cross: whoever is replaced waits for that.
        if streams == 0, lane.leaving == .replaced {
            deadline = min(deadline, lane.clock.now.adding(milliseconds: lane.idleTime))
            return
        }
        goAway()
        if streams == 0 { context?.close(promise: nil) }
    }

    override func abandon() {
        context?.close(promise: nil)
    }

    private func goAway() {
        guard !isGoingAway else { return }
        isGoingAway = true
        let payload = HTTP2Frame.FramePayload.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil)
        context?.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
    }
}
