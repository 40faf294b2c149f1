// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Makes a stream of the Messages API of neutral events. Its blocks follow each other and never overlap: a part that
/// opens while another is being written waits until that one is closed.
package struct MessagesStreamWriter: AnswerStreamWriter {
    /// A part that waits for its turn, with what has come of it.
    private struct Waiting {
        var place: AnswerEvent.Place
        var opening: AnswerEvent.Opening
        var growth: [AnswerEvent.Growth] = []
        var isClosed = false
    }

    /// Held until the event after it, which may be the usage that belongs into it.
    private var head: AnswerEvent.Head?
    private var answerID: JSONString = ""
    private var usage: Usage?
    private var stop: Stop?
    private var live: (place: AnswerEvent.Place, block: MessagesBlockWriter)?
    private var waiting: [Waiting] = []
    /// What a refusal says. It is told as text at the end, unless the reason for stopping says it.
    private var refusal: [JSONString] = []
    private var refusals: Set<AnswerEvent.Place> = []
    private var blocks = MessagesBlockCount()

    package init(wantsUsage: Bool) {}

    /// Tells the client of `event` in this dialect.
    package mutating func write(_ event: AnswerEvent, into bytes: inout [UInt8]) {
        switch event {
        case .began(let head):
            self.head = head
            answerID = head.id
        case .used(let told): usage = told
        case .opened(let place, let opening) where place.choice == 0: open(place, opening, into: &bytes)
        case .grew(let place, let growth) where place.choice == 0: grow(place, growth, into: &bytes)
        case .closed(let place) where place.choice == 0: close(place, into: &bytes)
        case .stopped(let choice, let stop) where choice == 0: self.stop = stop
        case .opened, .grew, .closed, .stopped: break
        case .idle:
            flushHead(into: &bytes)
            MessagesEvent.append("ping", into: &bytes) { _ in }
        case .failed(let error): fail(error, into: &bytes)
        case .ended: end(into: &bytes)
        }
    }

    private mutating func flushHead(into bytes: inout [UInt8]) {
        guard let head else { return }
        self.head = nil
        MessagesEvent.append("message_start", into: &bytes) { json in
            json.object("message") { json in
                MessagesHead.write(id: head.id, model: head.model, &json)
                json.array("content") { _ in }
                json.member("stop_reason", JSONFragment(literal: "null"))
                json.member("stop_sequence", JSONFragment(literal: "null"))
                json.object("usage") { MessagesUsage.write(usage, &$0) }
            }
        }
    }

    // MARK: Parts

    private mutating func open(
        _ place: AnswerEvent.Place, _ opening: AnswerEvent.Opening, into bytes: inout [UInt8]
    ) {
        flushHead(into: &bytes)
        switch opening {
        case .refusal: refusals.insert(place)
        case .whole(let part): open(place, part)
        case .text, .reasoning, .call: waiting.append(Waiting(place: place, opening: opening))
        }
        advance(into: &bytes)
    }

    /// A whole part is one that opens and has grown.
    private mutating func open(_ place: AnswerEvent.Place, _ part: Part) {
        switch part.content {
        case .text(let text): waiting.append(Waiting(place: place, opening: .text, growth: [.text(text)]))
        case .refusal(let words): refusal.append(words)
        case .reasoning(let reasoning):
            let growth = [.text(reasoning.text)] + (reasoning.seal.map { [AnswerEvent.Growth.seal($0)] } ?? [])
            waiting.append(
                Waiting(place: place, opening: .reasoning(isSummary: reasoning.isSummary), growth: growth))
        case .call(let call):
            let growth = (call.seal.map { [AnswerEvent.Growth.seal($0)] } ?? []) + [.arguments(call.arguments.encoded)]
            waiting.append(Waiting(place: place, opening: .call(id: call.id, name: call.name), growth: growth))
        case .opaque(.anthropicMessages, _): waiting.append(Waiting(place: place, opening: .whole(part)))
        case .media, .result, .opaque: break
        }
    }

    private mutating func grow(
        _ place: AnswerEvent.Place, _ growth: AnswerEvent.Growth, into bytes: inout [UInt8]
    ) {
        if live?.place == place {
            live?.block.grow(growth, &blocks, into: &bytes)
        } else if let index = waiting.firstIndex(where: { $0.place == place }) {
            waiting[index].growth.append(growth)
        } else if refusals.contains(place), case .text(let words) = growth {
            refusal.append(words)
        }
    }

    private mutating func close(_ place: AnswerEvent.Place, into bytes: inout [UInt8]) {
        if live?.place == place {
            live?.block.finish(&blocks, into: &bytes)
            live = nil
            advance(into: &bytes)
        } else if let index = waiting.firstIndex(where: { $0.place == place }) {
            waiting[index].isClosed = true
        }
    }

    /// Writes what has waited, up to the first part that is still open.
    private mutating func advance(into bytes: inout [UInt8]) {
        while live == nil, !waiting.isEmpty {
            let next = waiting.removeFirst()
            var block = MessagesBlockWriter(next.opening, answer: answerID, blocks)
            for growth in next.growth { block.grow(growth, &blocks, into: &bytes) }
            if next.isClosed { block.finish(&blocks, into: &bytes) } else { live = (next.place, block) }
        }
    }

    // MARK: The end

    private mutating func end(into bytes: inout [UInt8]) {
        flushHead(into: &bytes)
        while let place = live?.place { close(place, into: &bytes) }
        guard let stop, stop.reason != .failed || blocks.written > 0 else {
            return fail(ProviderError(.failure, failureMessage), into: &bytes)
        }
        if !refusal.isEmpty, !MessagesStop.hasDetails(stop) { writeRefusal(into: &bytes) }
        let hasRefusal = !refusal.isEmpty
        MessagesEvent.append("message_delta", into: &bytes) { json in
            json.object("delta") { json in
                MessagesStop.write(stop, hasCalls: blocks.hasCalls, hasRefusal: hasRefusal, &json)
            }
            json.object("usage") { MessagesUsage.write(usage, &$0) }
        }
        MessagesEvent.append("message_stop", into: &bytes) { _ in }
    }

    private var failureMessage: String {
        guard let word = stop?.native else { return "the answer ended without a reason to stop" }
        return "the model gave no answer: \(word.text)"
    }

    private mutating func writeRefusal(into bytes: inout [UInt8]) {
        var block = MessagesBlockWriter(.text, answer: answerID, blocks)
        for words in refusal { block.grow(.text(words), &blocks, into: &bytes) }
        block.finish(&blocks, into: &bytes)
    }

    /// Tells of a failure. What was open stays open: the answer is not whole.
    private mutating func fail(_ error: ProviderError, into bytes: inout [UInt8]) {
        MessagesEvent.append("error", data: MessagesFormat.writeError(error, status: 200), into: &bytes)
    }
}
