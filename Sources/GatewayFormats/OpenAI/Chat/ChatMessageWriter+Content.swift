// SPDX-License-Identifier: Apache-2.0

/// The content of messages: a string where one plain text is all, else a list of parts.
extension ChatMessageWriter {
    /// Whose message it is: users' messages hold anything, others text.
    enum Owner {
        case instruction, user, assistant, tool
    }

    /// A part as it is sent: with the mark that the target takes, and extras of this dialect alone.
    private struct Piece {
        var form: ChatContentForm
        var cacheMark: CacheMark?
        var extras: Extras

        /// The text, where that is all.
        var plainText: JSONString? {
            if case .text(let text) = form, cacheMark == nil, extras.isEmpty { text } else { nil }
        }
    }

    mutating func writeContent(_ parts: [Part], of owner: Owner, _ json: inout JSONWriter) {
        let pieces = pieces(of: parts, owner)
        json.key("content")
        if pieces.isEmpty {
            // A message of the assistant may hold calls or a refusal alone; others hold some content, be it empty.
            let isElsewhere = owner == .assistant && parts.contains { $0.isCall || $0.isRefusal }
            return isElsewhere ? json.null() : json.value(JSONString(""))
        }
        if pieces.count == 1, let text = pieces[0].plainText { return json.value(text) }
        if !rules.takesTextParts, let text = joined(pieces) { return json.value(text) }
        json.array { json in
            for piece in pieces { write(piece, &json) }
        }
    }

    private mutating func pieces(of parts: [Part], _ owner: Owner) -> [Piece] {
        var pieces: [Piece] = []
        pieces.reserveCapacity(parts.count)
        for part in parts {
            guard let form = form(of: part, owner) else { continue }
            let extras = part.extras.isEmpty ? Extras(.openAIChat) : ownExtras(of: part, at: .part)
            pieces.append(Piece(form: form, cacheMark: sendable(part.cacheMark), extras: extras))
        }
        return pieces
    }

    private mutating func sendable(_ mark: CacheMark?) -> CacheMark? {
        guard let mark else { return nil }
        guard rules.cacheMarks != .none else {
            note(.dropped, .cacheMark, "the provider caches as it sees fit")
            return nil
        }
        let isKept = ChatCacheMark.keeps(mark, rules.cacheMarks)
        note(isKept ? .kept : .moved, .cacheMark, isKept ? "" : "OpenAI caches for 30 minutes or 12 hours")
        return mark
    }

    /// Nil for what is left out, which is noted, and for what stands elsewhere in the assistant's message.
    private mutating func form(of part: Part, _ owner: Owner) -> ChatContentForm? {
        switch part.content {
        case .text(let text): return .text(text)
        case .opaque(.openAIChat, let fragment): return .own(fragment)
        case .media(let media): return form(of: media, part.extras, owner)
        case .refusal where owner == .assistant, .reasoning where owner == .assistant, .call where owner == .assistant:
            return nil
        case .opaque(let origin, let fragment):
            report.dropped(opaque: fragment, of: origin, at: .part, scanner, "chat completions have no such part")
        case .refusal: note(.dropped, .refusal, "only the assistant's messages hold a refusal")
        case .reasoning: note(.dropped, .reasoningText, "only the assistant's messages hold reasoning")
        case .call, .result: report.dropped(ExtrasPlace.part.path(in: origin), "it has no place in this message")
        }
        return nil
    }

    private mutating func form(of media: Media, _ extras: Extras, _ owner: Owner) -> ChatContentForm? {
        var choice = ChatContentForm.choose(media, from: origin, rules)
        if owner != .user, choice.fate != .emulated {
            choice.form = nil
            choice.fate = .dropped
            choice.reason = "only users' messages hold more than text"
        }
        note(choice.fate, choice.field, choice.reason)
        if choice.form == nil { report.dropped(extras, at: .part, choice.reason) }
        return choice.form
    }

    /// Texts in one, for targets that take no list of them; nil when there is something else among them.
    private mutating func joined(_ pieces: [Piece]) -> JSONString? {
        var texts: [JSONString] = []
        for piece in pieces {
            guard case .text(let text) = piece.form else { return nil }
            texts.append(text)
        }
        if texts.count > 1 { note(.moved, .textParts, "the provider takes text in one piece") }
        for piece in pieces {
            if piece.cacheMark != nil { note(.dropped, .cacheMark, "a text in one piece holds no marks") }
            report.dropped(piece.extras, at: .part, "a text in one piece holds nothing else")
        }
        return JSONString(joining: texts, separator: "\n")
    }

    private func write(_ piece: Piece, _ json: inout JSONWriter) {
        if case .own(let fragment) = piece.form { return json.value(fragment) }
        json.object { json in
            write(piece.form, piece.extras, &json)
            if let mark = piece.cacheMark { ChatCacheMark.write(mark, rules.cacheMarks, piece.extras, &json) }
            json.write(piece.extras, except: Self.objects)
        }
    }

    /// The objects within a part whose extras are written within them.
    private static let objects: [StaticString] =
        ["image_url", "video_url", "input_audio", "file"] + ChatCacheMark.names

    private func write(_ form: ChatContentForm, _ extras: Extras, _ json: inout JSONWriter) {
        switch form {
        case .text(let text):
            json.member("type", literal: "text")
            json.member("text", text)
        case .link(let name, let url, let detail):
            json.member("type", literal: name)
            json.object(name) { json in
                json.member("url", url)
                json.member("detail", detail)
                json.write(extras.inside(name))
            }
        case .audio(let data, let format):
            json.member("type", literal: "input_audio")
            json.object("input_audio") { json in
                json.member("data", data)
                json.member("format", format)
                json.write(extras.inside("input_audio"))
            }
        case .file(let data, let name): writeFile("file_data", data, name, extras, &json)
        case .fileID(let id, let name): writeFile("file_id", id, name, extras, &json)
        case .own: break
        }
    }

    private func writeFile(
        _ key: StaticString, _ value: JSONString, _ name: JSONString?, _ extras: Extras, _ json: inout JSONWriter
    ) {
        json.member("type", literal: "file")
        json.object("file") { json in
            json.member(key, value)
            json.member("filename", name)
            json.write(extras.inside("file"))
        }
    }
}
