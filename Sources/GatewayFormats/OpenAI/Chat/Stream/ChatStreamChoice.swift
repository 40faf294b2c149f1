// SPDX-License-Identifier: Apache-2.0

/// One choice of a stream being read: which parts are open.
///
/// Reasoning is closed by what follows it, text by a call; calls stay open until the choice is whole, because their
/// arguments may come by turns.
struct ChatStreamChoice {
    let index: Int
    private(set) var isStopped = false
    private var partCount = 0
    private var text: Int?
    private var refusal: Int?
    private var reasoning: OpenReasoning?
    private var calls: ChatStreamCalls

    private struct OpenReasoning {
        var part: Int
        /// The last piece of it.
        var piece: ChatReasoningDetail?
        /// Whether its text comes without pieces.
        var isPlain = false
    }

    init(index: Int) {
        self.index = index
        calls = ChatStreamCalls(choice: index)
    }

    mutating func read(_ choice: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault) {
        // Filters may be told of later; nothing else may follow.
        guard !isStopped else { return }
        // A server that ignores deltas sends the message.
        if let delta = choice["delta"] ?? choice["message"], !delta.isNull {
            do throws(FormatFault) { try read(delta: delta, into: &events) } catch { throw error.within("delta") }
        }
        guard let word = choice["finish_reason"], !word.isNull else { return }
        guard let word = word.string else { throw FormatFault("finish_reason", "must be a string") }
        isStopped = true
        try closeAll(into: &events)
        let stop = ChatFinish.read(word, beside: choice, hasCalls: !calls.isEmpty)
        events.append(.stopped(choice: index, stop))
    }

    private mutating func read(delta: JSONValue, into events: inout [AnswerEvent]) throws(FormatFault) {
        var fields = try ObjectReader(delta)
        try readReasoning(&fields, into: &events)
        try readContent(&fields, into: &events)
        if let said = try fields.string("refusal"), !said.isEmpty { grow(\.refusal, .refusal, said, into: &events) }
        for picture in try fields.map("images", ChatContentReader.part) ?? [] { addWhole(picture, into: &events) }
        for annotation in try fields.elements("annotations") {
            grow(\.text, .text, nil, into: &events)
            guard let text else { continue }
            events.append(.grew(part: place(text), .opaque(origin: .openAIChat, annotation.fragment)))
        }
        try readCalls(&fields, into: &events)
    }

    // MARK: Text

    private mutating func readContent(
        _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        guard let content = fields.value("content") else { return }
        if let said = content.string {
            if !said.isEmpty { grow(\.text, .text, said, into: &events) }
            return
        }
        for part in try fields.map("content", ChatContentReader.part) ?? [] {
            switch part.content {
            case .text(let said): if !said.isEmpty { grow(\.text, .text, said, into: &events) }
            case .reasoning(let thought): growPlainReasoning(thought.text, into: &events)
            default: addWhole(part, into: &events)
            }
        }
    }

    /// Adds `said` to the open part at `open`, or opens one.
    private mutating func grow(
        _ open: WritableKeyPath<Self, Int?>, _ opening: AnswerEvent.Opening, _ said: JSONString?,
        into events: inout [AnswerEvent]
    ) {
        closeReasoning(into: &events)
        let part: Int
        if let known = self[keyPath: open] {
            part = known
        } else {
            part = newPart()
            self[keyPath: open] = part
            events.append(.opened(part: place(part), opening))
        }
        if let said { events.append(.grew(part: place(part), .text(said))) }
    }

    private mutating func addWhole(_ part: Part, into events: inout [AnswerEvent]) {
        closeReasoning(into: &events)
        closeText(into: &events)
        let number = newPart()
        events.append(.opened(part: place(number), .whole(part)))
        events.append(.closed(part: place(number)))
    }

    // MARK: Reasoning

    private mutating func readReasoning(
        _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        let older = try fields.string("reasoning_content")
        let newer = fields.value("reasoning")?.string
        let pieces = try fields.elements("reasoning_details").compactMap(ChatReasoningDetail.init)
        if !pieces.isEmpty {
            for piece in pieces { grow(piece, into: &events) }
        } else if let plain = older ?? newer, !plain.isEmpty {
            growPlainReasoning(plain, into: &events)
        }
    }

    private mutating func growPlainReasoning(_ said: JSONString, into events: inout [AnswerEvent]) {
        closeText(into: &events)
        // What follows a seal is another thought.
        if reasoning?.piece?.seal != nil { closeReasoning(into: &events) }
        let part = reasoning?.part ?? openReasoning(isSummary: false, into: &events)
        reasoning?.isPlain = true
        events.append(.grew(part: place(part), .text(said)))
    }

    /// Pieces of one number are of one part, as is the sealed form of what the one before said. A piece after plain text
    /// repeats that text, to say what its seal is for.
    private mutating func grow(_ piece: ChatReasoningDetail, into events: inout [AnswerEvent]) {
        closeText(into: &events)
        if let before = reasoning?.piece, before.index != piece.index, !piece.seals(before) {
            closeReasoning(into: &events)
        }
        let part = reasoning?.part ?? openReasoning(isSummary: piece.isSummary, into: &events)
        if reasoning?.isPlain == false, !piece.text.isEmpty {
            events.append(.grew(part: place(part), .text(piece.text)))
        }
        if let seal = piece.seal { events.append(.grew(part: place(part), .seal(seal))) }
        reasoning?.piece = piece
    }

    private mutating func openReasoning(isSummary: Bool, into events: inout [AnswerEvent]) -> Int {
        let part = newPart()
        reasoning = OpenReasoning(part: part)
        events.append(.opened(part: place(part), .reasoning(isSummary: isSummary)))
        return part
    }

    // MARK: Calls

    private mutating func readCalls(
        _ fields: inout ObjectReader, into events: inout [AnswerEvent]
    ) throws(FormatFault) {
        var pieces = try fields.elements("tool_calls")
        if let older = try fields.object("function_call") { pieces.append(older) }
        guard !pieces.isEmpty else { return }
        closeReasoning(into: &events)
        closeText(into: &events)
        for piece in pieces { try calls.read(piece, &partCount, into: &events) }
    }

    // MARK: Closing

    private mutating func newPart() -> Int {
        defer { partCount += 1 }
        return partCount
    }

    private func place(_ part: Int) -> AnswerEvent.Place { .init(choice: index, part: part) }

    private mutating func closeReasoning(into events: inout [AnswerEvent]) {
        guard let open = reasoning else { return }
        events.append(.closed(part: place(open.part)))
        reasoning = nil
    }

    private mutating func closeText(into events: inout [AnswerEvent]) {
        guard let open = text else { return }
        events.append(.closed(part: place(open)))
        text = nil
    }

    private mutating func closeAll(into events: inout [AnswerEvent]) throws(FormatFault) {
        closeReasoning(into: &events)
        closeText(into: &events)
        if let refusal { events.append(.closed(part: place(refusal))) }
        refusal = nil
        try calls.close(&partCount, into: &events)
    }
}
