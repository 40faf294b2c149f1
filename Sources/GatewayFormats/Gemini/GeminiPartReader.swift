// SPDX-License-Identifier: Apache-2.0

/// Reads the parts of contents, of requests and of answers.
///
/// A signature on text that is no thought becomes a reasoning of its own behind the text, empty and sealed: the way Gemini
/// itself streams it, and the way other dialects can carry it.
struct GeminiPartReader {
    enum Source {
        /// A client, who may send back other providers' seals.
        case client
        case provider
    }

    private static let callPath: JSONString = "functionCall."
    private static let resultPath: JSONString = "functionResponse."

    let source: Source
    var calls: GeminiCallLinks

    mutating func read(_ list: JSONElements?) throws(FormatFault) -> [Part] {
        var parts: [Part] = []
        try list?.read("parts") { value, _ throws(FormatFault) in try append(value, to: &parts) }
        return parts
    }

    /// Reads one part, of which two may come.
    mutating func append(_ value: JSONValue, to parts: inout [Part]) throws(FormatFault) {
        var object = try GeminiObject(value)
        if let text = try object.string("text") { return try appendText(text, object, to: &parts) }
        if let call = try object.object("functionCall", "function_call") {
            return parts.append(try readCall(call, &object))
        }
        if let result = try object.object("functionResponse", "function_response") {
            return parts.append(try readResult(result, object))
        }
        if let media = try readMedia(&object) { return parts.append(media) }
        if value["thoughtSignature"] != nil || value["thought_signature"] != nil, Self.saysNothingElse(value) {
            return try appendText("", object, to: &parts)
        }
        parts.append(Part(.opaque(origin: .gemini, value.fragment), extras: Extras(.gemini)))
    }

    /// Whether a part is only a signature.
    private static func saysNothingElse(_ value: JSONValue) -> Bool {
        value.members.allSatisfy {
            $0.name.reads("thoughtSignature") || $0.name.reads("thought_signature") || $0.name.reads("thought")
        }
    }

    private func appendText(
        _ text: JSONString, _ object: GeminiObject, to parts: inout [Part]
    ) throws(FormatFault) {
        var object = object
        let isThought = try object.bool("thought") ?? false
        let seal = try readSeal(&object)
        if isThought {
            let isSummary = seal.map { $0.issuer != .anthropic } ?? true
            return parts.append(
                Part(.reasoning(Reasoning(text, isSummary: isSummary, seal: seal)), extras: object.rest))
        }
        guard let seal else { return parts.append(Part(.text(text), extras: object.rest)) }
        let carrier = Part.Content.reasoning(Reasoning("", seal: seal))
        if text.isEmpty { return parts.append(Part(carrier, extras: object.rest)) }
        parts.append(Part(.text(text), extras: object.rest))
        parts.append(Part(carrier, extras: Extras(.gemini)))
    }

    private func readSeal(_ object: inout GeminiObject) throws(FormatFault) -> Seal? {
        guard let signature = try object.string("thoughtSignature", "thought_signature") else { return nil }
        return source == .client ? GeminiSeals.readClient(signature) : GeminiSeals.readProvider(signature)
    }

    private mutating func readCall(_ value: JSONValue, _ part: inout GeminiObject) throws(FormatFault) -> Part {
        let seal = try readSeal(&part)
        var extras = part.rest
        let call = try FormatFault.within("functionCall") { () throws(FormatFault) in
            var object = try GeminiObject(value)
            guard let name = try object.string("name") else {
                throw FormatFault("name", "is missing: name the function")
            }
            let id = calls.call(try object.string("id"), name)
            let arguments = try object.object("args").map { Arguments.object($0.fragment) } ?? .empty
            object.keepRest(in: &extras, under: Self.callPath)
            return ToolCall(id: id, name: name, arguments: arguments, seal: seal)
        }
        return Part(.call(call), extras: extras)
    }

    private mutating func readResult(_ value: JSONValue, _ part: GeminiObject) throws(FormatFault) -> Part {
        var extras = part.rest
        let result = try FormatFault.within("functionResponse") { () throws(FormatFault) in
            var object = try GeminiObject(value)
            let name = try object.string("name")
            let id = calls.result(try object.string("id"), name)
            let response = try object.object("response")
            let media = try read(try object.array("parts"))
            object.keepRest(in: &extras, under: Self.resultPath)
            return GeminiToolResult.read(response, callID: id, name: name, media: media)
        }
        return Part(.result(result), extras: extras)
    }

    private func readMedia(_ object: inout GeminiObject) throws(FormatFault) -> Part? {
        if let inline = try object.object("inlineData", "inline_data") {
            var extras = object.rest
            let media = try FormatFault.within("inlineData") { () throws(FormatFault) in
                try GeminiMedia.readInline(inline, extras: &extras)
            }
            return Part(.media(media), extras: extras)
        }
        guard let file = try object.object("fileData", "file_data") else { return nil }
        var extras = object.rest
        let media = try FormatFault.within("fileData") { () throws(FormatFault) in
            try GeminiMedia.readFile(file, extras: &extras)
        }
        return Part(.media(media), extras: extras)
    }
}
