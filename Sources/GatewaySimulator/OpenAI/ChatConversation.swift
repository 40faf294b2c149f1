// SPDX-License-Identifier: Apache-2.0

/// Reads `messages` of a chat completion and checks that tool calls and their results belong together.
struct ChatConversation {
    private(set) var segments: [Segment] = []
    private(set) var lastUserText = ""
    /// Set when the last message is the result of a tool.
    private(set) var toolResult: String?
    private var pending: Set<String> = []

    mutating func read(_ messages: Cursor) throws(Refusal) {
        let elements = try messages.elements()
        guard !elements.isEmpty else {
            throw messages.invalid("an empty array, at least 1 is needed", code: "empty_array")
        }
        for message in elements { try readMessage(message) }
        guard pending.isEmpty else { throw unanswered(in: messages) }
    }

    private mutating func readMessage(_ message: Cursor) throws(Refusal) {
        let role = try message.required("role")
        var segment = Segment()
        toolResult = nil
        switch try role.choice(of: ["developer", "system", "user", "assistant", "tool", "function"]) {
        case "tool": try readResult(message, &segment)
        case "assistant": try readAssistant(message, &segment)
        case "user":
            guard pending.isEmpty else { throw unanswered(in: message) }
            lastUserText = try Self.readContent(try message.required("content"), &segment)
        default:
            guard pending.isEmpty else { throw unanswered(in: message) }
            _ = try Self.readContent(try message.required("content"), &segment)
        }
        segments.append(segment)
    }

    private mutating func readResult(_ message: Cursor, _ segment: inout Segment) throws(Refusal) {
        let id = try message.required("tool_call_id").text()
        guard pending.remove(id) != nil else {
            throw message.invalid(
                "a 'tool' message must answer one of the 'tool_calls' before it; none has the id '\(id)'")
        }
        toolResult = try Self.readContent(try message.required("content"), &segment)
    }

    private mutating func readAssistant(_ message: Cursor, _ segment: inout Segment) throws(Refusal) {
        guard pending.isEmpty else { throw unanswered(in: message) }
        let calls = try message.optional("tool_calls")
        if let content = try message.optional("content") {
            _ = try Self.readContent(content, &segment)
        } else if calls == nil, try message.optional("refusal") == nil, try message.optional("function_call") == nil {
            throw message.invalid("an assistant message needs 'content' or 'tool_calls'")
        }
        for call in try calls?.elements() ?? [] {
            pending.insert(try call.required("id").text())
            let kind = try call.required("type").choice(of: ["function", "custom"])
            let body = try call.required(kind)
            segment.add(try body.required("name").text())
            segment.add(try body.required(kind == "function" ? "arguments" : "input").text())
        }
    }

    /// Counts a content string or its parts; gives the text.
    static func readContent(_ content: Cursor, _ segment: inout Segment) throws(Refusal) -> String {
        if let text = content.value.text {
            segment.add(text)
            return text
        }
        var texts: [String] = []
        for part in try content.elements() {
            let type = try part.required("type")
            switch try type.choice(of: ["text", "image_url", "input_audio", "file", "refusal"]) {
            case "text": texts.append(try part.required("text").text())
            case "refusal": texts.append(try part.required("refusal").text())
            case let kind: segment.addAttachment(try part.required(kind).value)
            }
        }
        for text in texts { segment.add(text) }
        return texts.joined(separator: "\n")
    }

    private func unanswered(in place: Cursor) -> Refusal {
        place.invalid(
            "'tool_calls' must be followed by 'tool' messages that answer each; missing are: \(pending.sorted().joined(separator: ", "))"
        )
    }
}
