// SPDX-License-Identifier: Apache-2.0

/// Reads what a chat message says was thought: as plain text under either of its two names, or piece by piece with the
/// seals, in `reasoning_details`. The pieces tell everything; where they are understood, the plain text is but their copy
/// for display.
enum ChatReasoningReader {
    /// A part, and its place among the message's parts, counted from 0.
    struct Thought {
        var part: Part
        var place: Int

        init(_ reasoning: Reasoning, place: Int) {
            part = Part(.reasoning(reasoning), extras: Extras(.openAIChat))
            self.place = place
        }
    }

    static func read(_ fields: inout ObjectReader, _ extras: inout Extras) -> [Thought] {
        let plain = [plain("reasoning_content", &fields, &extras), plain("reasoning", &fields, &extras)]
        if let details = fields.value("reasoning_details") {
            if let thoughts = thoughts(details) { return thoughts }
            extras.keep("reasoning_details", details)
        }
        return plain.lazy.compactMap { $0 }.prefix(1).map { Thought(Reasoning($0), place: 0) }
    }

    /// The text of the member `name`; anything but text is not understood.
    private static func plain(
        _ name: StaticString, _ fields: inout ObjectReader, _ extras: inout Extras
    ) -> JSONString? {
        guard let value = fields.value(name) else { return nil }
        guard let text = value.string else {
            extras.keep(JSONString("\(name)"), value)
            return nil
        }
        return text.isEmpty ? nil : text
    }

    /// Nil when there is a piece that is not understood, or none at all.
    private static func thoughts(_ details: JSONValue) -> [Thought]? {
        var pieces: [ChatReasoningDetail] = []
        for value in details.elements {
            guard let piece = ChatReasoningDetail(value) else { return nil }
            if let last = pieces.last, piece.seals(last) {
                pieces[pieces.count - 1].seal = piece.seal
            } else {
                pieces.append(piece)
            }
        }
        if pieces.isEmpty { return nil }
        return pieces.enumerated().map { place, piece in
            Thought(piece.reasoning, place: piece.position.flatMap(Int.init(exactly:)).map { max($0, place) } ?? place)
        }
    }
}
