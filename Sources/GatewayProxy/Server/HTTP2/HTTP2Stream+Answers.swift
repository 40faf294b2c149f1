// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Answers, and what becomes of the stream after.
extension HTTP2Stream {
    /// Answers are written in pieces of this size, to see whether the client takes them.
    private static let pieceSize = 64 << 10
    /// For how many milliseconds an unwanted body is read, so that the client sees the answer.
    private static let discardTime = 2000

    func respond(_ head: ResponseHead, _ body: ByteBuffer) {
        var fields = Self.fields(head)
        fields.add(name: "content-length", value: String(body.readableBytes))
        let hasBody = body.readableBytes > 0 && !isHeadRequest
        put(.headers(.init(headers: fields, endStream: !hasBody)))
        if hasBody { putLast(body) } else { lastHasLeft() }
        context?.flush()
    }

    func begin(_ head: ResponseHead) {
        put(.headers(.init(headers: Self.fields(head), endStream: false)))
    }

    func flush() {
        context?.flush()
    }

    func send(_ bytes: ByteBuffer) {
        put(.data(.init(data: .byteBuffer(bytes), endStream: false)))
        context?.flush()
    }

    func end(with bytes: ByteBuffer) {
        putLast(bytes)
        context?.flush()
    }

    func breakOff() {
        // Without END_STREAM the client sees a reset, which no one can take for a whole answer.
    }

    func sendContinue() {
        put(.headers(.init(headers: [":status": "100"], endStream: false)))
        context?.flush()
    }

    private func put(_ payload: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>? = nil) {
        context?.write(wrapOutboundOut(payload), promise: promise)
    }

    /// Hands over the rest of the answer. The client may take as long as it likes for it while it takes anything at all
    /// within the idle time.
    private func putLast(_ body: ByteBuffer) {
        guard let context else { return }
        startPhase(.answered, milliseconds: lane.limits.writeIdle)
        var rest = body
        repeat {
            let piece = rest.readSlice(length: min(rest.readableBytes, Self.pieceSize)) ?? ByteBuffer()
            let isLast = rest.readableBytes == 0
            let taken = context.eventLoop.makePromise(of: Void.self)
            taken.futureResult.assumeIsolated().whenSuccess {
                if isLast {
                    self.lastHasLeft()
                } else {
                    self.startPhase(.answered, milliseconds: self.lane.limits.writeIdle)
                }
            }
            put(.data(.init(data: .byteBuffer(piece), endStream: isLast)), promise: taken)
        } while rest.readableBytes > 0
    }

    private func lastHasLeft() {
        startPhase(.sent, milliseconds: Self.discardTime)
    }

    /// Enters a phase that may last so long.
    private func startPhase(_ phase: Phase, milliseconds: Int) {
        self.phase = phase
        deadline = lane.clock.now.adding(milliseconds: milliseconds)
    }

    /// Tells the client that no more of its request is wanted. `NO_ERROR`, because any other code would make it drop the
    /// answer as well (RFC 9113 §8.1).
    func endRequest() {
        guard case .sent = phase else { return }
        deadline = .max
        put(.rstStream(.noError))
        context?.flush()
    }

    func exchangeEnded() {
        worker = nil
        guard !isGone, let context else { return }
        switch phase {
        case .answered, .sent: body.fail(.gone)
        case .waiting, .exchanging: context.close(promise: nil)
        }
    }

    private static func fields(_ head: ResponseHead) -> HPACKHeaders {
        var fields = HPACKHeaders([(":status", String(head.status))])
        head.forEachField { name, value in
            fields.add(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
        }
        return fields
    }
}
