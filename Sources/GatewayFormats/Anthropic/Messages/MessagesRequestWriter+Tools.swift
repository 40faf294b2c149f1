// SPDX-License-Identifier: Apache-2.0

extension MessagesRequestWriter {
    mutating func writeTools(_ json: inout JSONWriter) {
        let tools = conversation.tools.filter { isAcceptable($0) }
        guard !tools.isEmpty || form.isTool else { return }
        if !tools.isEmpty { note(.kept, .tools) }
        json.array("tools") { json in
            for tool in tools { write(tool, &json) }
            if case .tool(let schema, let purpose) = form {
                json.object { json in
                    json.member("name", MessagesOutputTool.name)
                    let words = [MessagesOutputTool.description, purpose].compactMap { $0 }
                    json.member("description", JSONString(joining: words, separator: "\n"))
                    json.member("input_schema", schema)
                }
            }
        }
    }

    private mutating func isAcceptable(_ tool: Tool) -> Bool {
        switch tool.kind {
        case .function: return true
        case .custom:
            note(.dropped, .customTool, "tools are called with JSON objects")
        case .hosted(let origin, let definition):
            if origin == .anthropicMessages { return true }
            report.dropped(opaque: definition, of: origin, at: .tool, scanner, "only its own provider runs it")
        }
        return false
    }

    private mutating func write(_ tool: Tool, _ json: inout JSONWriter) {
        guard case .function(let parameters, let strict) = tool.kind else {
            if case .hosted(_, let definition) = tool.kind { json.value(definition) }
            return
        }
        let isStrict = strict == true && admits("strict", .toolStrictness)
        json.object { json in
            json.member("name", tool.name)
            json.member("description", tool.description)
            json.member("input_schema", inputSchema(parameters, isStrict: isStrict))
            if isStrict || isNative && strict == false { json.member("strict", isStrict) }
            write(tool.cacheMark, tool.extras, &json)
            if tool.extras.origin == .anthropicMessages {
                json.write(tool.extras, except: MessagesFormat.innerObjects)
            } else {
                report.dropped(tool.extras, at: .tool, "the Messages API has no such field")
            }
        }
    }

    /// A tool's schema must be one of an object. A client of this dialect has seen to that itself.
    private mutating func inputSchema(_ parameters: JSONFragment?, isStrict: Bool) -> JSONFragment {
        let none = JSONFragment(literal: #"{"type":"object","properties":{}}"#)
        guard let parameters else { return none }
        if isNative || !isStrict && parameters.bytes.starts(with: #"{"type":"object""#.utf8) { return parameters }
        guard let schema = try? scanner.parse(Array(parameters.bytes)).root, !schema.members.isEmpty else {
            return none
        }
        if isStrict {
            let reduced = MessagesSchema.reduced(schema)
            if reduced.saysLess {
                note(.emulated, .toolStrictness, "keywords that strict tools refuse stand in descriptions")
            }
            return reduced.schema
        }
        if let type = schema["type"]?.string, type.reads("object") { return parameters }
        let typed = JSONWriter.object(capacity: parameters.bytes.count + 32) { json in
            json.member("type", literal: "object")
            for (name, value) in schema.members where !name.reads("type") {
                json.key(name)
                json.value(value.fragment)
            }
        }
        return JSONFragment(typed[...])
    }

    // MARK: Choice

    /// Writes `tool_choice`, which is refused where there are no tools.
    mutating func writeToolChoice(_ json: inout JSONWriter) {
        let choice = knownChoice()
        let forbidsParallel = conversation.allowsParallelCalls == false
        if form.isTool { return writeChoiceOfOutput(&json) }
        guard choice != nil || conversation.allowsParallelCalls != nil else { return }
        guard conversation.tools.contains(where: isKnown) else {
            if choice != nil { note(.dropped, .toolChoice, "there are no tools to choose from") }
            if forbidsParallel { note(.dropped, .parallelCalls, "there are no tools to call") }
            return
        }
        if choice != nil { note(.kept, .toolChoice) }
        if conversation.allowsParallelCalls != nil { note(.kept, .parallelCalls) }
        guard choice != nil || forbidsParallel || isNative else { return }
        json.object("tool_choice") { json in
            write(choice ?? .auto, &json)
            if choice != ToolChoice.none, forbidsParallel || isNative {
                json.member("disable_parallel_tool_use", conversation.allowsParallelCalls.map { !$0 })
            }
            if isNative { json.write(conversation.extras.inside("tool_choice")) }
        }
    }

    /// The choice, unless it is of a tool that is not sent.
    private mutating func knownChoice() -> ToolChoice? {
        guard !isNative, case .named(let name)? = conversation.toolChoice,
            !conversation.tools.contains(where: { $0.name == name && isKnown($0) })
        else { return conversation.toolChoice }
        note(.dropped, .toolChoice, "there is no such tool")
        return nil
    }

    private func isKnown(_ tool: Tool) -> Bool {
        switch tool.kind {
        case .function: true
        case .custom: false
        case .hosted(let origin, _): origin == .anthropicMessages
        }
    }

    private func write(_ choice: ToolChoice, _ json: inout JSONWriter) {
        switch choice {
        case .auto: json.member("type", literal: "auto")
        case .none: json.member("type", literal: "none")
        case .required: json.member("type", literal: "any")
        case .named(let name):
            json.member("type", literal: "tool")
            json.member("name", name)
        }
    }

    /// The tool that stands for the answer must be called, unless another of the client's tools is.
    private mutating func writeChoiceOfOutput(_ json: inout JSONWriter) {
        if conversation.toolChoice != nil { note(.kept, .toolChoice) }
        if conversation.allowsParallelCalls != nil { note(.kept, .parallelCalls) }
        let mayCallOthers = conversation.toolChoice != ToolChoice.none && conversation.tools.contains(where: isKnown)
        json.object("tool_choice") { json in
            write(mayCallOthers ? .required : .named(MessagesOutputTool.name), &json)
            if !mayCallOthers || conversation.allowsParallelCalls == false {
                json.member("disable_parallel_tool_use", true)
            }
        }
    }
}

extension MessagesOutputForm {
    var isTool: Bool {
        if case .tool = self { true } else { false }
    }
}
