// SPDX-License-Identifier: Apache-2.0

/// Writes `tools` and `toolConfig`.
struct GeminiTools {
    /// The only parameter of a function that stands in for a tool which takes text.
    static let customInput: StaticString = "input"

    private let conversation: Conversation
    private let rules: TargetRules
    private let scanner: JSONScanner
    private(set) var report: LossReport

    init(_ conversation: Conversation, _ rules: TargetRules, _ report: LossReport, _ scanner: JSONScanner) {
        self.conversation = conversation
        self.rules = rules
        self.report = report
        self.scanner = scanner
    }

    private var origin: Format { conversation.extras.origin }

    private mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String = "") {
        report.note(fate, field, of: origin, reason)
    }

    mutating func write(_ json: inout JSONWriter) {
        let tools = conversation.tools.filter { accepts($0) }
        if !tools.isEmpty {
            note(.kept, .tools)
            json.array("tools") { json in writeTools(tools, &json) }
        }
        let hasFunctions = tools.contains { $0.isCalled }
        if let parallel = conversation.allowsParallelCalls { noteParallelCalls(parallel, hasFunctions) }
        writeConfig(hasFunctions, &json)
    }

    private mutating func accepts(_ tool: Tool) -> Bool {
        if tool.cacheMark != nil { note(.emulated, .cacheMark, "Gemini caches repeated beginnings by itself") }
        if tool.extras.origin != .gemini { report.dropped(tool.extras, at: .tool, "Gemini has no such field") }
        guard case .hosted(let origin, let definition) = tool.kind, origin != .gemini else { return true }
        let reason = "this tool is run by another provider"
        report.dropped(opaque: definition, of: origin, at: .tool, scanner, reason)
        return false
    }

    /// Neighbouring functions share an object.
    private mutating func writeTools(_ tools: [Tool], _ json: inout JSONWriter) {
        var index = tools.startIndex
        while index < tools.endIndex {
            if case .hosted(_, let definition) = tools[index].kind {
                json.value(definition)
                index += 1
                continue
            }
            let end = tools[index...].firstIndex { !$0.isCalled } ?? tools.endIndex
            json.object { json in
                json.array("functionDeclarations") { json in
                    for tool in tools[index..<end] { writeFunction(tool, &json) }
                }
            }
            index = end
        }
    }

    private mutating func writeFunction(_ tool: Tool, _ json: inout JSONWriter) {
        json.object { json in
            json.member("name", tool.name)
            json.member("description", tool.description)
            switch tool.kind {
            case .function(let parameters, let strict):
                if strict == true {
                    note(.dropped, .toolStrictness, "Gemini does not promise that calls fit their schema")
                }
                if let parameters { writeParameters(parameters, &json) }
            case .custom: writeCustom(&json)
            case .hosted: break
            }
            json.writeOwn(tool.extras)
        }
    }

    private mutating func writeParameters(_ schema: JSONFragment, _ json: inout JSONWriter) {
        let path = "\(ExtrasPlace.tool.path(in: origin)).parameters"
        var writer = GeminiSchemaWriter(rules, path, isOwn: origin == .gemini, report, scanner)
        switch writer.parameters(schema) {
        case .jsonSchema(let schema): json.member("parametersJsonSchema", schema)
        case .native(let schema, let isEmpty): if !isEmpty { json.member("parameters", schema) }
        }
        report = writer.report
    }

    private mutating func writeCustom(_ json: inout JSONWriter) {
        note(.emulated, .customTool, "as a function with one parameter, `input`")
        json.object("parameters") { json in
            json.member("type", literal: "OBJECT")
            json.object("properties") { json in
                json.object(Self.customInput) { $0.member("type", literal: "STRING") }
            }
            json.array("required") { $0.value(Self.customInput) }
        }
    }

    private mutating func noteParallelCalls(_ parallel: Bool, _ hasFunctions: Bool) {
        if parallel, hasFunctions { return note(.kept, .parallelCalls) }
        let reason = hasFunctions ? "Gemini cannot be held to one call" : "there are no tools to call"
        note(.dropped, .parallelCalls, reason)
    }

    // MARK: Which to call

    private mutating func writeConfig(_ hasFunctions: Bool, _ json: inout JSONWriter) {
        let extras = conversation.extras
        let config = JSONWriter.object { json in
            let calling = JSONWriter.object { json in writeCalling(hasFunctions, &json) }
            if calling.count > 2 { json.member("functionCallingConfig", JSONFragment(calling[...])) }
            guard extras.origin == .gemini else { return }
            json.write(extras.inside("toolConfig"), except: ["functionCallingConfig"])
        }
        if config.count > 2 { json.member("toolConfig", JSONFragment(config[...])) }
    }

    private mutating func writeCalling(_ hasFunctions: Bool, _ json: inout JSONWriter) {
        let own =
            origin == .gemini
            ? conversation.extras.inside("toolConfig").inside("functionCallingConfig") : Extras(.gemini)
        defer { json.write(own) }
        guard let choice = conversation.toolChoice else { return }
        guard hasFunctions || origin == .gemini else {
            return note(.dropped, .toolChoice, "there are no tools to choose from")
        }
        note(.kept, .toolChoice)
        guard !own.members.contains(where: { $0.name.reads("mode") }) else { return }
        switch choice {
        case .auto: json.member("mode", literal: "AUTO")
        case .none: json.member("mode", literal: "NONE")
        case .required: json.member("mode", literal: "ANY")
        case .named(let name):
            json.member("mode", literal: "ANY")
            json.array("allowedFunctionNames") { $0.value(name) }
        }
    }
}

extension Tool {
    /// Whether the model calls it and waits for the result.
    fileprivate var isCalled: Bool {
        if case .hosted = kind { false } else { true }
    }
}
