// SPDX-License-Identifier: Apache-2.0

extension ResponsesRequestWriter {
    /// Writes the conversation: what comes first into `instructions`, if that can say it, the rest as items.
    mutating func writeInput(_ json: inout JSONWriter) {
        var instructions = conversation.instructions[...]
        if let first = instructions.first, let text = first.plainText,
            first.parts[0].cacheMark == nil || !sendsCacheMarks
        {
            if first.parts[0].cacheMark != nil { noteLostCacheMark() }
            json.member("instructions", text)
            instructions.removeFirst()
        }
        if !conversation.instructions.isEmpty { note(.kept, .instructions) }
        let schema = schemaInstruction()
        // An empty list is no input, and so refused, where the conversation lies at OpenAI.
        if isOwn, instructions.isEmpty, schema == nil, conversation.turns.isEmpty { return }
        json.array("input") { json in
            for instruction in instructions {
                let extras = own(instruction.extras, at: .instruction)
                write(message: .instruction(instruction.role), instruction.parts[...], extras, &json)
            }
            for turn in lateInstructions {
                note(.emulated, .lateInstruction, "it stands before the conversation")
                write(turn, &json)
            }
            if let schema { write(message: .instruction(.system), [schema], Extras(.openAIResponses), &json) }
            for turn in conversation.turns where rules.takesLateInstructions || !turn.isInstruction {
                write(turn, &json)
            }
        }
    }

    /// Instructions from the middle of the conversation, for a model that takes them at its beginning alone.
    private var lateInstructions: [Turn] {
        rules.takesLateInstructions ? [] : conversation.turns.filter(\.isInstruction)
    }

    private mutating func write(_ turn: Turn, _ json: inout JSONWriter) {
        if turn.name != nil { note(.dropped, .participantName, "the Responses API does not name participants") }
        var extras = own(turn.extras, at: turn.isInstruction ? .instruction : .turn)
        let parts = turn.parts
        var start = 0
        while start < parts.count {
            let rest = parts[start...]
            var end = start + 1
            if parts[start].belongs(toMessageOf: turn.role) {
                let id = parts[start].id
                end = rest.firstIndex { !$0.belongs(toMessageOf: turn.role) || $0.id != id } ?? parts.count
                write(message: turn.role, parts[start..<end], extras, &json)
                extras = Extras(.openAIResponses)
            } else if parts[start].isReasoning {
                end = start + ResponsesReasoning.count(atStartOf: rest)
                write(reasoning: parts[start..<end], &json)
            } else {
                write(item: parts[start], &json)
            }
            start = end
        }
    }

    // MARK: Messages

    private mutating func write(
        message role: Turn.Role, _ parts: ArraySlice<Part>, _ extras: Extras, _ json: inout JSONWriter
    ) {
        let isOutput = role == .assistant
        let parts = parts.allSatisfy(\.isOfMessage) ? parts : parts.filter { takes($0) }[...]
        guard let first = parts.first else { return }
        let id = ResponsesItemID.known(first.id)
        var extras = extras
        if isOutput, first.extras.origin == .openAIResponses { extras.members += first.extras.inside("item").members }
        json.object { json in
            json.member("type", literal: "message")
            json.member("id", id)
            json.member("role", literal: name(of: role))
            if id != nil, !extras.has("status") {
                json.member("status", literal: "completed")
            }
            json.write(extras)
            if id == nil, parts.count == 1, let text = plainText(first) {
                _ = own(first.extras, at: .part)
                if first.cacheMark != nil { noteLostCacheMark() }
                json.member("content", text)
            } else {
                json.array("content") { json in
                    for part in parts { write(part, isOutput: isOutput, &json) }
                }
            }
        }
    }

    /// The text of a part that a string can say.
    private func plainText(_ part: Part) -> JSONString? {
        guard case .text(let text) = part.content, part.cacheMark == nil || !sendsCacheMarks else { return nil }
        let isPlain = part.extras.members.allSatisfy { $0.name.reads(prefix: "item.") }
        return isPlain || part.extras.origin != .openAIResponses ? text : nil
    }

    private func name(of role: Turn.Role) -> StaticString {
        switch role {
        case .user: "user"
        case .assistant: "assistant"
        case .tool: "user"
        case .instruction(.developer) where rules.takesDeveloperRole: "developer"
        case .instruction: "system"
        }
    }
}

extension Instruction {
    /// The text, if `instructions` can say it: from the system, one text, nothing besides.
    var plainText: JSONString? {
        guard role == .system, parts.count == 1, case .text(let text)? = parts.first?.content, parts[0].extras.isEmpty,
            extras.isEmpty
        else { return nil }
        return text
    }
}

extension Turn {
    fileprivate var isInstruction: Bool {
        if case .instruction = role { true } else { false }
    }
}

extension Part {
    /// Whether it stands in a message's content, of somebody in `role`, rather than being an item of its own.
    fileprivate func belongs(toMessageOf role: Turn.Role) -> Bool {
        switch content {
        case .text, .refusal: true
        case .media, .opaque: role != .assistant
        case .reasoning, .call, .result: false
        }
    }
}
