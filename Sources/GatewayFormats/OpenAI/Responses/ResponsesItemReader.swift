// SPDX-License-Identifier: Apache-2.0

/// An item of a request's `input` or an answer's `output`, as what it is in the neutral form.
enum ResponsesItem {
    /// Something the model made: parts of an assistant's turn.
    case made([Part])
    /// A message of somebody else's.
    case message(Turn.Role, [Part], Extras)
    case result(Part)
    /// A call's seal of another provider, which Sluice gave to the client as a reasoning item of its own.
    case sealOfCall(JSONString, Seal)
}

/// Reads items.
enum ResponsesItemReader {
    static func read(_ value: JSONValue) throws(FormatFault) -> ResponsesItem {
        var item = try ObjectReader(value)
        guard let type = try item.string("type") else {
            if item.value("role") != nil { return try message(&item, value) }
            // A reference to an item that OpenAI keeps need not say that it is one.
            if item.value("id") != nil { return opaque(value) }
            throw FormatFault("type", "is missing; give the kind of the item, such as `message`")
        }
        if type.reads("message") { return try message(&item, value) }
        if type.reads("reasoning") { return try reasoning(&item, value) }
        if type.reads("function_call") { return .made([try call(&item)]) }
        if type.reads("custom_tool_call") { return .made([try customCall(&item)]) }
        if type.reads("function_call_output") || type.reads("custom_tool_call_output") {
            return .result(try result(&item, type))
        }
        if type.reads("image_generation_call"), let part = try picture(&item) { return .made([part]) }
        return opaque(value)
    }

    private static func opaque(_ value: JSONValue) -> ResponsesItem {
        .made([ResponsesFields.part(.opaque(origin: .openAIResponses, value.fragment))])
    }

    // MARK: Messages

    private static func message(_ item: inout ObjectReader, _ value: JSONValue) throws(FormatFault) -> ResponsesItem {
        let role = try ResponsesFields.required("role", of: &item)
        let parts = try ResponsesContentReader.content("content", of: &item)
        if role.reads("assistant") { return try assistantMessage(&item, parts) ?? opaque(value) }
        let extras = ResponsesFields.rest(ofItem: &item)
        if role.reads("user") { return .message(.user, parts, extras) }
        if role.reads("system") { return .message(.instruction(.system), parts, extras) }
        if role.reads("developer") { return .message(.instruction(.developer), parts, extras) }
        throw FormatFault("role", "must be `user`, `assistant`, `system` or `developer`")
    }

    /// What the model said; nil when there is more in it than words. The first part carries what is said of the message
    /// itself, as `item.…`.
    private static func assistantMessage(
        _ item: inout ObjectReader, _ parts: [Part]
    ) throws(FormatFault) -> ResponsesItem? {
        guard !parts.isEmpty, parts.allSatisfy(\.isOfMessage) else { return nil }
        var parts = parts
        let id = try item.string("id")
        for index in parts.indices { parts[index].id = id }
        parts[0].extras.keep(ResponsesFields.rest(ofItem: &item), under: "item")
        return .made(parts)
    }

    // MARK: Reasoning

    private static func reasoning(
        _ item: inout ObjectReader, _ value: JSONValue
    ) throws(FormatFault) -> ResponsesItem {
        let id = try item.string("id")
        var seal: Seal?
        if let sealed = try item.string("encrypted_content") {
            if let (foreign, call) = Seal.unwrap(sealed) {
                if let call { return .sealOfCall(call, foreign) }
                seal = foreign
            } else {
                seal = Seal(.openAI, .encrypted, sealed, id: id)
            }
        }
        guard let summaries = texts(try item.array("summary"), "summary_text"),
            let thoughts = texts(try item.array("content"), "reasoning_text")
        else { return opaque(value) }
        var pieces = summaries.map { Reasoning($0, isSummary: true) } + thoughts.map { Reasoning($0) }
        if pieces.isEmpty { pieces = [Reasoning("", isSummary: true)] }
        // Streams tell the seal when the item is whole, so it belongs to the last of its parts.
        pieces[pieces.count - 1].seal = seal
        var parts = pieces.map { Part(.reasoning($0), id: id, extras: Extras(.openAIResponses)) }
        parts[0].extras = ResponsesFields.rest(ofItem: &item)
        return .made(parts)
    }

    /// The texts of a list of parts that are all of `type`; nil when there is more to them.
    private static func texts(_ list: JSONElements?, _ type: StaticString) -> [JSONString]? {
        guard let list else { return [] }
        var texts: [JSONString] = []
        for element in list {
            guard let kind = element["type"]?.string, kind.reads(type), let text = element["text"]?.string,
                element.members.reduce(into: 0, { count, _ in count += 1 }) == 2
            else { return nil }
            texts.append(text)
        }
        return texts
    }

    // MARK: Pictures

    /// A picture the model made; nil when it is not there yet, or not any more.
    private static func picture(_ item: inout ObjectReader) throws(FormatFault) -> Part? {
        guard let data = try item.string("result") else { return nil }
        let type = try item.string("output_format").flatMap(ResponsesPictureFormat.mediaType)
        let id = try item.string("id")
        return Part(
            .media(Media(.image, .data(data), mediaType: type)), id: id, extras: ResponsesFields.rest(ofItem: &item))
    }

    // MARK: Calls and results

    private static func call(_ item: inout ObjectReader) throws(FormatFault) -> Part {
        if let object = item.value("arguments"), object.kind == .object {
            return try call(&item, .object(object.fragment))
        }
        return try call(&item, .encoded(try ResponsesFields.required("arguments", of: &item)))
    }

    private static func customCall(_ item: inout ObjectReader) throws(FormatFault) -> Part {
        try call(&item, .text(try ResponsesFields.required("input", of: &item)))
    }

    private static func call(_ item: inout ObjectReader, _ arguments: Arguments) throws(FormatFault) -> Part {
        let call = ToolCall(
            id: try ResponsesFields.required("call_id", of: &item),
            name: try ResponsesFields.required("name", of: &item), arguments: arguments)
        let id = try item.string("id")
        return Part(.call(call), id: id, extras: ResponsesFields.rest(ofItem: &item))
    }

    /// The result of a custom tool keeps its type: the call, which tells as well, need not be in the request.
    private static func result(_ item: inout ObjectReader, _ type: JSONString) throws(FormatFault) -> Part {
        let result = ToolResult(
            callID: try item.string("call_id"), name: try item.string("name"),
            content: try ResponsesContentReader.content("output", of: &item))
        let id = try item.string("id")
        var part = Part(.result(result), id: id, extras: ResponsesFields.rest(ofItem: &item))
        if type.reads("custom_tool_call_output") {
            part.extras.members.append(.init(name: "type", value: JSONFragment(quoting: type)))
        }
        return part
    }
}
