// SPDX-License-Identifier: Apache-2.0

/// Reads `GenerateContentRequest`. The model and whether to stream stand in the path: what is read has an empty model and
/// does not stream, until its caller says.
struct GeminiRequestReader {
    private var parts = GeminiPartReader(source: .client, calls: GeminiCallLinks())

    static func read(_ body: JSONValue) throws(FormatFault) -> Conversation {
        var reader = GeminiRequestReader()
        return try reader.conversation(body)
    }

    private mutating func conversation(_ body: JSONValue) throws(FormatFault) -> Conversation {
        var object = try GeminiObject(body)
        var conversation = Conversation(model: "", extras: Extras(.gemini))
        if let model = try object.string("model") { conversation.model = GeminiFormat.modelName(model) }
        if let instruction = try object.object("systemInstruction", "system_instruction") {
            conversation.instructions = [try readInstruction(instruction)]
        }
        try object.array("contents")?.read("contents") { content, _ throws(FormatFault) in
            try append(content, to: &conversation.turns)
        }
        if let tools = try object.array("tools") { conversation.tools = try GeminiToolsReader.tools(tools) }
        conversation.metadata = try object.object("labels")?.fragment
        conversation.serviceTier = try object.string("serviceTier", "service_tier")
        let toolConfig = try object.object("toolConfig", "tool_config")
        let generationConfig = try object.object("generationConfig", "generation_config")
        conversation.extras = object.rest
        if let toolConfig { try GeminiToolsReader.readConfig(toolConfig, into: &conversation) }
        if let generationConfig { try GeminiConfigReader.read(generationConfig, into: &conversation) }
        return conversation
    }

    /// Its role says nothing, and is not kept.
    private mutating func readInstruction(_ value: JSONValue) throws(FormatFault) -> Instruction {
        try FormatFault.within("systemInstruction") { () throws(FormatFault) in
            var object = try GeminiObject(value)
            _ = object.value("role")
            return Instruction(.system, try parts.read(try object.array("parts")), extras: object.rest)
        }
    }

    private mutating func append(_ content: JSONValue, to turns: inout [Turn]) throws(FormatFault) {
        var object = try GeminiObject(content)
        let role = try object.string("role")
        let parts = try parts.read(try object.array("parts"))
        switch role {
        case let role? where role.reads("model"): turns.append(Turn(.assistant, parts, extras: object.rest))
        case nil: appendUser(parts, object.rest, to: &turns)
        case let role? where role.reads("user") || role.reads("function"): appendUser(parts, object.rest, to: &turns)
        default: throw FormatFault("role", "must be \"user\" or \"model\"")
        }
    }

    /// Results of calls are turns of their own.
    private func appendUser(_ parts: [Part], _ extras: Extras, to turns: inout [Turn]) {
        var extras = extras
        var index = parts.startIndex
        repeat {
            let isResult = parts[index...].first?.isResult ?? false
            let end = parts[index...].firstIndex { $0.isResult != isResult } ?? parts.endIndex
            turns.append(Turn(isResult ? .tool : .user, Array(parts[index..<end]), extras: extras))
            extras = Extras(.gemini)
            index = end
        } while index < parts.endIndex
    }
}
