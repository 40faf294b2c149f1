// SPDX-License-Identifier: Apache-2.0

/// A part as it will be written, of a request or an answer.
struct GeminiPart: Sendable {
    enum Body: Sendable {
        case text(JSONString)
        case thought(JSONString)
        case call(id: JSONString?, name: JSONString, arguments: JSONFragment)
        case result(id: JSONString?, name: JSONString, response: JSONFragment, media: [GeminiPart])
        case media(Media)
        /// A whole part of Gemini's own.
        case raw(JSONFragment)
    }

    var body: Body
    var signature: JSONString?
    var extras: Extras

    init(_ body: Body, signature: JSONString? = nil, extras: Extras) {
        self.body = body
        self.signature = signature
        self.extras = extras
    }

    /// A part that needs nothing to be known around it; nil for reasoning, calls and results.
    init?(standing part: Part) {
        switch part.content {
        case .text(let text), .refusal(let text): self.init(.text(text), extras: part.extras)
        case .media(let media): self.init(.media(media), extras: part.extras)
        case .opaque(.gemini, let fragment): self.init(.raw(fragment), extras: part.extras)
        case .reasoning, .call, .result, .opaque: return nil
        }
    }

    /// `parts` with the signatures of empty texts on the texts that they belong to.
    ///
    /// - looksAhead: whether they may stand before their text, where dialects move them that put all reasoning first.
    static func placingSignatures(_ parts: [GeminiPart], looksAhead: Bool) -> [GeminiPart] {
        guard parts.contains(where: \.isCarrier) else { return parts }
        var placed: [GeminiPart] = []
        var ahead: JSONString?
        for (index, part) in parts.enumerated() {
            var part = part
            if part.isCarrier {
                if let last = placed.indices.last, placed[last].isUnsignedText {
                    placed[last].signature = part.signature
                    continue
                }
                if looksAhead, parts[(index + 1)...].first?.isUnsignedText ?? false {
                    ahead = part.signature
                    continue
                }
            } else if let signature = ahead {
                part.signature = signature
                ahead = nil
            }
            placed.append(part)
        }
        return placed
    }

    /// Whether this is but a signature, on no text.
    private var isCarrier: Bool {
        if case .text(let text) = body { text.isEmpty && signature != nil && extras.isEmpty } else { false }
    }

    /// Whether this is text that could bear a signature and has none.
    private var isUnsignedText: Bool {
        if case .text(let text) = body { signature == nil && !text.isEmpty } else { false }
    }

    var isCall: Bool {
        if case .call = body { true } else { false }
    }

    func write(_ json: inout JSONWriter) {
        if case .raw(let fragment) = body { return json.value(fragment) }
        json.object { json in
            writeBody(&json)
            json.member("thoughtSignature", signature)
            json.writeOwn(extras, except: ["functionCall", "functionResponse", "inlineData", "fileData"])
        }
    }

    private func writeBody(_ json: inout JSONWriter) {
        switch body {
        case .text(let text): json.member("text", text)
        case .thought(let text):
            json.member("text", text)
            json.member("thought", true)
        case .call(let id, let name, let arguments):
            json.object("functionCall") { json in
                json.member("id", id)
                json.member("name", name)
                json.member("args", arguments)
                json.writeOwn(extras, inside: "functionCall")
            }
        case .result(let id, let name, let response, let media):
            writeResult(id, name, response, media, &json)
        case .media(let media): GeminiMedia.write(media, extras: extras, &json)
        case .raw: break
        }
    }

    private func writeResult(
        _ id: JSONString?, _ name: JSONString, _ response: JSONFragment, _ media: [GeminiPart], _ json: inout JSONWriter
    ) {
        json.object("functionResponse") { json in
            json.member("id", id)
            json.member("name", name)
            json.member("response", response)
            if !media.isEmpty { writeMedia(media, &json) }
            json.writeOwn(extras, inside: "functionResponse")
        }
    }

    private func writeMedia(_ parts: [GeminiPart], _ json: inout JSONWriter) {
        json.array("parts") { json in
            for part in parts {
                part.write(&json)
            }
        }
    }
}
