// SPDX-License-Identifier: Apache-2.0

/// How chat completions say a part of a message's content.
enum ChatContentForm {
    /// `image_url` and `video_url`.
    case link(StaticString, url: JSONString, detail: JSONString?)
    case audio(data: JSONString, format: JSONString)
    case file(data: JSONString, name: JSONString)
    case fileID(JSONString, name: JSONString?)
    case text(JSONString)
    /// A part that only this dialect has, as it came.
    case own(JSONFragment)

    /// What becomes of `media`, and in which form, if in any.
    struct Choice {
        var form: ChatContentForm?
        var fate: LossReport.Fate
        var field: NeutralField
        var reason = ""
    }

    /// - origin: the dialect the media came in. Identifiers of files mean something to OpenAI alone.
    static func choose(_ media: Media, from origin: Format, _ rules: TargetRules) -> Choice {
        switch (media.kind, media.source) {
        case (.image, .url), (.image, .data): link("image_url", media, .image, rules)
        case (.video, .url), (.video, .data): link("video_url", media, .video, rules)
        case (.audio, .data(let data)): audio(data, media)
        case (.document, .data(let data)): document(data, media)
        case (.document, .file(let id)) where origin == .openAIChat || origin == .openAIResponses:
            Choice(form: .fileID(id, name: media.name), fate: .kept, field: .document)
        case (.document, .text(let text)): plainText(text, media)
        default: Choice(fate: .dropped, field: field(of: media.kind), reason: "chat completions take no such source")
        }
    }

    private static func field(of kind: Media.Kind) -> NeutralField {
        switch kind {
        case .image: .image
        case .audio: .audio
        case .video: .video
        case .document: .document
        }
    }

    private static func link(
        _ name: StaticString, _ media: Media, _ field: NeutralField, _ rules: TargetRules
    ) -> Choice {
        let refused = Choice(fate: .dropped, field: field, reason: "the provider refuses `\(name)`")
        if rules.refusedFields.contains("messages[].content[].\(name)") { return refused }
        switch media.source {
        case .data(let data):
            let type = media.mediaType ?? (field == .video ? "video/mp4" : imageType(of: data))
            let url = Media.dataURI(data, mediaType: type)
            return Choice(form: .link(name, url: url, detail: media.detail), fate: .kept, field: field)
        case .url(let url) where rules.takesMediaURLs:
            let field: NeutralField = field == .image ? .imageURL : field
            return Choice(form: .link(name, url: url, detail: media.detail), fate: .kept, field: field)
        default:
            let field: NeutralField = field == .image ? .imageURL : field
            return Choice(fate: .dropped, field: field, reason: "the provider fetches nothing; send the data itself")
        }
    }

    private static func audio(_ data: JSONString, _ media: Media) -> Choice {
        let format = ChatAudioFormat.format(media.mediaType) ?? "wav"
        return Choice(form: .audio(data: data, format: format), fate: .kept, field: .audio)
    }

    private static func document(_ data: JSONString, _ media: Media) -> Choice {
        let uri = Media.dataURI(data, mediaType: media.mediaType ?? "application/pdf")
        guard let name = media.name else {
            return Choice(
                form: .file(data: uri, name: "document.pdf"), fate: .moved, field: .document,
                reason: "chat completions want a name with a file")
        }
        return Choice(form: .file(data: uri, name: name), fate: .kept, field: .document)
    }

    private static func plainText(_ text: JSONString, _ media: Media) -> Choice {
        let titled = media.name.map { JSONString(joining: [$0, "\n\n", text]) } ?? text
        return Choice(
            form: .text(titled), fate: .emulated, field: .document, reason: "a plain text is sent as part of the prompt"
        )
    }

    /// By how the data begin.
    private static func imageType(of data: JSONString) -> JSONString {
        if data.reads(prefix: "/9j/") || data.reads(prefix: "\\/9j\\/") { return "image/jpeg" }
        if data.reads(prefix: "R0lG") { return "image/gif" }
        return data.reads(prefix: "UklGR") ? "image/webp" : "image/png"
    }
}
