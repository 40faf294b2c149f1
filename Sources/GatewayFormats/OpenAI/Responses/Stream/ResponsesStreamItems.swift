// SPDX-License-Identifier: Apache-2.0

/// The items of a stream that is read, as far as they have come: which part of the answer each of their pieces is.
struct ResponsesStreamItems: Sendable {
    /// Which piece of an item.
    struct Slot: Sendable, Hashable {
        enum Kind: Sendable {
            case content, summary, arguments
        }

        var kind: Kind
        var index: Int64 = 0

        static let arguments = Slot(kind: .arguments)
        /// For the seal of reasoning of which everything else is closed.
        static let sealOnly = Slot(kind: .summary, index: .max)
    }

    private struct Piece: Sendable {
        var item: Int64
        var slot: Slot
        var place: AnswerEvent.Place
        var isReasoning: Bool
        var hasGrown = false
        /// Closed pieces are known until the end of their item, which tells them again.
        var isClosed = false
    }

    /// The pieces of items that have not ended, in the order they opened.
    private var pieces: [Piece] = []
    /// A call that is done but not closed: its seal comes behind it, if there is one.
    private var doneCall: (place: AnswerEvent.Place, id: JSONString?)?
    private var sealsOfCalls: [JSONString: Seal] = [:]
    /// How many parts have opened.
    private var count = 0
    private(set) var haveCalls = false

    // MARK: Pieces

    func isKnown(_ item: Int64, _ slot: Slot) -> Bool { index(item, slot) != nil }

    private func index(_ item: Int64, _ slot: Slot) -> Int? {
        pieces.firstIndex { $0.item == item && $0.slot == slot }
    }

    private mutating func nextPlace() -> AnswerEvent.Place {
        defer { count += 1 }
        return AnswerEvent.Place(part: count)
    }

    /// Opens a piece, unless it is known. Of reasoning one piece at a time is open: it stays so until the next, or the end of
    /// the item, which tells its seal.
    mutating func open(
        _ item: Int64, _ slot: Slot, _ opening: AnswerEvent.Opening, into events: inout [AnswerEvent]
    ) {
        guard !isKnown(item, slot) else { return }
        var isReasoning = false
        if case .reasoning = opening {
            isReasoning = true
            close(into: &events) { $0.item == item && $0.isReasoning }
        }
        let place = nextPlace()
        pieces.append(Piece(item: item, slot: slot, place: place, isReasoning: isReasoning))
        events.append(.opened(part: place, opening))
        guard case .call(let id, _) = opening else { return }
        haveCalls = true
        if let id, let seal = sealsOfCalls.removeValue(forKey: id) { events.append(.grew(part: place, .seal(seal))) }
    }

    /// Adds to a piece that is open.
    mutating func grow(
        _ item: Int64, _ slot: Slot, _ growth: AnswerEvent.Growth, into events: inout [AnswerEvent]
    ) {
        guard let index = index(item, slot), !pieces[index].isClosed else { return }
        switch growth {
        case .text, .arguments: pieces[index].hasGrown = true
        case .seal, .opaque: break
        }
        events.append(.grew(part: pieces[index].place, growth))
    }

    /// Gives a piece, which opens now if it has not, its `text`, if none of it has come. Its kind is in `opening`.
    private mutating func complete(
        _ item: Int64, _ slot: Slot, _ opening: AnswerEvent.Opening, _ text: JSONString,
        into events: inout [AnswerEvent]
    ) {
        open(item, slot, opening, into: &events)
        guard let index = index(item, slot), !pieces[index].hasGrown, !text.isEmpty else { return }
        if case .call = opening {
            grow(item, slot, .arguments(text), into: &events)
        } else {
            grow(item, slot, .text(text), into: &events)
        }
    }

    /// Closes a part of a message. Reasoning stays open until its seal can be known.
    mutating func closeContent(_ item: Int64, _ slot: Slot, into events: inout [AnswerEvent]) {
        close(into: &events) { $0.item == item && $0.slot == slot && !$0.isReasoning }
    }

    private mutating func close(into events: inout [AnswerEvent], _ isMeant: (Piece) -> Bool) {
        for index in pieces.indices where !pieces[index].isClosed && isMeant(pieces[index]) {
            events.append(.closed(part: pieces[index].place))
            pieces[index].isClosed = true
        }
    }

    // MARK: Items

    /// Adds what of an item has not come yet, and ends it.
    mutating func finish(_ item: Int64, _ done: ResponsesItem, _ value: JSONFragment, into events: inout [AnswerEvent])
    {
        switch done {
        case .sealOfCall(let call, let seal):
            if let doneCall, doneCall.id == call {
                events.append(.grew(part: doneCall.place, .seal(seal)))
            } else {
                sealsOfCalls[call] = seal
            }
            closeDoneCall(into: &events)
        case .made(let parts):
            closeDoneCall(into: &events)
            complete(item, parts, into: &events)
        case .message, .result:
            closeDoneCall(into: &events)
            write(whole: ResponsesFields.part(.opaque(origin: .openAIResponses, value)), into: &events)
        }
    }

    /// Ends everything. An answer of which nothing came before its end comes now.
    mutating func finish(_ answer: Answer, into events: inout [AnswerEvent]) {
        if count == 0, let parts = answer.choices.first?.parts {
            for (number, part) in parts.enumerated() {
                closeDoneCall(into: &events)
                complete(Int64(number), [part], into: &events)
            }
        }
        closeDoneCall(into: &events)
        close(into: &events) { _ in true }
    }

    mutating func closeDoneCall(into events: inout [AnswerEvent]) {
        guard let call = doneCall else { return }
        events.append(.closed(part: call.place))
        doneCall = nil
    }

    private mutating func complete(_ item: Int64, _ parts: [Part], into events: inout [AnswerEvent]) {
        var contents: Int64 = 0
        var summaries: Int64 = 0
        for part in parts {
            var slot = Slot(kind: .content, index: contents)
            switch part.content {
            case .text(let text): complete(item, slot, .text, text, into: &events)
            case .refusal(let text): complete(item, slot, .refusal, text, into: &events)
            case .reasoning(let reasoning):
                if reasoning.isSummary { slot = Slot(kind: .summary, index: summaries) }
                complete(item, slot, reasoning, into: &events)
            case .call(let call) where !call.arguments.isCustom: complete(item, call, into: &events)
            case .media, .call, .result, .opaque: write(whole: part, into: &events)
            }
            if slot.kind == .summary { summaries += 1 } else { contents += 1 }
        }
        close(into: &events) { $0.item == item }
        pieces.removeAll { $0.item == item }
    }

    private mutating func complete(
        _ item: Int64, _ slot: Slot, _ reasoning: Reasoning, into events: inout [AnswerEvent]
    ) {
        // An item of neither text nor seal says nothing.
        if reasoning.text.isEmpty, reasoning.seal == nil, !isKnown(item, slot) { return }
        let opening = AnswerEvent.Opening.reasoning(isSummary: reasoning.isSummary)
        complete(item, slot, opening, reasoning.text, into: &events)
        guard let seal = reasoning.seal else { return }
        let open = pieces.last { $0.item == item && !$0.isClosed }?.slot
        if open == nil { self.open(item, .sealOnly, opening, into: &events) }
        grow(item, open ?? .sealOnly, .seal(seal), into: &events)
    }

    private mutating func complete(_ item: Int64, _ call: ToolCall, into events: inout [AnswerEvent]) {
        let arguments: JSONString
        switch call.arguments {
        case .encoded(let text), .text(let text): arguments = text
        case .object(let object): arguments = JSONString(holding: object)
        }
        complete(item, .arguments, .call(id: call.id, name: call.name), arguments, into: &events)
        if let seal = call.seal { grow(item, .arguments, .seal(seal), into: &events) }
        guard let index = index(item, .arguments) else { return }
        doneCall = (pieces.remove(at: index).place, call.id)
    }

    private mutating func write(whole part: Part, into events: inout [AnswerEvent]) {
        if part.isCall { haveCalls = true }
        let place = nextPlace()
        events.append(.opened(part: place, .whole(part)))
        events.append(.closed(part: place))
    }
}
