// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayHTTP
import GatewayPipeline
import NIOCore
import Testing

/// What a provider does with one call.
struct ProviderScript {
    enum Step {
        /// A piece of the body.
        case piece([UInt8])
        /// Something happens meanwhile: a client leaves, time passes.
        case meanwhile(() -> Void)
        case failure(CallFailure)
    }

    /// The answer's head, as lines.
    var head: String?
    /// Happens while the head is waited for.
    var beforeHead: () -> Void = {}
    var headFailure: CallFailure?
    var steps: [Step] = []

    static func answer(_ head: String, _ pieces: [[UInt8]], then last: [Step] = []) -> ProviderScript {
        ProviderScript(head: head, steps: pieces.map(Step.piece) + last)
    }

    /// A whole answer of JSON.
    static func json(_ body: String) -> ProviderScript { json(200, body) }

    static func json(_ status: Int, _ body: String) -> ProviderScript {
        answer("HTTP/1.1 \(status) X\ncontent-type: application/json", [Array(body.utf8)])
    }

    static func events(_ pieces: [[UInt8]], then last: [Step] = []) -> ProviderScript {
        answer("HTTP/1.1 200 OK\ncontent-type: text/event-stream", pieces, then: last)
    }

    static func failure(_ failure: CallFailure) -> ProviderScript {
        ProviderScript(headFailure: failure)
    }
}

/// Providers that do what they are told, one script for each call.
final class ScriptedUpstream: Upstream {
    private let timeline: Timeline
    private let clock: ManualClock
    private var scripts: [ProviderScript]
    private(set) var requests: [ProviderRequest] = []
    private(set) var calls: [ScriptedCall] = []

    init(_ timeline: Timeline, _ clock: ManualClock, _ scripts: [ProviderScript]) {
        self.timeline = timeline
        self.clock = clock
        self.scripts = scripts
    }

    func start(_ request: ProviderRequest) -> any ProviderCall {
        timeline.note(.asked(request.to.provider.name))
        requests.append(request)
        if scripts.isEmpty { Issue.record("a provider was asked more often than expected") }
        let script = scripts.isEmpty ? .failure(CallFailure(.unreachable, "no script")) : scripts.removeFirst()
        let call = ScriptedCall(script, clock)
        calls.append(call)
        return call
    }

    /// The head and body that the call of this number sent.
    func head(_ index: Int = 0) -> String { String(buffer: requests[index].head) }

    func body(_ index: Int = 0) -> String {
        requests[index].body.map { String(buffer: $0) }.joined()
    }
}

/// A call that follows its script, and remembers how it was left.
final class ScriptedCall: ProviderCall {
    enum End: Equatable {
        case released, cancelled, stopped(StopReason)
    }

    private let clock: ManualClock
    private var script: ProviderScript
    private var failure: CallFailure?
    private(set) var ends: [End] = []
    private(set) var sentAt: UInt64
    private(set) var connecting: UInt64 = 0
    /// Whether nothing of the answer was left unread.
    private(set) var isReadToEnd = false

    init(_ script: ProviderScript, _ clock: ManualClock) {
        self.script = script
        self.clock = clock
        sentAt = clock.now
    }

    var hasMore: Bool {
        if case .piece = script.steps.first { return true }
        return script.steps.isEmpty
    }

    func head() async throws(CallFailure) -> AnswerHead {
        script.beforeHead()
        if let failure = failure ?? script.headFailure { throw failure }
        let lines = (script.head ?? "HTTP/1.1 200 OK").split(separator: "\n").joined(separator: "\r\n") + "\r\n\r\n"
        do throws(HTTPFault) {
            return try AnswerHead(parsing: Array(lines.utf8).span, limits: HeadLimits(bytes: 64 << 10, fields: 100))
        } catch {
            Issue.record("the script's head is no head: \(error)")
            throw CallFailure(.broken, error.reason)
        }
    }

    func next() async throws(CallFailure) -> ByteBuffer? {
        while true {
            if let failure { throw failure }
            guard !script.steps.isEmpty else {
                isReadToEnd = true
                return nil
            }
            switch script.steps.removeFirst() {
            case .piece(let bytes): return ByteBuffer(bytes: bytes)
            case .meanwhile(let body): body()
            case .failure(let failure): self.failure = failure
            }
        }
    }

    func release() { ends.append(.released) }

    func cancel() {
        ends.append(.cancelled)
        failure = CallFailure(.broken, "cancelled")
    }

    func stop(_ reason: StopReason) {
        ends.append(.stopped(reason))
        // As the real one: nothing can have been processed while there was no connection yet, which is when a script
        // stops before it has given a head and says so.
        failure = CallFailure(.stopped(reason), "stopped", isUnprocessed: stopsUnprocessed)
    }

    /// Whether a stop finds the call still waiting for its connection.
    var stopsUnprocessed: Bool { script.head == nil && script.headFailure == nil }
}
