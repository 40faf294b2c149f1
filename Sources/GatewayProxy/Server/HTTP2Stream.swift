// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import GatewayHTTP
import GatewayPipeline
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One HTTP/2 stream: one request and its answer. Framing, flow control and the guards against floods are the library's.
///
/// `@unchecked Sendable`: confined to its lane's event loop.
final class HTTP2Stream: ClientConnection, ChannelInboundHandler, Exchange, @unchecked Sendable {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let lane: Lane
    private unowned let connection: HTTP2Connection
    private var context: ChannelHandlerContext?
    private var body = RequestBody()
    private var hasBegun = false
    private var isHeadRequest = false
    private(set) var isGone = false
    private var isAnswered = false
    /// Whether the last of the answer has left.
    private var isSent = false
    /// Bytes of an unwanted body that were read so that the client sees the answer.
    private var discarded = 0
    var worker: (any ClientWorker)?
    private var writeWaiter: UnsafeContinuation<Bool, Never>?
    private var deadline: UInt64

    /// Answers are written in pieces of this size, to see whether the client takes them.
    private static let pieceSize = 64 << 10
    private static let discardLimit = 1 << 20

    init(lane: Lane, connection: HTTP2Connection) {
        self.lane = lane
        self.connection = connection
        deadline = lane.clock.now.adding(milliseconds: lane.limits.headerTime)
    }

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
        if context.channel.isWritable { lane.executor.enter { resumeWriter(true) } }
    }

    func channelInactive(context: ChannelHandlerContext) {
        isGone = true
        connection.streamClosed()
        lane.remove(self)
        lane.executor.enter {
            body.fail(.gone)
            resumeWriter(false)
            worker?.stop(.clientGone)
        }
        worker = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Input

    private func received(_ headers: HTTP2Frame.FramePayload.Headers) {
        guard !hasBegun else {
            // Trailers: nothing in them is of use.
            if headers.endStream { body.complete() }
            return
        }
        hasBegun = true
        do throws(HTTPFault) {
            guard headers.headers.count <= lane.limits.headerFields else {
                throw HTTPFault(431, "there are too many header fields")
            }
            let head = try RequestHead(headers.headers, endsStream: headers.endStream)
            isHeadRequest = head.method == .head
            deadline = lane.clock.now.adding(milliseconds: lane.limits.bodyIdle)
            if headers.endStream { finishBody() }
            lane.serve(head, self)
        } catch {
            refuse(error)
        }
    }

    private func received(_ data: HTTP2Frame.FramePayload.Data) {
        guard !isAnswered else {
            discard(data)
            return
        }
        if case .byteBuffer(let bytes) = data.data, bytes.readableBytes > 0 {
            deadline = lane.clock.now.adding(milliseconds: lane.limits.bodyIdle)
            body.append(bytes, remaining: data.endStream ? 0 : 1)
        }
        if data.endStream { finishBody() }
    }

    private func finishBody() {
        deadline = .max
        body.complete()
    }

    private func discard(_ data: HTTP2Frame.FramePayload.Data) {
        discarded += data.data.readableBytes
        if data.endStream { body.complete() }
        if discarded > Self.discardLimit { endRequest() }
    }

    /// Tells the client that no more of its request is wanted. `NO_ERROR`, because any other code would make it drop the
    /// answer as well (RFC 9113 §8.1).
    private func endRequest() {
        guard isSent else { return }
        send(.rstStream(.noError))
        context?.flush()
    }

    private func refuse(_ fault: HTTPFault) {
        var head = ResponseHead(status: fault.status)
        head.add("content-type", "application/json")
        let failure = GatewayFailure(.malformedRequest, "The request is not valid HTTP: \(fault.reason).")
        respond(head, ByteBuffer(bytes: ErrorFormat.body(failure, dialect: .openAI, requestID: "")))
        exchangeEnded()
    }

    // MARK: Client

    func body(limit: Int) async throws(BodyFailure) -> ByteBuffer {
        if let ready = body.ready(limit: limit) { return try ready.get() }
        return try await withUnsafeContinuation { body.wait($0) }.get()
    }

    func respond(_ head: ResponseHead, _ body: ByteBuffer) {
        var fields = Self.fields(head)
        fields.add(name: "content-length", value: String(body.readableBytes))
        let hasBody = body.readableBytes > 0 && !isHeadRequest
        send(.headers(.init(headers: fields, endStream: !hasBody)))
        isAnswered = true
        if hasBody { sendLast(body) } else { isSent = true }
        context?.flush()
    }

    /// Sends the rest of the answer. The client may take as long as it likes for it while it takes anything at all within
    /// the idle time.
    private func sendLast(_ body: ByteBuffer) {
        guard let context else { return }
        deadline = lane.clock.now.adding(milliseconds: lane.limits.writeIdle)
        var rest = body
        repeat {
            let piece = rest.readSlice(length: min(rest.readableBytes, Self.pieceSize)) ?? ByteBuffer()
            let isLast = rest.readableBytes == 0
            let taken = context.eventLoop.makePromise(of: Void.self)
            taken.futureResult.assumeIsolated().whenSuccess { self.pieceTaken(isLast: isLast) }
            let payload = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(piece), endStream: isLast))
            context.write(wrapOutboundOut(payload), promise: taken)
        } while rest.readableBytes > 0
    }

    private func pieceTaken(isLast: Bool) {
        isSent = isLast
        deadline = lane.clock.now.adding(milliseconds: isLast ? 2000 : lane.limits.writeIdle)
    }

    func begin(_ head: ResponseHead) {
        send(.headers(.init(headers: Self.fields(head), endStream: false)))
    }

    func flush() {
        context?.flush()
    }

    func write(_ bytes: ByteBuffer) async throws(ClientGone) {
        guard !isGone, let context else { throw ClientGone() }
        send(.data(.init(data: .byteBuffer(bytes), endStream: false)))
        context.flush()
        guard !isGone else { throw ClientGone() }
        if context.channel.isWritable { return }
        deadline = lane.clock.now.adding(milliseconds: lane.limits.writeIdle)
        let isHere = await withUnsafeContinuation { writeWaiter = $0 }
        deadline = .max
        guard isHere else { throw ClientGone() }
    }

    func end(with bytes: ByteBuffer) {
        isAnswered = true
        sendLast(bytes)
        context?.flush()
    }

    func breakOff() {
        // Without END_STREAM the client sees a reset, which no one can take for a whole answer.
    }

    func exchangeEnded() {
        worker = nil
        guard !isGone, let context else { return }
        guard isAnswered else {
            context.close(promise: nil)
            return
        }
        // An answer that came before the whole request: the rest is read for a while, so that the client reads the answer.
        body.fail(.gone)
        if isSent, !body.isComplete { deadline = lane.clock.now.adding(milliseconds: 2000) }
    }

    private func send(_ payload: HTTP2Frame.FramePayload) {
        context?.write(wrapOutboundOut(payload), promise: nil)
    }

    private static func fields(_ head: ResponseHead) -> HPACKHeaders {
        var fields = HPACKHeaders([(":status", String(head.status))])
        head.forEachField { name, value in
            fields.add(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
        }
        return fields
    }

    private func resumeWriter(_ isHere: Bool) {
        guard let waiting = writeWaiter else { return }
        writeWaiter = nil
        waiting.resume(returning: isHere)
    }

    // MARK: Deadlines

    override func check(now: UInt64) {
        guard now >= deadline else { return }
        deadline = .max
        if isAnswered, isSent, !body.isComplete {
            endRequest()
        } else if isAnswered || writeWaiter != nil || !hasBegun {
            context?.close(promise: nil)
        } else {
            body.fail(.tooSlow)
        }
    }

    override func stopWork() {
        worker?.stop(.shutDown)
    }
}

extension RequestHead {
    /// The head of an HTTP/2 request, held to the same rules as HTTP/1's. The library has checked the pseudo-header
    /// fields and refused connection-specific ones.
    fileprivate init(_ headers: HPACKHeaders, endsStream: Bool) throws(HTTPFault) {
        var method: HTTPMethod?
        var target: RequestTarget?
        var authority: String?
        var fields = FieldTable()
        for (name, value, _) in headers {
            switch name {
            case ":method": method = HTTPMethod(name: value)
            case ":path": target = try RequestTarget(path: Array(value.utf8))
            case ":authority": authority = value
            case ":scheme": break
            default: try fields.add(name: name.utf8, value: value.utf8)
            }
        }
        guard let method, let target else { throw HTTPFault(400, "the request has no method or no path") }
        if let host = fields.first(.host) {
            guard authority == nil || fields.text(host) == authority else {
                throw HTTPFault(400, "the request names two different hosts")
            }
        }
        self.init(
            method: method, target: target, fields: fields, framing: endsStream ? .none : .untilClose,
            persistence: .keepsAlive)
    }
}
