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

    /// Streams a client may have open at once.
    static let streamLimit = 100

    private let lane: Lane
    private var context: ChannelHandlerContext?
    private var streams = 0
    private var isGoingAway = false
    private var deadline: UInt64

    init(lane: Lane) {
        self.lane = lane
        deadline = lane.clock.now.adding(milliseconds: lane.limits.keepAlive)
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

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !Self.isOfOneRequest(error) { context.close(promise: nil) }
    }

    /// Whether the error is of one request's content. The library has reset its stream, and the other streams, which may
    /// be other people's where a proxy shares one connection among them, go on.
    private static func isOfOneRequest(_ error: any Error) -> Bool {
        switch error {
        case is NIOHTTP2Errors.ForbiddenHeaderField, is NIOHTTP2Errors.InvalidHTTP2HeaderFieldName,
            is NIOHTTP2Errors.InvalidHTTP2HeaderFieldValue, is NIOHTTP2Errors.InvalidPseudoHeaderValue,
            is NIOHTTP2Errors.InvalidPseudoHeaders, is NIOHTTP2Errors.DuplicatePseudoHeader,
            is NIOHTTP2Errors.MissingPseudoHeader, is NIOHTTP2Errors.UnknownPseudoHeader,
            is NIOHTTP2Errors.UnsupportedPseudoHeader, is NIOHTTP2Errors.PseudoHeaderAfterRegularHeader,
            is NIOHTTP2Errors.EmptyPathHeader, is NIOHTTP2Errors.ContentLengthViolated,
            is NIOHTTP2Errors.ContentLengthHeadersMismatch, is NIOHTTP2Errors.ContentLengthHeaderNegative,
            is NIOHTTP2Errors.ContentLengthHeaderMalformedValue, is NIOHTTP2Errors.StreamError:
            true
        default: false
        }
    }

    func streamOpened() {
        streams += 1
        deadline = .max
    }

    func streamClosed() {
        streams -= 1
        guard streams == 0 else { return }
        // Never closed from here: the stream's last frames are written by now, but perhaps not flushed.
        deadline = isGoingAway ? 0 : lane.clock.now.adding(milliseconds: lane.limits.keepAlive)
    }

    override func check(now: UInt64) {
        guard now >= deadline, streams == 0 else { return }
        deadline = .max
        goAway()
        context?.close(promise: nil)
    }

    override func drain() {
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
