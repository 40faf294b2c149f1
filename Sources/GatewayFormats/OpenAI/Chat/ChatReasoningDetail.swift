// SPDX-License-Identifier: Apache-2.0

/// One piece of `reasoning_details`: what a model thought, a summary of it, or the sealed form. The list is OpenRouter's,
/// and a convention by now; `format` names who issued the seal.
struct ChatReasoningDetail {
    /// How pieces that belong together are told in a stream.
    var index: Int64?
    var id: JSONString?
    var text: JSONString
    var isSummary: Bool
    var seal: Seal?
    /// Where among the message's parts it belongs, if not before all others: a member of our own.
    var position: Int64?

    /// Nil for a kind that is not known, and for a seal of an issuer that is not: those are nobody else's.
    init?(_ value: JSONValue) {
        index = value["index"]?.integer
        position = value["position"]?.integer
        id = value["id"]?.string
        isSummary = false
        let sealed: JSONString?
        let kind: Seal.Kind
        switch value["type"]?.text {
        case "reasoning.text":
            text = value["text"]?.string ?? ""
            (kind, sealed) = (.signature, value["signature"]?.string)
        case "reasoning.summary":
            text = value["summary"]?.string ?? ""
            isSummary = true
            (kind, sealed) = (.signature, value["signature"]?.string)
        case "reasoning.encrypted":
            text = ""
            (kind, sealed) = (.encrypted, value["data"]?.string)
        default: return nil
        }
        guard let sealed, !sealed.isEmpty else { return }
        guard let issuer = Self.issuer(value["format"]?.text ?? "") else { return nil }
        seal = Seal(issuer, kind, sealed, id: id)
    }

    var reasoning: Reasoning { Reasoning(text, isSummary: isSummary, seal: seal) }

    /// Whether this is the sealed form of what `before` says in clear: of one item, or with nothing that tells them apart.
    func seals(_ before: ChatReasoningDetail) -> Bool {
        before.seal == nil && seal?.kind == .encrypted && text.isEmpty && before.id == id
    }

    private static func issuer(_ format: String) -> Seal.Issuer? {
        if format.hasPrefix("anthropic") { return .anthropic }
        if format.contains("openai") { return .openAI }
        return format.hasPrefix("google") || format.hasPrefix("gemini") ? .gemini : nil
    }

    private static func format(_ issuer: Seal.Issuer) -> StaticString {
        switch issuer {
        case .anthropic: "anthropic-claude-v1"
        case .openAI: "openai-responses-v1"
        case .gemini: "google-gemini-v1"
        }
    }

    // MARK: Writing

    /// Writes `reasoning` as one piece, or as two where it has an encrypted form beside the text.
    ///
    /// - index: the number of the first piece; raised by those written. They are numbered without gaps, because clients
    ///   that put streams together take them for places in a list.
    /// - place: among the message's parts; told only where the pieces do not all come first.
    static func write(
        _ reasoning: Reasoning, index: inout Int64, place: Int, _ json: inout JSONWriter
    ) {
        let position = Int64(place) > index ? Int64(place) : nil
        let isSealedApart = reasoning.seal?.kind == .encrypted
        if !reasoning.text.isEmpty || !isSealedApart {
            json.object { json in
                json.member("type", literal: reasoning.isSummary ? "reasoning.summary" : "reasoning.text")
                json.member(reasoning.isSummary ? "summary" : "text", reasoning.text)
                if !isSealedApart { json.member("signature", reasoning.seal?.value) }
                writeEnd(reasoning.seal, index, position, &json)
            }
            index += 1
        }
        guard isSealedApart else { return }
        json.object { json in
            json.member("type", literal: "reasoning.encrypted")
            json.member("data", reasoning.seal?.value)
            writeEnd(reasoning.seal, index, position, &json)
        }
        index += 1
    }

    private static func writeEnd(_ seal: Seal?, _ index: Int64, _ position: Int64?, _ json: inout JSONWriter) {
        json.member("id", seal?.id)
        if let seal { json.member("format", literal: format(seal.issuer)) }
        json.member("index", index)
        json.member("position", position)
    }
}
