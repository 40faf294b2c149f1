// SPDX-License-Identifier: Apache-2.0

extension MessagesRequestWriter {
    /// The part as this API takes it; nil, and noted, when it does not.
    mutating func acceptable(_ part: Part) -> Part? {
        guard let part = converted(part) else { return nil }
        if part.extras.origin != .anthropicMessages {
            report.dropped(part.extras, at: .part, "the Messages API has no such field")
        }
        return part
    }

    private mutating func converted(_ part: Part) -> Part? {
        switch part.content {
        case .text(let text):
            guard text.isBlank else { return part }
            note(.dropped, .textParts, "a text without a visible character is refused")
            return nil
        case .refusal(let words):
            note(.moved, .refusal, "as text")
            return Part(.text(words), cacheMark: part.cacheMark, extras: part.extras)
        case .media(let media): return acceptable(media, of: part)
        case .reasoning(let reasoning): return acceptable(reasoning, of: part)
        case .call(let call):
            if call.seal != nil { note(.dropped, .seal, "only its issuer can read it") }
            return part
        case .result: return part
        case .opaque(let origin, let fragment):
            if origin == .anthropicMessages { return part }
            report.dropped(opaque: fragment, of: origin, at: .part, scanner, "the Messages API has no such part")
            return nil
        }
    }

    /// Anthropic vouches for its own thinking, and refuses any other. Imitators want theirs back in clear.
    private mutating func acceptable(_ reasoning: Reasoning, of part: Part) -> Part? {
        if let seal = reasoning.seal {
            if seal.issuer == .anthropic { return part }
            note(.dropped, .seal, "only its issuer can read it")
        }
        if reasoning.text.isEmpty { return nil }
        if rules.wantsReasoningBack { return Part(.reasoning(Reasoning(reasoning.text)), extras: part.extras) }
        note(.dropped, .reasoningText, "thinking without Anthropic's signature is refused")
        return nil
    }

    private mutating func acceptable(_ media: Media, of part: Part) -> Part? {
        if let (field, reason) = obstacle(to: media) {
            note(.dropped, field, reason)
            return nil
        }
        if isNative { return part }
        if media.detail != nil { note(.dropped, .imageDetail, "pictures are looked at in one way") }
        guard media.kind == .document, case .data(let data) = media.source else { return part }
        return document(media, data, of: part)
    }

    private func obstacle(to media: Media) -> (NeutralField, String)? {
        let field = MessagesBlock.field(media.kind)
        switch (media.kind, media.source) {
        case (_, .url(let url)) where !rules.takesMediaURLs || !isNative && !url.reads(prefix: "http"):
            return (media.kind == .image ? .imageURL : field, "the target does not fetch it: send the data")
        case (.image, _) where isNative, (.document, _) where isNative: return nil
        case (.audio, _), (.video, _): return (field, "the Messages API takes pictures and documents alone")
        case (.image, .file), (.document, .file): return (field, "the file is kept by another provider")
        case (.image, _), (.document, _): return nil
        }
    }

    /// Documents come as PDF or as text in clear.
    private mutating func document(_ media: Media, _ data: JSONString, of part: Part) -> Part? {
        guard let type = media.mediaType, !type.reads("application/pdf") else { return part }
        guard type.escaped.starts(with: "text/".utf8), let bytes = Base64.decode(data),
            let text = String(validating: bytes, as: UTF8.self)
        else {
            note(.dropped, .document, "documents are PDF or text, not \(type.text.prefix(80))")
            return nil
        }
        note(.moved, .document, "as plain text")
        var part = part
        part.content = .media(Media(.document, .text(JSONString(text)), name: media.name))
        return part
    }

    /// Notes a part that has no place where it stands.
    mutating func noteGone(_ part: Part, _ reason: String) {
        switch part.content {
        case .media(let media): note(.dropped, MessagesBlock.field(media.kind), reason)
        default: report.dropped(ExtrasPlace.part.path(in: origin), reason)
        }
    }
}
