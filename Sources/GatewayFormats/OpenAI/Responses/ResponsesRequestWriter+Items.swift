// SPDX-License-Identifier: Apache-2.0

/// Items besides messages: reasoning, calls, results, and what only this dialect has.
extension ResponsesRequestWriter {
    mutating func write(item part: Part, _ json: inout JSONWriter) {
        switch part.content {
        case .call(let call): write(call, part, &json)
        case .result(let result): write(result, part, &json)
        case .opaque(.openAIResponses, let item): json.value(item)
        case .opaque(let origin, let item): drop(opaque: item, of: origin, at: .part)
        case .media(let media): write(media, part, &json)
        case .text, .refusal, .reasoning: break
        }
    }

    /// A model's own picture goes back as the item that it came in.
    private mutating func write(_ media: Media, _ part: Part, _ json: inout JSONWriter) {
        guard media.kind == .image, case .data(let data) = media.source, let id = ResponsesItemID.known(part.id)
        else {
            return note(.dropped, .image, "OpenAI takes back what its own models made, and nothing else")
        }
        var item = ResponsesOutputItem(id, .image(data, type: media.mediaType))
        item.extras = own(part.extras, at: .part)
        item.write(&json)
    }

    // MARK: Reasoning

    /// OpenAI takes back what it sealed itself, and what it keeps under an identifier.
    mutating func write(reasoning parts: ArraySlice<Part>, _ json: inout JSONWriter) {
        let reasoning = parts.compactMap { if case .reasoning(let reasoning) = $0.content { reasoning } else { nil } }
        let seal = reasoning.last?.seal
        var id = ResponsesItemID.known(parts.first?.id)
        var sealed: JSONString?
        if let seal, seal.issuer == .openAI {
            sealed = seal.value
            id = seal.id ?? id
        } else if seal != nil || id == nil || !isOwn {
            if seal != nil { note(.dropped, .seal, "only its issuer can read it") }
            if reasoning.allSatisfy(\.text.isEmpty) { return }
            guard rules.wantsReasoningBack else {
                return note(
                    .dropped, .reasoningText, "OpenAI takes back what it thought itself, and nobody else's thoughts")
            }
            id = id ?? nextItemID()
        }
        var extras = Extras(.openAIResponses)
        for part in parts { extras.members += own(part.extras, at: .part).members }
        json.object { json in
            json.member("type", literal: "reasoning")
            json.member("id", id)
            json.write(extras)
            ResponsesReasoning.write(reasoning, sealed: sealed, &json)
        }
    }

    // MARK: Calls and results

    private mutating func write(_ call: ToolCall, _ part: Part, _ json: inout JSONWriter) {
        if call.seal != nil { note(.dropped, .seal, "only its issuer can read it") }
        if part.cacheMark != nil { noteLostCacheMark() }
        let id = id(of: call)
        let extras = own(part.extras, at: .call)
        let isCustom = call.arguments.isCustom
        json.object { json in
            json.member("type", literal: isCustom ? "custom_tool_call" : "function_call")
            json.member("id", ResponsesItemID.known(part.id))
            json.member("call_id", id)
            json.member("name", call.name)
            json.member(isCustom ? "input" : "arguments", call.arguments.encoded)
            json.write(extras)
        }
        if isCustom { customCalls.insert(id) }
    }

    private mutating func write(_ result: ToolResult, _ part: Part, _ json: inout JSONWriter) {
        let id = result.callID == nil && isOwn ? nil : id(for: result)
        var extras = own(part.extras, at: .part)
        let saysCustom = extras.has("type")
        extras.members.removeAll { $0.name.reads("type") }
        let isCustom = saysCustom || id.map(customCalls.contains) ?? false
        if part.cacheMark != nil { noteLostCacheMark() }
        let content = content(of: result)
        json.object { json in
            json.member("type", literal: isCustom ? "custom_tool_call_output" : "function_call_output")
            json.member("id", part.id)
            json.member("call_id", id)
            if isOwn { json.member("name", result.name) }
            if let text = content.plainText(hasMarks: sendsCacheMarks) {
                json.member("output", text)
            } else {
                json.array("output") { json in
                    for part in content { write(part, isOutput: false, &json) }
                }
            }
            json.write(extras)
        }
    }

    /// What to tell the model of a result: the dialect has no place to say that it is an error, so the text does.
    private mutating func content(of result: ToolResult) -> [Part] {
        var content = result.content.filter { takesInResult($0) }
        if let structured = result.structured {
            content.append(ResponsesFields.part(.text(JSONString(holding: structured))))
        }
        guard result.isError else { return content }
        note(.emulated, .resultError, "the result's text says so")
        if case .text(let text)? = content.first?.content {
            content[0].content = .text(JSONString(joining: ["Error: ", text]))
        } else {
            content.insert(ResponsesFields.part(.text("Error")), at: 0)
        }
        return content
    }

    private mutating func takesInResult(_ part: Part) -> Bool {
        if case .media(let media) = part.content, media.kind == .audio || media.kind == .video {
            note(.dropped, .resultMedia, "results hold text, pictures and documents")
            return false
        }
        return takes(part)
    }
}

extension [Part] {
    /// The text, if a string can say all of it.
    fileprivate func plainText(hasMarks: Bool) -> JSONString? {
        if isEmpty { return "" }
        guard count == 1, let part = first, case .text(let text) = part.content, part.extras.isEmpty,
            part.cacheMark == nil || !hasMarks
        else { return nil }
        return text
    }
}
