// SPDX-License-Identifier: Apache-2.0

/// Reads the messages of chat requests, and the message of an answer.
enum ChatMessageReader {
    private enum Role: String {
        case system, developer, user, assistant, tool, function
    }

    /// One message as a turn. Results of calls come in a message each: neighbours are of one turn.
    static func read(_ message: JSONValue) throws(FormatFault) -> Turn {
        var fields = try ObjectReader(message)
        guard let word = try fields.string("role") else {
            throw FormatFault("role", "is missing; say whose message it is: system, user, assistant or tool")
        }
        guard let role = Role(rawValue: word.text) else {
            throw FormatFault("role", "must be system, developer, user, assistant or tool, not \(word.text.prefix(40))")
        }
        var extras = Extras(.openAIChat)
        let turn: Turn.Role
        let parts: [Part]
        switch role {
        case .tool, .function:
            return Turn(.tool, [try result(&fields)], extras: extras)
        case .assistant:
            turn = .assistant
            parts = try assistantParts(&fields, &extras)
        case .user:
            turn = .user
            parts = try ChatContentReader.parts(&fields)
        case .system, .developer:
            turn = .instruction(role == .system ? .system : .developer)
            parts = try ChatContentReader.parts(&fields)
        }
        let name = try fields.string("name")
        fields.keepRest(in: &extras)
        return Turn(turn, parts, name: name, extras: extras)
    }

    /// What an assistant's message says: reasoning first, then text, pictures, a refusal, and calls.
    static func assistantParts(
        _ fields: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> [Part] {
        let reasoning = ChatReasoningReader.read(&fields, &extras)
        var parts = try ChatContentReader.parts(&fields)
        // Empty text beside calls is a habit of clients, and an error at some providers.
        parts.removeAll { $0.content == .text("") && $0.cacheMark == nil && $0.extras.isEmpty }
        parts += try fields.map("images", ChatContentReader.part) ?? []
        if let refusal = try fields.string("refusal"), !refusal.isEmpty {
            parts.append(Part(.refusal(refusal), extras: Extras(.openAIChat)))
        }
        parts += try fields.map("tool_calls", ChatToolReader.call) ?? []
        if let call = try fields.nested("function_call", &extras, ChatToolReader.function) {
            parts.append(Part(.call(call), extras: Extras(.openAIChat)))
        }
        for thought in reasoning {
            parts.insert(thought.part, at: min(thought.place, parts.count))
        }
        return parts
    }

    /// The result of a call. A mark at the end of its content is one on the result as a whole.
    private static func result(_ fields: inout ObjectReader) throws(FormatFault) -> Part {
        var extras = Extras(.openAIChat)
        var content = try ChatContentReader.parts(&fields)
        var mark: CacheMark?
        if let last = content.indices.last { swap(&mark, &content[last].cacheMark) }
        let result = ToolResult(
            callID: try fields.string("tool_call_id"), name: try fields.string("name"), content: content)
        fields.keepRest(in: &extras)
        return Part(.result(result), cacheMark: mark, extras: extras)
    }
}
