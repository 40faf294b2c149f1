// SPDX-License-Identifier: Apache-2.0

/// What a tool gave back: Gemini takes a JSON object, whose member `output` or `error`, if it is the only one, is what came
/// out, and which is that itself otherwise. Other dialects take text, which may be JSON or not.
///
/// Reading is the inverse of writing: a text comes back as it was.
enum GeminiToolResult {
    static func read(_ response: JSONValue?, callID: JSONString?, name: JSONString?, media: [Part]) -> ToolResult {
        var result = ToolResult(callID: callID, name: name, content: media)
        guard let response else { return result }
        let (outcome, isError) = outcome(of: response)
        result.isError = isError
        if let text = outcome.string {
            result.content.insert(Part(.text(text), extras: Extras(.gemini)), at: 0)
        } else {
            result.structured = outcome.fragment
        }
        return result
    }

    private static func outcome(of response: JSONValue) -> (JSONValue, isError: Bool) {
        var members = response.members
        guard let only = members.next(), members.isEmpty, !only.value.isNull else { return (response, false) }
        if only.name.reads("error") { return (only.value, true) }
        return only.name.reads("output") ? (only.value, false) : (response, false)
    }

    /// The object to send for `result`.
    ///
    /// - isOwn: whether it came from one of Gemini's clients, who says JSON where it means JSON.
    static func response(of result: ToolResult, isOwn: Bool, _ scanner: JSONScanner) -> JSONFragment {
        var texts = result.content.compactMap { part -> JSONString? in
            switch part.content {
            case .text(let text), .refusal(let text): text
            default: nil
            }
        }
        if let structured = result.structured {
            if texts.isEmpty, let root = try? scanner.parse(Array(structured.bytes)).root {
                return wrapped(structured, isError: result.isError, standsAlone: standsAlone(root))
            }
            texts.append(JSONString(holding: structured))
        }
        let text = texts.count == 1 ? texts[0] : JSONString(joining: texts, separator: "\n")
        guard !isOwn, let value = json(in: text, scanner) else {
            return wrapped(JSONFragment(quoting: text), isError: result.isError, standsAlone: false)
        }
        return wrapped(value.fragment, isError: result.isError, standsAlone: standsAlone(value))
    }

    /// The object or array that is all of `text`. Numbers stay text: as JSON they would lose digits. So does what speaks of
    /// `$ref`, which Gemini takes for a reference of its own and refuses.
    private static func json(in text: JSONString, _ scanner: JSONScanner) -> JSONValue? {
        guard text.escaped.first == UInt8(ascii: "{") || text.escaped.first == UInt8(ascii: "[") else { return nil }
        let bytes = text.utf8
        guard let tree = try? scanner.parse(bytes), tree.root.fragment.bytes.count == bytes.count else { return nil }
        return holdsReference(tree.root) ? nil : tree.root
    }

    private static func holdsReference(_ value: JSONValue) -> Bool {
        guard value.fragment.bytes.contains(UInt8(ascii: "$")) else { return false }
        return value.elements.contains(where: holdsReference)
            || value.members.contains { $0.name.reads("$ref") || holdsReference($0.value) }
    }

    /// Whether `value` is an object that reads as itself, not as what one of its members says.
    private static func standsAlone(_ value: JSONValue) -> Bool {
        value.kind == .object && value.members.allSatisfy { !$0.name.reads("output") && !$0.name.reads("error") }
    }

    private static func wrapped(_ payload: JSONFragment, isError: Bool, standsAlone: Bool) -> JSONFragment {
        if standsAlone, !isError { return payload }
        let bytes = JSONWriter.object(capacity: payload.bytes.count + 16) { json in
            json.member(isError ? "error" : "output", payload)
        }
        return JSONFragment(bytes[...])
    }
}
