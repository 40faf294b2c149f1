// SPDX-License-Identifier: Apache-2.0

/// Reads what the model may call.
enum MessagesToolReader {
    static func tools(_ list: JSONElements?) throws(FormatFault) -> [Tool] {
        guard let list else { return [] }
        var tools: [Tool] = []
        for value in list {
            tools.append(try FormatFault.within("tools[\(tools.count)]") { () throws(FormatFault) in try tool(value) })
        }
        return tools
    }

    private static func tool(_ value: JSONValue) throws(FormatFault) -> Tool {
        var members = try ObjectReader(value)
        let type = try members.string("type")
        let name = try members.string("name")
        if let type, !type.reads("custom") {
            // Anthropic's own kinds, whole: they have versions, and settings of their own.
            let kind = Tool.Kind.hosted(origin: .anthropicMessages, value.fragment)
            return Tool(name ?? type, kind, extras: Extras(.anthropicMessages))
        }
        guard let name else { throw FormatFault("name", "is required") }
        guard let schema = try members.object("input_schema") else {
            throw FormatFault("input_schema", "is required: a JSON Schema of type object")
        }
        let strict = try members.bool("strict")
        var tool = Tool(
            name, description: try members.string("description"),
            .function(parameters: schema.fragment, strict: strict), extras: Extras(.anthropicMessages))
        if let mark = try members.object("cache_control") {
            tool.cacheMark = try MessagesBlockReader.cacheMark(mark, &tool.extras)
        }
        members.keepRest(in: &tool.extras)
        tool.extras.removeNulls()
        return tool
    }
}
