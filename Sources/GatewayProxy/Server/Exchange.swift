// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import NIOCore

/// A client's exchange as its lane runs it, over whichever version of HTTP. Sendable because it is confined to its lane,
/// where the task that serves it runs too.
protocol Exchange: ClientConnection, Client, Sendable {
    var lane: Lane { get }
    /// What carries the exchange; nil when it is gone.
    var channel: (any Channel)? { get }
    /// The request's body.
    var body: RequestBody { get set }
    /// Where the answer's writer waits for the client.
    var reader: ReaderWait { get set }

    /// Tells a client that waits for leave to send its body to do so.
    func sendContinue()
    /// Sends a piece of the answer's body.
    func send(_ bytes: ByteBuffer)
    /// The pipeline has returned: the answer is sent, or the client has left.
    func exchangeEnded()
}

extension Exchange {
    func body(limit: Int) async throws(BodyFailure) -> ByteBuffer {
        if let ready = body.ready(limit: limit) { return try ready.get() }
        if body.takeLeave() { sendContinue() }
        return try await withUnsafeContinuation { body.wait($0) }.get()
    }

    func write(_ bytes: ByteBuffer) async throws(ClientGone) {
        send(bytes)
        guard !isGone, let channel else { throw ClientGone() }
        if channel.isWritable || lane.isPastGrace { return }
        let deadline = lane.clock.now.adding(milliseconds: lane.limits.writeIdle)
        guard await withUnsafeContinuation({ reader.hold($0, until: deadline) }) else { throw ClientGone() }
    }

    /// The grace time is over: whoever waits for the client, or works for it, is told.
    func endOfGrace() {
        body.fail(.shutDown)
        worker?.stop(.shutDown)
        reader.end(isHere: true)
    }

    /// The client has left: whoever waits for it, or works for it, is told.
    func clientLeft() {
        lane.remove(self)
        lane.executor.enter {
            body.fail(.gone)
            reader.end(isHere: false)
            worker?.stop(.clientGone)
        }
        worker = nil
    }
}
