// SPDX-License-Identifier: Apache-2.0

/// Writes the messages of a chat request.
struct ChatMessageWriter {
    let conversation: Conversation
    let rules: TargetRules
    let scanner: JSONScanner
    var report: LossReport
    private var links: ChatCallLinks
    /// What results hold besides text, which goes into the user's message after them.
    private var carried: [Part] = []

    init(_ conversation: Conversation, _ rules: TargetRules, _ report: LossReport, _ scanner: JSONScanner) {
        self.conversation = conversation
        self.rules = rules
        self.report = report
        self.scanner = scanner
        links = ChatCallLinks(rules.callIDs)
    }

    var origin: Format { conversation.extras.origin }

    mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String = "") {
        report.note(fate, field, of: origin, reason)
    }

    func refuses(_ field: String) -> Bool {
        !rules.refusedFields.isEmpty && rules.refusedFields.contains(field)
    }

    mutating func write(_ json: inout JSONWriter) {
        json.array("messages") { json in
            writeInstructions(&json)
            for turn in conversation.turns { write(turn, &json) }
            writeCarried(&json)
        }
    }

    // MARK: Instructions

    private mutating func writeInstructions(_ json: inout JSONWriter) {
        for instruction in conversation.instructions {
            note(.kept, .instructions)
            writeInstruction(instruction.role, instruction.parts, name: nil, instruction.extras, &json)
        }
        if !rules.takesLateInstructions {
            for turn in conversation.turns {
                guard case .instruction(let role) = turn.role else { continue }
                note(.moved, .lateInstruction, "the model takes instructions before the conversation alone")
                writeInstruction(role, turn.parts, name: turn.name, turn.extras, &json)
            }
        }
        writeSchemaInstruction(&json)
    }

    private mutating func writeInstruction(
        _ role: Instruction.Role, _ parts: [Part], name: JSONString?, _ extras: Extras, _ json: inout JSONWriter
    ) {
        let isDeveloper = role == .developer && rules.takesDeveloperRole
        if role == .developer, !isDeveloper { note(.moved, .instructions, "the model knows no developer role") }
        json.object { json in
            json.member("role", literal: isDeveloper ? "developer" : "system")
            writeContent(parts, of: .instruction, &json)
            writeName(name, &json)
            writeExtras(extras, at: .instruction, &json)
        }
    }

    /// Tells the schema of the answer to a model that takes none.
    private func writeSchemaInstruction(_ json: inout JSONWriter) {
        guard case .schema(let schema) = conversation.output, !rules.takesOutputSchema else { return }
        json.object { json in
            json.member("role", literal: "system")
            let order: JSONString = "Answer with nothing but one JSON object that fulfils this JSON Schema:\n"
            json.member("content", JSONString(joining: [order, JSONString(holding: schema.schema)]))
        }
    }

    // MARK: Turns

    private mutating func write(_ turn: Turn, _ json: inout JSONWriter) {
        switch turn.role {
        case .user:
            writeUser(carried + turn.parts, name: turn.name, turn.extras, &json)
            carried = []
        case .assistant:
            writeCarried(&json)
            writeAssistant(turn, &json)
        case .tool:
            for part in turn.parts { writeResult(part, &json) }
            if !turn.extras.isEmpty { report.dropped(turn.extras, at: .turn, "it belongs to no message") }
        case .instruction(let role):
            guard rules.takesLateInstructions else { return }
            writeCarried(&json)
            note(.kept, .lateInstruction)
            writeInstruction(role, turn.parts, name: turn.name, turn.extras, &json)
        }
    }

    private mutating func writeUser(
        _ parts: [Part], name: JSONString?, _ extras: Extras, _ json: inout JSONWriter
    ) {
        json.object { json in
            json.member("role", literal: "user")
            writeContent(parts, of: .user, &json)
            writeName(name, &json)
            writeExtras(extras, at: .turn, &json)
        }
    }

    private mutating func writeCarried(_ json: inout JSONWriter) {
        guard !carried.isEmpty else { return }
        writeUser(carried, name: nil, Extras(.openAIChat), &json)
        carried = []
    }

    private mutating func writeAssistant(_ turn: Turn, _ json: inout JSONWriter) {
        noteOrder(turn.parts)
        json.object { json in
            json.member("role", literal: "assistant")
            writeContent(turn.parts, of: .assistant, &json)
            writeRefusal(turn.parts, &json)
            writeReasoning(turn.parts, &json)
            writeCalls(turn.parts, &json)
            writeName(turn.name, &json)
            writeExtras(turn.extras, at: .turn, &json)
        }
    }

    private mutating func writeName(_ name: JSONString?, _ json: inout JSONWriter) {
        guard let name else { return }
        guard !refuses("messages[].name") else {
            return note(.dropped, .participantName, "the provider refuses names of participants")
        }
        note(.kept, .participantName)
        json.member("name", name)
    }

    /// What else stood in the message.
    private mutating func writeExtras(_ extras: Extras, at place: ExtrasPlace, _ json: inout JSONWriter) {
        guard extras.origin == .openAIChat else {
            return report.dropped(extras, at: place, "chat completions have no such field")
        }
        json.write(extras)
    }

    // MARK: Calls

    private mutating func writeCalls(_ parts: [Part], _ json: inout JSONWriter) {
        let calls = parts.filter(\.isCall)
        guard !calls.isEmpty else { return }
        json.array("tool_calls") { json in
            for part in calls {
                guard case .call(let call) = part.content else { continue }
                let id = links.id(of: call)
                noteID(id, instead: call.id)
                if part.cacheMark != nil { note(.dropped, .cacheMark, "calls hold no marks") }
                let extras = ownExtras(of: part, at: .call)
                ChatCallWriter.write(call, id: id, seal: sendableSeal(of: call), extras, &json)
            }
        }
    }

    private mutating func sendableSeal(of call: ToolCall) -> JSONString? {
        guard let seal = call.seal else { return nil }
        guard seal.issuer == .gemini, rules.handsSealsTo.contains(.gemini) else {
            note(.dropped, .seal, "only its issuer can read it")
            return nil
        }
        note(.kept, .seal)
        return seal.value
    }

    private mutating func noteID(_ sent: JSONString, instead id: JSONString?) {
        guard sent != id else { return }
        note(id == nil ? .emulated : .moved, .callID, "the provider wants another form of identifier")
    }

    /// The extras of a part, if they are of this dialect.
    mutating func ownExtras(of part: Part, at place: ExtrasPlace) -> Extras {
        if part.extras.origin == .openAIChat { return part.extras }
        report.dropped(part.extras, at: place, "chat completions have no such field")
        return Extras(.openAIChat)
    }

    // MARK: Results

    private mutating func writeResult(_ part: Part, _ json: inout JSONWriter) {
        guard case .result(let result) = part.content else {
            return report.dropped("\(ExtrasPlace.turn.path(in: origin))", "a result was expected")
        }
        let id = links.id(for: result)
        noteID(id, instead: result.callID)
        let extras = ownExtras(of: part, at: .turn)
        let content = resultContent(result, mark: part.cacheMark, id)
        json.object { json in
            json.member("role", literal: "tool")
            json.member("tool_call_id", id)
            if origin == .openAIChat { json.member("name", result.name) }
            writeContent(content, of: .tool, &json)
            json.write(extras)
        }
    }

    /// What of a result can be said in text. The rest is carried to the user's next message.
    private mutating func resultContent(_ result: ToolResult, mark: CacheMark?, _ id: JSONString) -> [Part] {
        var content = result.content.filter { !$0.isMedia }
        if content.isEmpty, let structured = result.structured {
            content = [Part(.text(JSONString(holding: structured)), extras: Extras(.openAIChat))]
        }
        carry(result.content.filter(\.isMedia), of: id, into: &content)
        if result.isError { markError(&content) }
        if mark != nil, let last = content.indices.last { content[last].cacheMark = mark }
        return content
    }

    private mutating func carry(_ media: [Part], of id: JSONString, into content: inout [Part]) {
        guard !media.isEmpty else { return }
        note(.moved, .resultMedia, "results hold text alone; the user's next message has the rest")
        let head = Part(.text(JSONString(joining: ["Result of the call ", id, ":"])), extras: Extras(.openAIChat))
        carried += [head] + media
        guard content.isEmpty else { return }
        content = [Part(.text("See the next message."), extras: Extras(.openAIChat))]
    }

    private mutating func markError(_ content: inout [Part]) {
        note(.emulated, .resultError, "results have no mark for failures; the text says it")
        guard let index = content.firstIndex(where: \.isText), case .text(let text) = content[index].content else {
            return content.insert(Part(.text("Error"), extras: Extras(.openAIChat)), at: 0)
        }
        content[index].content = .text(JSONString(joining: ["Error: ", text]))
    }
}
