// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Makes neutral events of a stream of the Messages API.
package struct MessagesStreamReader: AnswerStreamReader {
    /// An open block, and the part that it is.
    private struct Block {
        var index: Int64
        var place: AnswerEvent.Place?
        var content: MessagesStreamBlock
    }

    private var open: [Block] = []
    private var parts = 0
    private var usage = MessagesUsage()
    private var seals: [JSONString: Seal] = [:]
    private var hasCalls = false
    private var hasStopped = false

    package init() {}

    /// Makes neutral events of one event of the stream.
    package mutating func read(
        event: JSONString?, _ data: JSONValue, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard let type = data["type"]?.string ?? event else { return }
        if type.reads("content_block_delta") {
            try grow(data, into: &events)
        } else if type.reads("content_block_start") {
            try start(data, into: &events)
        } else if type.reads("content_block_stop") {
            close(try block(data), into: &events)
        } else if type.reads("message_start") {
            try begin(data, into: &events)
        } else if type.reads("message_delta") {
            try stop(data, into: &events)
        } else if type.reads("message_stop") {
            guard hasStopped else { throw FormatFault("stop_reason", "is missing: the message stopped without one") }
            events.append(.ended)
        } else if type.reads("ping") {
            events.append(.idle)
        } else if type.reads("error") {
            events.append(.failed(MessagesFormat.readError(status: 500, body: data)))
        } else if let error = MessagesFormat.readException(type, data) {
            events.append(.failed(error))
        }
    }

    /// The API itself ends with `message_stop`, and has no such line.
    package mutating func readDone(into events: inout [AnswerEvent]) {}

    private mutating func begin(_ data: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault) {
        guard let message = data["message"], message.kind == .object else {
            throw FormatFault("message", "is missing from message_start")
        }
        events.append(
            .began(AnswerEvent.Head(id: message["id"]?.string ?? "", model: message["model"]?.string ?? "")))
        if let told = message["usage"] { note(told, into: &events) }
    }

    private mutating func note(_ told: JSONValue, into events: inout [AnswerEvent]) {
        usage.merge(told)
        if let usage = usage.usage { events.append(.used(usage)) }
    }

    // MARK: Blocks

    private mutating func start(_ data: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault) {
        guard let index = data["index"]?.integer, let value = data["content_block"], value.kind == .object else {
            throw FormatFault("content_block", "is missing, or its index is")
        }
        guard !open.contains(where: { $0.index == index }) else {
            throw FormatFault("index", "\(index) is a block that is open already")
        }
        let content = try MessagesStreamBlock(value)
        var block = Block(index: index, place: nil, content: content)
        if let (seal, call) = content.sealOfCall {
            seals[call] = seal
        } else if let opening = content.opening {
            let place = nextPlace()
            events.append(.opened(part: place, opening))
            if let seal = content.callID.flatMap({ seals[$0] }) { events.append(.grew(part: place, .seal(seal))) }
            for growth in content.firstGrowth { events.append(.grew(part: place, growth)) }
            block.place = place
        }
        if content.isCall { hasCalls = true }
        open.append(block)
    }

    private mutating func nextPlace() -> AnswerEvent.Place {
        defer { parts += 1 }
        return AnswerEvent.Place(part: parts)
    }

    private mutating func grow(_ data: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault) {
        let block = try block(data)
        guard let delta = data["delta"], let type = delta["type"]?.string else {
            throw FormatFault("delta", "is missing, or its type is")
        }
        guard let growth = open[block].content.growth(type, delta), let place = open[block].place else { return }
        events.append(.grew(part: place, growth))
    }

    private mutating func close(_ block: Int, into events: inout [AnswerEvent]) {
        let closing = open.remove(at: block)
        if let place = closing.place {
            if let growth = closing.content.lastGrowth { events.append(.grew(part: place, growth)) }
            events.append(.closed(part: place))
        } else if closing.content.sealOfCall == nil {
            let part = Part(
                .opaque(origin: .anthropicMessages, closing.content.whole), extras: Extras(.anthropicMessages))
            tell(part, into: &events)
        }
    }

    private mutating func tell(_ part: Part, into events: inout [AnswerEvent]) {
        let place = nextPlace()
        events.append(.opened(part: place, .whole(part)))
        events.append(.closed(part: place))
    }

    private func block(_ data: JSONValue) throws(FormatFault) -> Int {
        guard let index = data["index"]?.integer, let block = open.firstIndex(where: { $0.index == index }) else {
            throw FormatFault("index", "names no block that is open")
        }
        return block
    }

    // MARK: The end

    private mutating func stop(_ data: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault) {
        if let told = data["usage"] { note(told, into: &events) }
        guard !hasStopped, let delta = data["delta"] else { return }
        let details = delta["stop_details"]
        var members = try ObjectReader(delta)
        guard var stop = try MessagesStop.read(&members) else { return }
        while !open.isEmpty { close(0, into: &events) }
        if let refusal = MessagesStop.refusal(in: stop, details) { tell(refusal, into: &events) }
        var extras = stop.extras ?? Extras(.anthropicMessages)
        members.keepRest(in: &extras)
        extras.removeNulls()
        stop.extras = extras.isEmpty ? nil : extras
        hasStopped = true
        events.append(.stopped(choice: 0, MessagesOutputTool.undo(stop, hasCalls: hasCalls)))
    }
}
