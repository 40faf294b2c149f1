// SPDX-License-Identifier: Apache-2.0

/// Reads `messages` and checks that tool uses and their results belong together.
struct MessagesConversation {
    /// One for each block, since blocks carry cache marks.
    private(set) var segments: [Segment] = []
    private(set) var lastUserText = ""
    /// Set when the last message holds the result of a tool.
    private(set) var toolResult: String?
    private var pending: Set<String> = []
    private let version: AnthropicVersion

    init(version: AnthropicVersion) { self.version = version }

    private static let userBlocks = ["text", "image", "document", "tool_result", "search_result", "container_upload"]
    private var assistantBlocks: [String] {
        [
            "text", "tool_use", "thinking", "redacted_thinking", "server_tool_use", "web_search_tool_result",
            "web_fetch_tool_result", "code_execution_tool_result", "mcp_tool_use", "mcp_tool_result",
        ] + (version == .third ? [] : ["document"])
    }

    mutating func read(_ messages: Cursor) throws(Refusal) {
        let elements = try messages.elements()
        guard !elements.isEmpty else { throw messages.invalid("at least one message is required") }
        for (index, message) in elements.enumerated() {
            let role = try message.required("role").choice(of: ["user", "assistant", "system"])
            if index == 0, role != "user" { throw messages.invalid("first message must use the \"user\" role") }
            toolResult = nil
            try readContent(try message.required("content"), role: role)
            if role == "user", let open = pending.min() {
                throw message.invalid("'tool_use' ids were found without 'tool_result' blocks right after: \(open)")
            }
        }
        if let open = pending.min() {
            throw messages.invalid("'tool_use' ids were found without 'tool_result' blocks right after: \(open)")
        }
    }

    private mutating func readContent(_ content: Cursor, role: String) throws(Refusal) {
        if let text = content.value.text {
            guard !text.isEmpty else { throw content.invalid("messages must have non-empty content") }
            addText(text, role: role, mark: nil)
            if role == "user" { lastUserText = text }
            return
        }
        var texts: [String] = []
        for block in try content.elements() {
            let type = try block.required("type")
            let kind = try type.choice(of: role == "assistant" ? assistantBlocks : Self.userBlocks)
            if let text = try readBlock(block, kind: kind, role: role) { texts.append(text) }
        }
        if role == "user", !texts.isEmpty { lastUserText = texts.joined(separator: "\n") }
    }

    /// Counts a block; gives its text if it is one.
    private mutating func readBlock(_ block: Cursor, kind: String, role: String) throws(Refusal) -> String? {
        let mark = try MessagesRequest.mark(block)
        switch kind {
        case "text":
            let text = try block.required("text").text()
            guard !text.isEmpty else { throw block.invalid("text content blocks must be non-empty") }
            if version == .third, role == "user", let citations = try block.optional("citations"),
                try !citations.elements().isEmpty
            {
                throw citations.invalid("citations are not permitted in user messages")
            }
            addText(text, role: role, mark: mark)
            return text
        case "tool_use":
            pending.insert(try block.required("id").text())
            let input = try block.required("input")
            guard input.value.fields != nil else { throw input.wrongType("an object") }
            addText(try block.required("name").text() + input.value.encoded, role: role, mark: mark)
        case "tool_result": try readResult(block, mark)
        case "thinking":
            let thinking = try block.required("thinking").text()
            let signature = try block.required("signature")
            guard try signature.text() == ThinkingSignature.of(thinking) else {
                throw signature.invalid("Invalid `signature` in `thinking` block")
            }
            addText(thinking, role: role, mark: mark)
        case "image", "document", "container_upload":
            var segment = Segment(mark: mark)
            segment.addAttachment(block.value)
            segments.append(segment)
        default: addText(block.value.encoded, role: role, mark: mark)
        }
        return nil
    }

    private mutating func readResult(_ block: Cursor, _ mark: Segment.CacheMark?) throws(Refusal) {
        let id = try block.required("tool_use_id").text()
        guard pending.remove(id) != nil else {
            throw block.invalid("unexpected `tool_use_id`: no `tool_use` block before has the id \(id)")
        }
        _ = try block.optional("is_error")?.flag()
        var segment = Segment(mark: mark)
        var texts: [String] = []
        if let content = try block.optional("content") {
            if let text = content.value.text {
                texts.append(text)
            } else {
                for part in try content.elements() {
                    if let text = try part.optional("text")?.text() {
                        texts.append(text)
                    } else {
                        segment.addAttachment(part.value)
                    }
                }
            }
        }
        for text in texts { segment.add(text) }
        segments.append(segment)
        toolResult = texts.joined(separator: "\n")
    }

    private mutating func addText(_ text: String, role: String, mark: Segment.CacheMark?) {
        var segment = Segment(mark: mark)
        segment.add(text)
        segments.append(segment)
    }
}
