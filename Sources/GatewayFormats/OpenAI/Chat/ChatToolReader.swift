// SPDX-License-Identifier: Apache-2.0

/// Reads tools, the choice among them, and calls of them.
enum ChatToolReader {
    /// `tools`, and the older `functions`.
    static func tools(_ fields: inout ObjectReader) throws(FormatFault) -> [Tool] {
        let tools = try fields.map("tools", tool) ?? []
        return tools + (try fields.map("functions", olderFunction) ?? [])
    }

    private static func tool(_ value: JSONValue) throws(FormatFault) -> Tool {
        var fields = try ObjectReader(value)
        var extras = Extras(.openAIChat)
        let type = try fields.string("type") ?? "function"
        let tool: Tool?
        switch type.text {
        case "function": tool = try fields.nested("function", &extras, definition)
        case "custom": tool = try fields.nested("custom", &extras, customDefinition)
        default: return Tool(type, .hosted(origin: .openAIChat, value.fragment), extras: extras)
        }
        guard var tool else { throw FormatFault(type.text, "is missing; describe what may be called") }
        // Some clients mark the tool, others the function in it.
        tool.cacheMark = try ChatCacheMark.read(&fields, &extras) ?? tool.cacheMark
        fields.keepRest(in: &extras)
        tool.extras = extras
        return tool
    }

    private static func olderFunction(_ value: JSONValue) throws(FormatFault) -> Tool {
        var fields = try ObjectReader(value)
        var rest = Extras(.openAIChat)
        guard var tool = try definition(&fields, &rest) else { throw FormatFault("", "is no function") }
        fields.keepRest(in: &rest)
        tool.extras.keep(rest, under: "function")
        return tool
    }

    private static func definition(
        _ function: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> Tool? {
        let name = try name(&function)
        let kind = Tool.Kind.function(
            parameters: try function.object("parameters")?.fragment, strict: try function.bool("strict"))
        let description = try function.string("description")
        let mark = try ChatCacheMark.read(&function, &extras)
        return Tool(name, description: description, kind, cacheMark: mark, extras: Extras(.openAIChat))
    }

    private static func customDefinition(
        _ custom: inout ObjectReader, _: inout Extras
    ) throws(FormatFault) -> Tool? {
        let name = try name(&custom)
        let kind = Tool.Kind.custom(format: try custom.object("format")?.fragment)
        return Tool(name, description: try custom.string("description"), kind, extras: Extras(.openAIChat))
    }

    private static func name(_ fields: inout ObjectReader) throws(FormatFault) -> JSONString {
        guard let name = try fields.string("name") else {
            throw FormatFault("name", "is missing; say what is called")
        }
        return name
    }

    // MARK: The choice

    /// `tool_choice`, and the older `function_call`. A choice that only this dialect has goes to `extras`.
    static func choice(
        _ fields: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> ToolChoice? {
        if let older = fields.value("function_call"), fields.value("tool_choice") == nil {
            if let word = older.string { return choice(word) }
            if let name = older["name"]?.string { return .named(name) }
            throw FormatFault("function_call", "must be `none`, `auto` or an object with a `name`")
        }
        guard let value = fields.value("tool_choice") else { return nil }
        switch value.kind {
        case .string:
            if let choice = value.string.flatMap(choice) { return choice }
        case .object:
            if let name = (value["function"] ?? value["custom"])?["name"]?.string { return .named(name) }
        default: throw FormatFault("tool_choice", "must be a string or an object, not \(value.kind.noun)")
        }
        extras.keep("tool_choice", value)
        return nil
    }

    private static func choice(_ word: JSONString) -> ToolChoice? {
        switch word.text {
        case "auto": .auto
        case "none": ToolChoice.none
        case "required", "any": .required
        default: nil
        }
    }

    // MARK: Calls

    static func call(_ value: JSONValue) throws(FormatFault) -> Part {
        var fields = try ObjectReader(value)
        var extras = Extras(.openAIChat)
        let id = try fields.string("id")
        // The number is a trace of the stream that a client put the call together from.
        _ = (try fields.string("type"), fields.value("index"))
        let custom = try fields.nested("custom", &extras, custom)
        guard var call = try fields.nested("function", &extras, function) ?? custom else {
            throw FormatFault("function", "is missing; say what is called")
        }
        call.id = id
        call.seal = try fields.nested("extra_content", &extras, seal)
        fields.keepRest(in: &extras)
        return Part(.call(call), extras: extras)
    }

    /// The arguments are a string that holds JSON; some servers give the JSON itself.
    static func function(_ function: inout ObjectReader, _: inout Extras) throws(FormatFault) -> ToolCall? {
        let name = try name(&function)
        guard let value = function.value("arguments") else {
            return ToolCall(id: nil, name: name, arguments: .encoded(""))
        }
        if let string = value.string { return ToolCall(id: nil, name: name, arguments: .encoded(string)) }
        guard value.kind == .object else {
            throw FormatFault("arguments", "must be a string that holds a JSON object, not \(value.kind.noun)")
        }
        return ToolCall(id: nil, name: name, arguments: .object(value.fragment))
    }

    private static func custom(_ custom: inout ObjectReader, _: inout Extras) throws(FormatFault) -> ToolCall? {
        ToolCall(id: nil, name: try name(&custom), arguments: .text(try custom.string("input") ?? ""))
    }

    /// Where Google's own chat endpoint keeps a call's thought signature.
    private static func seal(_ content: inout ObjectReader, _ extras: inout Extras) throws(FormatFault) -> Seal? {
        try content.nested("google", &extras) { google, _ throws(FormatFault) -> Seal? in
            guard let text = try google.string("thought_signature") else { return nil }
            return Seal.unwrap(text)?.seal ?? Seal(.gemini, .signature, text)
        }
    }
}
