// SPDX-License-Identifier: Apache-2.0

/// Reads tools and the choice between them.
enum ResponsesToolReader {
    static func tool(_ value: JSONValue) throws(FormatFault) -> Tool {
        var fields = try ObjectReader(value)
        let type = try ResponsesFields.required("type", of: &fields)
        if type.reads("function") {
            let kind = Tool.Kind.function(
                parameters: try fields.object("parameters")?.fragment, strict: try fields.bool("strict"))
            return try named(&fields, kind)
        }
        if type.reads("custom") {
            return try named(&fields, .custom(format: try fields.object("format")?.fragment))
        }
        return Tool(
            try fields.string("name") ?? type, .hosted(origin: .openAIResponses, value.fragment),
            extras: Extras(.openAIResponses))
    }

    private static func named(_ fields: inout ObjectReader, _ kind: Tool.Kind) throws(FormatFault) -> Tool {
        let name = try ResponsesFields.required("name", of: &fields)
        let description = try fields.string("description")
        return Tool(name, description: description, kind, extras: ResponsesFields.rest(of: fields))
    }

    /// The choice. One that only this dialect has, such as a list of allowed tools, goes to `extras`.
    static func choice(_ fields: inout ObjectReader, _ extras: inout Extras) throws(FormatFault) -> ToolChoice? {
        guard let value = fields.value("tool_choice") else { return nil }
        if let word = value.string {
            if word.reads("auto") { return .auto }
            if word.reads("none") { return ToolChoice.none }
            if word.reads("required") { return .required }
            throw FormatFault("tool_choice", "must be `none`, `auto`, `required` or an object")
        }
        return try fields.nested("tool_choice", &extras) { choice, _ throws(FormatFault) -> ToolChoice? in
            let type = try ResponsesFields.required("type", of: &choice)
            guard type.reads("function") || type.reads("custom") else { return nil }
            return .named(try ResponsesFields.required("name", of: &choice))
        }
    }
}
