// SPDX-License-Identifier: Apache-2.0

/// Reads `tools` and `toolConfig`. Each function is a tool, and so is each of the tools that Google runs, which share objects
/// in the list.
enum GeminiToolsReader {
    static func tools(_ list: JSONElements) throws(FormatFault) -> [Tool] {
        var tools: [Tool] = []
        try list.read("tools") { value, _ throws(FormatFault) in try append(value, to: &tools) }
        return tools
    }

    private static func append(_ value: JSONValue, to tools: inout [Tool]) throws(FormatFault) {
        var object = try GeminiObject(value)
        let functions = try object.array("functionDeclarations", "function_declarations")
        try functions?.read("functionDeclarations") { function, _ throws(FormatFault) in
            tools.append(try readFunction(function))
        }
        for hosted in object.rest.members where hosted.value.bytes.first != UInt8(ascii: "n") {
            let definition = JSONWriter.object(capacity: hosted.value.bytes.count + 32) { json in
                json.key(hosted.name)
                json.value(hosted.value)
            }
            let kind = Tool.Kind.hosted(origin: .gemini, JSONFragment(definition[...]))
            tools.append(Tool(hosted.name, kind, extras: Extras(.gemini)))
        }
    }

    private static func readFunction(_ value: JSONValue) throws(FormatFault) -> Tool {
        var object = try GeminiObject(value)
        guard let name = try object.string("name") else {
            throw FormatFault("name", "is missing: name the function")
        }
        let description = try object.string("description")
        var parameters = try object.object("parametersJsonSchema", "parameters_json_schema")?.fragment
        if let schema = try object.object("parameters") {
            parameters = parameters ?? GeminiSchema.read(schema)
        }
        return Tool(
            name, description: description, .function(parameters: parameters, strict: nil), extras: object.rest)
    }

    /// Reads `toolConfig` into `conversation`.
    static func readConfig(_ value: JSONValue, into conversation: inout Conversation) throws(FormatFault) {
        try FormatFault.within("toolConfig") { () throws(FormatFault) in
            var object = try GeminiObject(value)
            if let calling = try object.object("functionCallingConfig", "function_calling_config") {
                try FormatFault.within("functionCallingConfig") { () throws(FormatFault) in
                    try readCalling(calling, into: &conversation)
                }
            }
            object.keepRest(in: &conversation.extras, under: "toolConfig.")
        }
    }

    /// What cannot be said of a choice elsewhere is kept in the extras: several allowed names, and `VALIDATED`, which is
    /// `AUTO` with calls that are sure to fit.
    private static func readCalling(
        _ value: JSONValue, into conversation: inout Conversation
    ) throws(FormatFault) {
        let path: JSONString = "toolConfig.functionCallingConfig."
        var object = try GeminiObject(value)
        let mode = try object.string("mode")
        var names = try object.strings("allowedFunctionNames", "allowed_function_names") ?? []
        switch mode?.text.uppercased() {
        case nil, "MODE_UNSPECIFIED": break
        case "AUTO": conversation.toolChoice = .auto
        case "NONE": conversation.toolChoice = ToolChoice.none
        case "ANY" where names.count == 1:
            conversation.toolChoice = .named(names.removeLast())
        case "ANY": conversation.toolChoice = .required
        default:
            conversation.toolChoice = .auto
            if let mode { conversation.extras.keep(path, "mode", JSONFragment(quoting: mode)) }
        }
        if !names.isEmpty {
            let list = JSONWriter.array { json in names.forEach { json.value($0) } }
            conversation.extras.keep(path, "allowedFunctionNames", JSONFragment(list[...]))
        }
        object.keepRest(in: &conversation.extras, under: path)
    }
}
