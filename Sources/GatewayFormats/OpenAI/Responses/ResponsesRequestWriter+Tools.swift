// SPDX-License-Identifier: Apache-2.0

/// Tools and the choice between them.
extension ResponsesRequestWriter {
    mutating func writeTools(_ json: inout JSONWriter) {
        let tools = conversation.tools.filter { tool in
            guard case .hosted(let origin, let definition) = tool.kind, origin != .openAIResponses else { return true }
            drop(opaque: definition, of: origin, at: .tool)
            return false
        }
        if !tools.isEmpty {
            note(.kept, .tools)
            json.array("tools") { json in
                for tool in tools { write(tool, &json) }
            }
        }
        // Providers refuse these settings where there is nothing to choose from.
        guard isOwn || !tools.isEmpty else {
            if conversation.toolChoice != nil { note(.dropped, .toolChoice, "there are no tools") }
            if conversation.allowsParallelCalls != nil { note(.dropped, .parallelCalls, "there are no tools") }
            return
        }
        write(
            setting: "tool_choice", .toolChoice, conversation.toolChoice.map(ResponsesToolWriter(tools).choice), &json)
        write(
            setting: "parallel_tool_calls", .parallelCalls, conversation.allowsParallelCalls.map(JSONFragment.init),
            &json)
    }

    private mutating func write(_ tool: Tool, _ json: inout JSONWriter) {
        if tool.cacheMark != nil { noteLostCacheMark() }
        if case .function(_, nil) = tool.kind, !isOwn {
            note(.moved, .toolStrictness, "here a tool is strict unless it says that it is not")
        }
        ResponsesToolWriter.write(tool, own(tool.extras, at: .tool), isOwn: isOwn, scanner, &json)
    }
}

/// Tools as the dialect has them: flat.
struct ResponsesToolWriter {
    private let tools: [Tool]

    init(_ tools: [Tool]) { self.tools = tools }

    /// - isOwn: whether the tool came in this dialect, with its defaults.
    /// - scanner: nil where it must have come in this dialect.
    static func write(
        _ tool: Tool, _ extras: Extras, isOwn: Bool, _ scanner: JSONScanner?, _ json: inout JSONWriter
    ) {
        if case .hosted(_, let definition) = tool.kind { return json.value(definition) }
        json.object { json in
            switch tool.kind {
            case .function(let parameters, let strict):
                json.member("type", literal: "function")
                json.member("name", tool.name)
                json.member("description", tool.description)
                let none = JSONFragment(literal: isOwn ? "null" : #"{"type":"object","properties":{}}"#)
                json.member("parameters", parameters ?? none)
                // Elsewhere a tool is not strict unless it says so; here it is unless it says not.
                json.member("strict", strict ?? (isOwn ? nil : false))
            case .custom(let format):
                json.member("type", literal: "custom")
                json.member("name", tool.name)
                json.member("description", tool.description)
                json.member("format", format.map { flat(format: $0, scanner) })
            case .hosted: break
            }
            json.write(extras)
        }
    }

    /// What text a custom tool takes: chat completions have a grammar's members one object further down.
    private static func flat(format: JSONFragment, _ scanner: JSONScanner?) -> JSONFragment {
        guard let grammar = try? scanner?.parse(Array(format.bytes)).root["grammar"], grammar.kind == .object else {
            return format
        }
        var json = JSONWriter()
        json.object {
            $0.member("type", literal: "grammar")
            for member in grammar.members {
                $0.key(member.name)
                $0.value(member.value.fragment)
            }
        }
        return JSONFragment(json.bytes[...])
    }

    func choice(_ choice: ToolChoice) -> JSONFragment {
        switch choice {
        case .auto: return JSONFragment(literal: #""auto""#)
        case .none: return JSONFragment(literal: #""none""#)
        case .required: return JSONFragment(literal: #""required""#)
        case .named(let name):
            let isCustom = tools.contains { tool in
                if tool.name == name, case .custom = tool.kind { true } else { false }
            }
            return JSONFragment(
                JSONWriter.object {
                    $0.member("type", literal: isCustom ? "custom" : "function")
                    $0.member("name", name)
                }[...])
        }
    }
}
