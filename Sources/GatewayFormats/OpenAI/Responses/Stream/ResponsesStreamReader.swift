// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads streams. Items come by number, each announced, grown and done; the last event has the whole answer again, of which
/// only the usage and the end are news.
///
/// Compatible servers leave events out. So what is told of a thing that was not announced announces it, and what an item
/// has when it is done makes up for what did not come before.
package struct ResponsesStreamReader: AnswerStreamReader {
    private var items = ResponsesStreamItems()
    private var hasBegun = false
    private var isOver = false

    package init() {}

    /// Makes neutral events of one event of the stream.
    package mutating func read(
        event: JSONString?, _ data: JSONValue, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard !isOver else { return }
        var fields = try ObjectReader(data)
        guard let type = try fields.string("type") ?? event else {
            throw FormatFault("type", "is missing; every event of this API has one")
        }
        switch type.text {
        case "response.created", "response.in_progress", "response.queued": try begin(&fields, into: &events)
        case "response.completed", "response.incomplete": try end(&fields, into: &events)
        case "response.failed", "error":
            events.append(.failed(ResponsesError.read(data)))
            isOver = true
        case "keepalive": events.append(.idle)
        case let type:
            if !hasBegun { begin(AnswerEvent.Head(id: "", model: ""), into: &events) }
            try items.read(type, &fields, into: &events)
        }
    }

    /// OpenAI's own streams have no such line; some servers' do.
    package mutating func readDone(into events: inout [AnswerEvent]) {}

    private mutating func begin(_ head: AnswerEvent.Head, into events: inout [AnswerEvent]) {
        hasBegun = true
        events.append(.began(head))
    }

    private mutating func begin(_ fields: inout ObjectReader, into events: inout [AnswerEvent]) throws(FormatFault) {
        guard !hasBegun, let value = try fields.object("response") else { return }
        let head = try FormatFault.within("response") { () throws(FormatFault) in
            var response = try ObjectReader(value)
            return AnswerEvent.Head(
                id: try response.string("id") ?? "", model: try response.string("model") ?? "",
                created: response.value("created_at").flatMap(ResponsesAnswerReader.seconds))
        }
        begin(head, into: &events)
    }

    private mutating func end(_ fields: inout ObjectReader, into events: inout [AnswerEvent]) throws(FormatFault) {
        try begin(&fields, into: &events)
        guard let value = try fields.object("response") else {
            throw FormatFault("response", "is missing; the last event has the whole answer")
        }
        try FormatFault.within("response") { () throws(FormatFault) in
            let answer = try ResponsesAnswerReader.read(value)
            items.finish(answer, into: &events)
            if let usage = answer.usage { events.append(.used(usage)) }
            for choice in answer.choices { events.append(.stopped(choice: 0, stop(choice.stop))) }
        }
        events.append(.ended)
        isOver = true
    }

    /// The last event need not repeat the calls.
    private func stop(_ stop: Stop) -> Stop {
        stop.reason == .finished && items.haveCalls ? Stop(.toolCalls, native: stop.native) : stop
    }
}
