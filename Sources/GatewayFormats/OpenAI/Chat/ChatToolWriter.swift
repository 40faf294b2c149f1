// SPDX-License-Identifier: Apache-2.0

/// Writes the tools of a chat request, and the choice among them.
struct ChatToolWriter {
    let conversation: Conversation
    let rules: TargetRules
    let scanner: JSONScanner
    private(set) var report: LossReport

    init(_ conversation: Conversation, _ rules: TargetRules, _ report: LossReport, _ scanner: JSONScanner) {
        self.conversation = conversation
        self.rules = rules
        self.report = report
        self.scanner = scanner
    }

    private mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String = "") {
        report.note(fate, field, of: conversation.extras.origin, reason)
    }

    /// Writes `tools`, and says whether there are any.
    mutating func writeTools(_ json: inout JSONWriter) -> Bool {
        let sent = conversation.tools.filter(isSendable)
        for tool in conversation.tools where !isSendable(tool) {
            guard case .hosted(let origin, let definition) = tool.kind else { continue }
            let reason = "it runs at its own provider"
            report.dropped(opaque: definition, of: origin, at: .tool, scanner, reason)
        }
        guard !sent.isEmpty else { return false }
        note(.kept, .tools)
        json.array("tools") { json in
            for tool in sent { write(tool, &json) }
        }
        return true
    }

    private func isSendable(_ tool: Tool) -> Bool {
        if case .hosted(let origin, _) = tool.kind { origin == .openAIChat } else { true }
    }

    private mutating func write(_ tool: Tool, _ json: inout JSONWriter) {
        if case .hosted(_, let definition) = tool.kind { return json.value(definition) }
        let extras = tool.extras.origin == .openAIChat ? tool.extras : Extras(.openAIChat)
        if tool.extras.origin != .openAIChat {
            report.dropped(tool.extras, at: .tool, "chat completions have no such field")
        }
        json.object { json in
            switch tool.kind {
            case .function(let parameters, let strict): writeFunction(tool, parameters, strict, extras, &json)
            case .custom(let format): writeCustom(tool, format, extras, &json)
            case .hosted: break
            }
            writeMark(tool.cacheMark, extras, &json)
            json.write(extras, except: ["function", "custom"] + ChatCacheMark.names)
        }
    }

    private mutating func writeFunction(
        _ tool: Tool, _ parameters: JSONFragment?, _ strict: Bool?, _ extras: Extras, _ json: inout JSONWriter
    ) {
        let isRefused = strict != nil && rules.refusedFields.contains("tools[].function.strict")
        if strict != nil {
            note(isRefused ? .dropped : .kept, .toolStrictness, isRefused ? "the provider refuses it" : "")
        }
        json.member("type", literal: "function")
        json.object("function") { json in
            json.member("name", tool.name)
            json.member("description", tool.description)
            json.member("parameters", parameters)
            if !isRefused { json.member("strict", strict) }
            json.write(extras.inside("function"))
        }
    }

    private mutating func writeCustom(
        _ tool: Tool, _ format: JSONFragment?, _ extras: Extras, _ json: inout JSONWriter
    ) {
        note(.kept, .customTool)
        json.member("type", literal: "custom")
        json.object("custom") { json in
            json.member("name", tool.name)
            json.member("description", tool.description)
            json.member("format", format)
            json.write(extras.inside("custom"))
        }
    }

    private mutating func writeMark(_ mark: CacheMark?, _ extras: Extras, _ json: inout JSONWriter) {
        guard let mark else { return }
        // OpenAI's own marks stand in messages alone.
        guard rules.cacheMarks == .control else {
            return note(.dropped, .cacheMark, "the provider takes no cache marks on tools")
        }
        note(.kept, .cacheMark)
        ChatCacheMark.write(mark, .control, extras, &json)
    }

    /// The choice as a value.
    func choice(_ choice: ToolChoice) -> JSONFragment {
        switch choice {
        case .auto: JSONFragment(literal: "\"auto\"")
        case .none: JSONFragment(literal: "\"none\"")
        case .required: JSONFragment(literal: "\"required\"")
        case .named(let name): named(name)
        }
    }

    private func named(_ name: JSONString) -> JSONFragment {
        let isCustom = conversation.tools.contains { tool in
            if case .custom = tool.kind { tool.name == name } else { false }
        }
        let kind: StaticString = isCustom ? "custom" : "function"
        return JSONFragment(
            JSONWriter.object { json in
                json.member("type", literal: kind)
                json.object(kind) { $0.member("name", name) }
            }[...])
    }
}
