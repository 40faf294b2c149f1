// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Writes streams. Items are told apart by their number, so calls whose arguments come by turns are passed on as they come.
///
/// Parts that follow each other in one message, or in one reasoning, are one item. It stays open until something else
/// begins: only then is it known to be whole.
package struct ResponsesStreamWriter: AnswerStreamWriter {
    /// Where a part went: the number of its item, and of its piece in that.
    struct Spot {
        var item: Int
        var piece: Int
    }

    private let echo: ResponsesEcho
    private var envelope: ResponsesEnvelope?
    /// The answer's identifier as its provider gives it.
    private(set) var answerID: JSONString = ""
    /// All items so far, by their number.
    var items: [ResponsesOutputItem] = []
    var spots: [AnswerEvent.Place: Spot] = [:]
    /// The seals of calls that are open.
    var sealsOfCalls: [Int: Seal] = [:]
    /// The item that a part which opens now may join.
    var current: Int?
    private var stop: Stop?
    private var usage: Usage?
    private var sequence: Int64 = 0

    /// - wantsUsage: makes no difference: this dialect always tells it.
    package init(wantsUsage: Bool) { self.init(wantsUsage: wantsUsage, answering: nil) }

    /// - request: what the stream answers; its settings are repeated in it, as every client of OpenAI's expects.
    package init(wantsUsage: Bool, answering request: Conversation?) { echo = ResponsesEcho(request) }

    /// Tells the client of `event` in this dialect.
    package mutating func write(_ event: AnswerEvent, into bytes: inout [UInt8]) {
        switch event {
        case .began(let head): begin(head, into: &bytes)
        case .opened(let place, let opening):
            if place.choice == 0 { open(place, opening, into: &bytes) }
        case .grew(let place, let growth):
            if let spot = spots[place] { grow(spot, growth, into: &bytes) }
        case .closed(let place):
            if let spot = spots.removeValue(forKey: place) { close(spot, into: &bytes) }
        case .stopped(let choice, let stop): if choice == 0 { self.stop = stop }
        case .used(let usage): self.usage = usage
        case .idle: bytes.append(contentsOf: ": keep-alive\n\n".utf8)
        case .failed(let error): fail(error, into: &bytes)
        case .ended: end(into: &bytes)
        }
    }

    // MARK: The answer as a whole

    private mutating func begin(_ head: AnswerEvent.Head, into bytes: inout [UInt8]) {
        let envelope = ResponsesEnvelope(id: head.id, model: head.model, created: head.created, echo)
        self.envelope = envelope
        answerID = head.id
        tell("response.created", envelope, .init(status: .inProgress), into: &bytes)
        tell("response.in_progress", envelope, .init(status: .inProgress), into: &bytes)
    }

    private mutating func end(into bytes: inout [UInt8]) {
        guard let envelope else { return }
        let stop = stop ?? Stop(.finished)
        let status = ResponsesStop.status(stop)
        closeAll(status == .completed ? .completed : .incomplete, into: &bytes)
        let state = ResponsesEnvelope.State(
            status: status, incompleteReason: ResponsesStop.reason(stop, isOwn: false),
            error: status == .failed ? ResponsesError.object(stop) : nil, usage: usage)
        switch status {
        case .inProgress, .completed: tell("response.completed", envelope, state, into: &bytes)
        case .incomplete: tell("response.incomplete", envelope, state, into: &bytes)
        case .failed: tell("response.failed", envelope, state, into: &bytes)
        }
    }

    /// The event of a failure has the `error` object of an error answer besides: that is what makes OpenAI's clients raise
    /// an error, rather than pass on an event that hardly anybody looks at.
    private mutating func fail(_ error: ProviderError, into bytes: inout [UInt8]) {
        guard let envelope else {
            return emit("error", into: &bytes) { json in
                ChatError.writeDetails(of: error, &json)
                json.object("error") { ChatError.write(error, &$0) }
            }
        }
        closeAll(.incomplete, into: &bytes)
        let state = ResponsesEnvelope.State(status: .failed, error: ResponsesError.object(error), usage: usage)
        tell("response.failed", envelope, state, into: &bytes) { json in
            json.object("error") { ChatError.write(error, &$0) }
        }
    }

    private mutating func closeAll(_ status: ResponsesStatus, into bytes: inout [UInt8]) {
        for place in spots.keys.sorted(by: { $0.part < $1.part }) {
            if let spot = spots.removeValue(forKey: place) { close(spot, status, into: &bytes) }
        }
        finishCurrent(status, into: &bytes)
    }

    // MARK: Events

    private mutating func tell(
        _ type: StaticString, _ envelope: ResponsesEnvelope, _ state: ResponsesEnvelope.State,
        into bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void = { _ in }
    ) {
        let items = state.status == .inProgress ? [] : items
        emit(type, into: &bytes) { json in
            members(&json)
            json.key("response")
            envelope.write(state, &json) { json in
                for item in items { item.write(&json) }
            }
        }
    }

    /// Appends an event whose data has its type, its number and `members`.
    mutating func emit(_ type: StaticString, into bytes: inout [UInt8], _ members: (inout JSONWriter) -> Void) {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.member("type", literal: type)
            json.member("sequence_number", sequence)
            members(&json)
        }
        sequence += 1
        bytes.append(contentsOf: "event: ".utf8)
        bytes.append(contentsOf: UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount))
        bytes.append(contentsOf: "\ndata: ".utf8)
        bytes += json.bytes
        bytes.append(contentsOf: "\n\n".utf8)
    }
}
