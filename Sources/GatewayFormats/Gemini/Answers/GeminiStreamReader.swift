// SPDX-License-Identifier: Apache-2.0

/// Reads the stream of `streamGenerateContent`: each event is a whole response with what is new. It has no terminal event,
/// and says that a candidate is finished more than once or before its last part; so that waits for the end of the stream.
package struct GeminiStreamReader: AnswerStreamReader {
    private var parts: GeminiPartReader?
    private var candidates: [GeminiStreamCandidate] = []
    private var blockReason: JSONString?
    private var isOver = false

    package init() {}

    /// Takes an event: a response, an error, or an array of responses.
    package mutating func read(
        event: JSONString?, _ data: JSONValue, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard !isOver else { return }
        if GeminiFormat.errorObject(data) != nil {
            isOver = true
            return events.append(.failed(GeminiFormat.readError(status: 500, body: data)))
        }
        guard data.kind == .array else { return try readResponse(data, into: &events) }
        for element in data.elements { try readResponse(element, into: &events) }
    }

    /// Takes the end as some compatible servers mark it.
    package mutating func readDone(into events: inout [AnswerEvent]) { readEnd(into: &events) }

    /// Takes the end: of an answer that is whole only if every candidate has said why it stopped.
    package mutating func readEnd(into events: inout [AnswerEvent]) {
        guard !isOver else { return }
        if candidates.isEmpty, let blockReason {
            events.append(.stopped(choice: 0, Stop(.contentFilter, native: blockReason)))
        } else {
            guard !candidates.isEmpty, candidates.allSatisfy(\.isFinished) else { return }
            for index in candidates.indices { candidates[index].stop(into: &events) }
        }
        isOver = true
        events.append(.ended)
    }

    private mutating func readResponse(_ value: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault) {
        var object = try GeminiObject(value)
        if parts == nil { try begin(&object, value, into: &events) }
        try object.array("candidates")?.read("candidates") { candidate, index throws(FormatFault) in
            try readCandidate(candidate, at: index, into: &events)
        }
        blockReason = blockReason ?? GeminiFormat.blockReason(value)
        if let counts = try object.object("usageMetadata", "usage_metadata") {
            var rest = Extras(.gemini)
            let usage = try FormatFault.within("usageMetadata") { () throws(FormatFault) in
                try GeminiUsage.read(counts, keeping: &rest)
            }
            events.append(.used(usage))
        }
    }

    private mutating func begin(
        _ object: inout GeminiObject, _ value: JSONValue, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        let id = try object.string("responseId", "response_id") ?? ""
        let model = try object.string("modelVersion", "model_version") ?? ""
        let name = id.isEmpty ? GeminiCallLinks.digest(of: value.fragment.bytes) : id
        parts = GeminiPartReader(source: .provider, calls: GeminiCallLinks(answer: name))
        events.append(.began(AnswerEvent.Head(id: id, model: model)))
    }

    private mutating func readCandidate(
        _ value: JSONValue, at place: Int, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        var object = try GeminiObject(value)
        let choice = try object.integer("index").flatMap { Int(exactly: $0) } ?? place
        let index = candidates.firstIndex { $0.choice == choice } ?? candidates.count
        if index == candidates.count { candidates.append(GeminiStreamCandidate(choice)) }
        let reason = try object.string("finishReason", "finish_reason")
        if let content = try object.object("content") {
            try FormatFault.within("content") { () throws(FormatFault) in
                try readContent(content, of: index, into: &events)
            }
        }
        candidates[index].add(object.rest, into: &events)
        if let reason, !reason.reads("FINISH_REASON_UNSPECIFIED") { candidates[index].reason = reason }
    }

    private mutating func readContent(
        _ value: JSONValue, of index: Int, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        var object = try GeminiObject(value)
        try object.array("parts")?.read("parts") { part, _ throws(FormatFault) in
            if try candidates[index].addPiece(of: part, &parts, into: &events) { return }
            var read: [Part] = []
            try parts?.append(part, to: &read)
            for part in read { candidates[index].add(part, into: &events) }
        }
    }
}

/// One candidate of a stream: which of its parts is open, and what has been said of its end.
struct GeminiStreamCandidate: Sendable {
    private enum Open: Sendable, Equatable { case text, thought }

    /// A call whose arguments come in pieces.
    private struct Piecemeal: Sendable {
        var call: Part
        var arguments = GeminiPartialArguments()
    }

    let choice: Int
    /// Why it ended, in Gemini's word; nil while it goes on.
    var reason: JSONString?
    private var open: Open?
    private var next = 0
    private var hasCalls = false
    private var piecemeal: Piecemeal?

    init(_ choice: Int) { self.choice = choice }

    var isFinished: Bool { reason != nil && piecemeal == nil }

    /// The part that is open, or was last.
    private var place: AnswerEvent.Place { AnswerEvent.Place(choice: choice, part: next - 1) }

    mutating func add(_ part: Part, into events: inout [AnswerEvent]) {
        switch part.content {
        case .text(let text):
            guard !text.isEmpty else { return }
            begin(.text, .text, into: &events)
            events.append(.grew(part: place, .text(text)))
        case .reasoning(let reasoning): add(reasoning, into: &events)
        case .call(let call): add(call, into: &events)
        case .refusal, .media, .result, .opaque:
            close(into: &events)
            addWhole(part, into: &events)
        }
    }

    /// Adds what else is said of the candidate, such as the sources of its text, to the text.
    mutating func add(_ extras: Extras, into events: inout [AnswerEvent]) {
        guard !extras.isEmpty else { return }
        let bytes = JSONWriter.object { json in json.write(extras) }
        let fragment = JSONFragment(bytes[...])
        guard open == nil else { return events.append(.grew(part: place, .opaque(origin: .gemini, fragment))) }
        addWhole(Part(.opaque(origin: .gemini, fragment), extras: Extras(.gemini)), into: &events)
    }

    mutating func stop(into events: inout [AnswerEvent]) {
        close(into: &events)
        events.append(.stopped(choice: choice, GeminiStop.read(reason, hasCalls: hasCalls)))
    }

    private mutating func begin(_ kind: Open, _ opening: AnswerEvent.Opening, into events: inout [AnswerEvent]) {
        guard open != kind else { return }
        close(into: &events)
        next += 1
        open = kind
        events.append(.opened(part: place, opening))
    }

    private mutating func close(into events: inout [AnswerEvent]) {
        guard open != nil else { return }
        open = nil
        events.append(.closed(part: place))
    }

    private mutating func addWhole(_ part: Part, into events: inout [AnswerEvent]) {
        next += 1
        events.append(.opened(part: place, .whole(part)))
        events.append(.closed(part: place))
    }

    private mutating func add(_ reasoning: Reasoning, into events: inout [AnswerEvent]) {
        if !reasoning.isSummary { close(into: &events) }
        begin(.thought, .reasoning(isSummary: reasoning.isSummary), into: &events)
        if !reasoning.text.isEmpty { events.append(.grew(part: place, .text(reasoning.text))) }
        guard let seal = reasoning.seal else { return }
        events.append(.grew(part: place, .seal(seal)))
        close(into: &events)
    }

    private mutating func add(_ call: ToolCall, into events: inout [AnswerEvent]) {
        close(into: &events)
        hasCalls = true
        next += 1
        events.append(.opened(part: place, .call(id: call.id, name: call.name)))
        if let seal = call.seal { events.append(.grew(part: place, .seal(seal))) }
        events.append(.grew(part: place, .arguments(call.arguments.encoded)))
        events.append(.closed(part: place))
    }

    // MARK: Arguments in pieces

    /// Takes a part that is a piece of a call; false for every other. The call is told of when it is whole.
    mutating func addPiece(
        of part: JSONValue, _ reader: inout GeminiPartReader?, into events: inout [AnswerEvent]
    ) throws(FormatFault) -> Bool {
        guard let call = part["functionCall"] ?? part["function_call"] else { return false }
        let continues = (call["willContinue"] ?? call["will_continue"])?.bool ?? false
        if call["name"]?.string != nil {
            guard continues else { return false }
            var read: [Part] = []
            try reader?.append(part, to: &read)
            if let first = read.first { piecemeal = Piecemeal(call: first) }
        }
        guard piecemeal != nil else { return false }
        let pieces = call["partialArgs"] ?? call["partial_args"]
        try pieces?.elements.read("functionCall.partialArgs") { value, _ throws(FormatFault) in
            try piecemeal?.arguments.add(value)
        }
        if !continues { finishPieces(into: &events) }
        return true
    }

    private mutating func finishPieces(into events: inout [AnswerEvent]) {
        guard let whole = piecemeal, case .call(var call) = whole.call.content else { return }
        piecemeal = nil
        call.arguments = .object(whole.arguments.object)
        add(call, into: &events)
    }
}
