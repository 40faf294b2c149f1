// SPDX-License-Identifier: Apache-2.0

import GatewayHTTP
import GatewayPipeline
import NIOCore
import Testing

/// A client whose body is given and whose answer is kept. It holds the pipeline to the order that `Client` demands.
final class ScriptedClient: Client {
    enum State: Equatable {
        case waiting, begun, answered, ended, brokenOff
    }

    private let timeline: Timeline
    private let requestBody: Result<[UInt8], BodyFailure>
    private(set) var state = State.waiting
    private(set) var head: ResponseHead?
    /// Body bytes that reached the client.
    private(set) var received: [UInt8] = []
    private(set) var writes = 0
    private(set) var isGone = false
    /// Leaves after so many writes have reached it: the next one fails.
    var leavesAfterWrites = Int.max
    var worker: (any ClientWorker)?

    init(_ timeline: Timeline, body: Result<[UInt8], BodyFailure>) {
        self.timeline = timeline
        requestBody = body
    }

    /// Closes the connection, as a client does that hangs up.
    func leave() {
        isGone = true
        worker?.stop(.clientGone)
    }

    /// Tells the work under way that the process stops.
    func shutDown() { worker?.stop(.shutDown) }

    func body(limit: Int) async throws(BodyFailure) -> ByteBuffer {
        let bytes = try requestBody.get()
        if bytes.count > limit { throw .tooLarge }
        return ByteBuffer(bytes: bytes)
    }

    func respond(_ head: ResponseHead, _ body: ByteBuffer) {
        #expect(state == .waiting, "answered twice")
        timeline.note(.responded)
        state = .answered
        self.head = head
        if !isGone { received += body.readableBytesView }
    }

    func begin(_ head: ResponseHead) {
        #expect(state == .waiting, "begun twice")
        timeline.note(.began)
        state = .begun
        self.head = head
    }

    func flush() { timeline.note(.flushed) }

    func write(_ bytes: ByteBuffer) async throws(ClientGone) {
        #expect(state == .begun, "written before the head or after the end")
        #expect(bytes.readableBytes > 0, "wrote nothing")
        if writes == leavesAfterWrites { leave() }
        if isGone { throw ClientGone() }
        timeline.note(.wrote)
        writes += 1
        received += bytes.readableBytesView
    }

    func end(with bytes: ByteBuffer) {
        #expect(state == .begun, "ended before the head or twice")
        timeline.note(.ended)
        state = .ended
        if !isGone { received += bytes.readableBytesView }
    }

    func breakOff() {
        timeline.note(.brokeOff)
        state = .brokenOff
    }
}

extension ScriptedClient {
    var status: Int? { head?.status }
    var text: String { String(decoding: received, as: UTF8.self) }

    /// The fields of the answer's head, each name once.
    var fields: [String: String] {
        var fields: [String: String] = [:]
        head?.forEachField { name, value in
            let name = String(decoding: name, as: UTF8.self)
            #expect(fields[name] == nil, "\(name) twice")
            fields[name] = String(decoding: value, as: UTF8.self)
        }
        return fields
    }
}
