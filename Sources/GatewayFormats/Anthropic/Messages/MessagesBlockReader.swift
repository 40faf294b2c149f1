// SPDX-License-Identifier: Apache-2.0

/// Reads content: a text, or a list of blocks. Paths of faults begin within the content.
enum MessagesBlockReader {
    static func parts(_ content: JSONValue) throws(FormatFault) -> [Part] {
        if let text = content.string { return [Part(.text(text), extras: Extras(.anthropicMessages))] }
        guard content.kind == .array else {
            throw FormatFault("", "must be a text or a list of blocks, not \(content.kind.noun)")
        }
        var parts: [Part] = []
        var seals: [JSONString: Seal] = [:]
        var index = 0
        for block in content.elements {
            try FormatFault.within("[\(index)]") { () throws(FormatFault) in
                let part = try part(block)
                if let (seal, call) = sealOfCall(part, block) { seals[call] = seal } else { parts.append(part) }
            }
            index += 1
        }
        if !seals.isEmpty { attach(seals, to: &parts) }
        return parts
    }

    /// The seal of a call, which travels through clients of this dialect in a block of its own.
    private static func sealOfCall(_ part: Part, _ block: JSONValue) -> (Seal, call: JSONString)? {
        guard case .reasoning(let reasoning) = part.content, reasoning.seal.map({ $0.issuer != .anthropic }) ?? false,
            let (seal, call) = block["data"]?.string.flatMap(Seal.unwrap), let call
        else { return nil }
        return (seal, call)
    }

    private static func attach(_ seals: [JSONString: Seal], to parts: inout [Part]) {
        for index in parts.indices {
            guard case .call(var call) = parts[index].content, let id = call.id, let seal = seals[id] else { continue }
            call.seal = seal
            parts[index].content = .call(call)
        }
    }

    static func part(_ block: JSONValue) throws(FormatFault) -> Part {
        if let text = plainText(block) { return Part(.text(text), extras: Extras(.anthropicMessages)) }
        var members = try ObjectReader(block)
        guard let type = try members.string("type") else { throw FormatFault("type", "is required") }
        var extras = Extras(.anthropicMessages)
        let content = try content(block, type, &members, &extras)
        if case .opaque = content { return Part(content, extras: Extras(.anthropicMessages)) }
        var part = Part(content, extras: extras)
        if let mark = try members.object("cache_control") { part.cacheMark = try cacheMark(mark, &part.extras) }
        members.keepRest(in: &part.extras)
        part.extras.removeNulls()
        return part
    }

    /// The text of a block that has nothing else, which most are.
    private static func plainText(_ block: JSONValue) -> JSONString? {
        var text: JSONString?
        var isText = false
        for (name, value) in block.members {
            if name.reads("text") {
                text = value.string
            } else if name.reads("type"), let type = value.string, type.reads("text") {
                isText = true
            } else {
                return nil
            }
        }
        return isText ? text : nil
    }

    private static func content(
        _ block: JSONValue, _ type: JSONString, _ members: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> Part.Content {
        if type.reads("text") { return .text(try required("text", &members)) }
        if type.reads("tool_use") { return try call(&members) }
        if type.reads("tool_result") { return .result(try result(&members)) }
        if type.reads("thinking") { return .reasoning(try thinking(&members)) }
        if type.reads("redacted_thinking") {
            return .reasoning(Reasoning("", seal: seal(try required("data", &members), .encrypted)))
        }
        if type.reads("image"), let media = try MessagesMediaReader.image(&members, &extras) { return .media(media) }
        if type.reads("document"), let media = try MessagesMediaReader.document(&members, &extras) {
            return .media(media)
        }
        return .opaque(origin: .anthropicMessages, block.fragment)
    }

    private static func call(_ members: inout ObjectReader) throws(FormatFault) -> Part.Content {
        let name = try required("name", &members)
        let id = try members.string("id")
        let input = try members.object("input")?.fragment ?? JSONFragment(literal: "{}")
        if name == MessagesOutputTool.name { return .text(JSONString(holding: input)) }
        return .call(ToolCall(id: id, name: name, arguments: .object(input)))
    }

    private static func result(_ members: inout ObjectReader) throws(FormatFault) -> ToolResult {
        let id = try required("tool_use_id", &members)
        let content = members.value("content")
        let parts = try FormatFault.within("content") { () throws(FormatFault) -> [Part] in
            guard let content else { return [] }
            return try self.parts(content)
        }
        return ToolResult(callID: id, content: parts, isError: try members.bool("is_error") ?? false)
    }

    private static func thinking(_ members: inout ObjectReader) throws(FormatFault) -> Reasoning {
        let text = try required("thinking", &members)
        let seal = seal(try members.string("signature") ?? "", .signature)
        return Reasoning(text, isSummary: seal?.issuer == .openAI, seal: seal)
    }

    /// A seal of this dialect, or one of another that went through a client of this; none in an empty text.
    static func seal(_ text: JSONString, _ kind: Seal.Kind) -> Seal? {
        if text.isEmpty { return nil }
        return Seal.unwrap(text)?.seal ?? Seal(.anthropic, kind, text)
    }

    static func cacheMark(_ mark: JSONValue, _ extras: inout Extras) throws(FormatFault) -> CacheMark? {
        try FormatFault.within("cache_control") { () throws(FormatFault) in
            var members = try ObjectReader(mark)
            guard let type = try members.string("type"), type.reads("ephemeral") else {
                extras.keep("cache_control", mark)
                return nil
            }
            let lifetime = try members.string("ttl")
            members.keepRest(in: &extras, under: "cache_control.")
            return CacheMark(lifetime: lifetime)
        }
    }

    private static func required(
        _ name: StaticString, _ members: inout ObjectReader
    ) throws(FormatFault) -> JSONString {
        guard let string = try members.string(name) else { throw FormatFault("\(name)", "is required") }
        return string
    }
}
