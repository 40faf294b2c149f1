// SPDX-License-Identifier: Apache-2.0

/// Parts of messages and results.
extension ResponsesRequestWriter {
    /// Whether cache marks are written, rather than left to OpenAI's own caching.
    var sendsCacheMarks: Bool { isOwn || rules.cacheMarks == .breakpoint }

    mutating func noteLostCacheMark() {
        note(.emulated, .cacheMark, "OpenAI caches beginnings of prompts by itself")
    }

    /// Whether a part can be said; if not, that is noted.
    mutating func takes(_ part: Part) -> Bool {
        switch part.content {
        case .text, .refusal, .opaque(.openAIResponses, _): return true
        case .media(let media): return takes(media)
        case .opaque(let origin, let fragment): drop(opaque: fragment, of: origin, at: .part)
        case .reasoning: note(.dropped, .reasoningText, "it stands where only words can")
        case .call, .result: break
        }
        return false
    }

    private mutating func takes(_ media: Media) -> Bool {
        switch (media.kind, media.source) {
        case (.video, _): note(.dropped, .video, "the Responses API takes no video")
        case (.audio, _) where !isOwn: note(.dropped, .audio, "the Responses API takes no sound")
        case (_, .url) where !rules.takesMediaURLs:
            note(.dropped, .imageURL, "the provider fetches nothing; send the data")
        case (_, .file) where !isOwn && conversation.extras.origin != .openAIChat:
            note(.dropped, media.kind == .image ? .image : .document, "the file lies at another provider")
        default: return true
        }
        return false
    }

    /// - isOutput: whether the model said it.
    mutating func write(_ part: Part, isOutput: Bool, _ json: inout JSONWriter) {
        if case .opaque(_, let fragment) = part.content { return json.value(fragment) }
        let extras = own(part.extras, at: .part)
        json.object { json in
            switch part.content {
            case .text(let text):
                let isAnnotated = extras.has("annotations")
                write(text, isOutput: isOutput, isAnnotated: isAnnotated, &json)
            case .refusal(let text) where isOutput:
                json.member("type", literal: "refusal")
                json.member("refusal", text)
            case .refusal(let text): write(text, isOutput: false, &json)
            case .media(let media): write(media, &json)
            case .reasoning, .call, .result, .opaque: break
            }
            write(part.cacheMark, isOutput: isOutput, &json)
            json.write(extras, except: ["item"])
        }
    }

    private func write(_ text: JSONString, isOutput: Bool, isAnnotated: Bool = false, _ json: inout JSONWriter) {
        json.member("type", literal: isOutput ? "output_text" : "input_text")
        json.member("text", text)
        if isOutput, !isAnnotated { json.array("annotations") { _ in } }
    }

    private mutating func write(_ mark: CacheMark?, isOutput: Bool, _ json: inout JSONWriter) {
        guard let mark else { return }
        guard sendsCacheMarks, isOwn || !isOutput else { return noteLostCacheMark() }
        let lifetime = isOwn ? mark.lifetime : lifetime(atLeast: mark.lifetime)
        if lifetime != mark.lifetime { note(.moved, .cacheMark, "for the next longer time that OpenAI has") }
        json.object("prompt_cache_breakpoint") {
            $0.member("mode", literal: "explicit")
            $0.member("ttl", lifetime)
        }
    }

    /// OpenAI keeps what is marked for half an hour, unless it is told twelve.
    private func lifetime(atLeast wanted: JSONString?) -> JSONString? {
        guard let wanted, !wanted.reads("5m") else { return nil }
        return wanted.reads("30m") ? wanted : "12h"
    }

    // MARK: Media

    private mutating func write(_ media: Media, _ json: inout JSONWriter) {
        switch media.kind {
        case .image: write(image: media, &json)
        case .audio: write(audio: media, &json)
        case .video, .document: write(document: media, &json)
        }
    }

    private mutating func write(image: Media, _ json: inout JSONWriter) {
        if case .text(let text) = image.source { return write(text, isOutput: false, &json) }
        json.member("type", literal: "input_image")
        switch image.source {
        case .data(let data): json.member("image_url", Media.dataURI(data, mediaType: image.mediaType ?? "image/png"))
        case .url(let url): json.member("image_url", url)
        case .file(let file): json.member("file_id", file)
        case .text: break
        }
        if image.detail == nil, !isOwn { note(.moved, .imageDetail, "the API wants it said that there is none") }
        json.member("detail", image.detail ?? (isOwn ? nil : "auto"))
    }

    private mutating func write(document: Media, _ json: inout JSONWriter) {
        if case .text(let text) = document.source {
            note(.moved, .document, "its text is a part of the message")
            let titled = document.name.map { JSONString(joining: [$0, "\n\n", text]) } ?? text
            return write(titled, isOutput: false, &json)
        }
        json.member("type", literal: "input_file")
        if document.name == nil, !isOwn { note(.moved, .document, "the API wants a name with a file") }
        json.member("filename", document.name ?? (isOwn ? nil : "document.pdf"))
        switch document.source {
        case .data(let data):
            let type = document.mediaType ?? (isOwn ? nil : "application/pdf")
            json.member("file_data", type.map { Media.dataURI(data, mediaType: $0) } ?? data)
        case .url(let url): json.member("file_url", url)
        case .file(let file): json.member("file_id", file)
        case .text: break
        }
        json.member("detail", document.detail)
    }

    private func write(audio: Media, _ json: inout JSONWriter) {
        json.member("type", literal: "input_audio")
        guard case .data(let data) = audio.source else { return }
        json.object("input_audio") {
            $0.member("data", data)
            $0.member("format", ChatAudioFormat.format(audio.mediaType) ?? "wav")
        }
    }
}
