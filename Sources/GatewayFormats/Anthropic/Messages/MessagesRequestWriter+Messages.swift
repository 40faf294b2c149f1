// SPDX-License-Identifier: Apache-2.0

extension MessagesRequestWriter {
    mutating func writeMessages(_ json: inout JSONWriter) {
        // What stood in assistant messages, which take no pictures and documents: it goes to the user's next message.
        var carried: [Part] = []
        json.array("messages") { json in
            for message in plan.messages {
                let parts = parts(of: message, carrying: &carried)
                let extras = message.turns.map { conversation.turns[$0].extras }
                if parts.isEmpty, !isNative || extras.allSatisfy(\.isEmpty) {
                    report.dropped(ExtrasPlace.turn.path(in: origin), "a message without content is refused")
                    continue
                }
                json.object { json in
                    json.member("role", literal: message.role.name)
                    write(parts, &json)
                    for extras in extras where isNative { json.write(extras, except: MessagesFormat.innerObjects) }
                }
            }
        }
        for part in carried { noteGone(part, "assistant messages take no media, and no message of the user follows") }
    }

    /// What a message is to say, in order: results of calls come first in a user's message.
    private mutating func parts(of message: MessagesPlan.Message, carrying carried: inout [Part]) -> [Part] {
        var results: [Part] = []
        var others: [Part] = []
        for index in message.turns {
            let turn = conversation.turns[index]
            noteLosses(of: turn)
            others.reserveCapacity(others.count + turn.parts.count)
            for part in turn.parts {
                guard let part = acceptable(part) else { continue }
                switch (part.content, message.role) {
                case (.result, .user):
                    if !others.isEmpty { note(.moved, .partOrder, "results of calls come first in their message") }
                    results.append(part)
                case (.media, .assistant) where !isNative: carried.append(part)
                case (.text, _), (_, .user), (_, .assistant), (.opaque, .system): others.append(part)
                case (_, .system): noteGone(part, "instructions are text")
                }
            }
        }
        if message.role == .user { deliver(&carried, after: &results) }
        return results + others
    }

    private mutating func noteLosses(of turn: Turn) {
        if turn.name != nil { note(.dropped, .participantName, "messages carry no names") }
        if !isNative { report.dropped(turn.extras, at: .turn, "the Messages API has no such field") }
    }

    private mutating func deliver(_ carried: inout [Part], after results: inout [Part]) {
        for case .media(let media) in carried.map(\.content) {
            let field = MessagesBlock.field(media.kind)
            note(.moved, field, "to the user's next message: assistant messages take no media")
        }
        results += carried
        carried = []
    }

    /// `content`: a string where one plain text is all there is.
    mutating func write(_ parts: [Part], _ json: inout JSONWriter) {
        if let text = plainText(parts) { return json.member("content", text) }
        json.array("content") { json in for part in parts { write(part, &json) } }
    }

    /// The text that `parts` are, if they are one text that nothing more is said of.
    func plainText(_ parts: [Part]) -> JSONString? {
        guard parts.count == 1, case .text(let text) = parts[0].content, parts[0].cacheMark == nil else { return nil }
        return parts[0].extras.isEmpty || !isNative ? text : nil
    }

    /// `system`: all that stands before the conversation, and instructions that have no place within it.
    mutating func writeSystem(_ json: inout JSONWriter) {
        let parts = systemParts().compactMap { part -> Part? in
            guard let part = acceptable(part) else { return nil }
            if case .text = part.content { return part }
            if case .opaque = part.content { return part }
            noteGone(part, "instructions are text")
            return nil
        }
        if parts.isEmpty { return }
        if let text = plainText(parts) { return json.member("system", text) }
        json.array("system") { json in for part in parts { write(part, &json) } }
    }

    private mutating func systemParts() -> [Part] {
        var parts: [Part] = []
        for instruction in conversation.instructions {
            if !isNative { report.dropped(instruction.extras, at: .instruction, "the Messages API has no such field") }
            parts += instruction.parts
        }
        if !parts.isEmpty { note(.kept, .instructions) }
        for index in plan.early {
            parts += conversation.turns[index].parts
            report.dropped(conversation.turns[index].extras, at: .turn, "system has no such field")
            note(.moved, .lateInstruction, "to system: it has no place in the conversation")
        }
        if let instruction = form.instruction { parts.append(Part(.text(instruction), extras: Extras(origin))) }
        return parts
    }
}
