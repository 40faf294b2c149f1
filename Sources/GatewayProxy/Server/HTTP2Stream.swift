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
    var worker: (any ClientWorker)?
    private var writeWaiter: UnsafeContinuation<Bool, Never>?
    private var deadline: UInt64

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
        if hasBody { send(.data(.init(data: .byteBuffer(body), endStream: true))) }
        isAnswered = true
        context?.flush()
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
        send(.data(.init(data: .byteBuffer(bytes), endStream: true)))
        isAnswered = true
        context?.flush()
    }

    func breakOff() {
        // Without END_STREAM the client sees a reset, which no one can take for a whole answer.
    }

    func exchangeEnded() {
        worker = nil
        guard !isGone, let context else { return }
        // An answer that came before the whole request ends the stream: the client need not send the rest.
        if !isAnswered || !body.isComplete { context.close(promise: nil) }
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
        if writeWaiter != nil || !hasBegun {
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
