// SPDX-License-Identifier: Apache-2.0

/// Reads the content of chat messages: a string, or a list of parts.
enum ChatContentReader {
    /// The parts of the message that `message` reads. A cache mark on the message is one on its last part.
    static func parts(_ message: inout ObjectReader) throws(FormatFault) -> [Part] {
        var parts: [Part] = []
        if let content = message.value("content") {
            switch content.kind {
            case .string: parts = content.string.map { [Part(.text($0), extras: Extras(.openAIChat))] } ?? []
            case .array: parts = try message.map("content", part) ?? []
            default: throw FormatFault("content", "must be a string or an array of parts, not \(content.kind.noun)")
            }
        }
        guard let last = parts.indices.last else { return parts }
        if let mark = try ChatCacheMark.read(&message, &parts[last].extras) { parts[last].cacheMark = mark }
        return parts
    }

    static func part(_ value: JSONValue) throws(FormatFault) -> Part {
        var fields = try ObjectReader(value)
        guard let type = try fields.string("type") else {
            throw FormatFault("type", "is missing; say what the part is: text, image_url, input_audio or file")
        }
        var extras = Extras(.openAIChat)
        guard let content = try content(of: type, &fields, &extras) else {
            return Part(.opaque(origin: .openAIChat, value.fragment), extras: Extras(.openAIChat))
        }
        let mark = try ChatCacheMark.read(&fields, &extras)
        fields.keepRest(in: &extras)
        return Part(content, cacheMark: mark, extras: extras)
    }

    /// Nil for a type that only this dialect has.
    private static func content(
        of type: JSONString, _ fields: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> Part.Content? {
        switch type.text {
        case "text": .text(try required("text", fields.string("text")))
        case "refusal": .refusal(try required("refusal", fields.string("refusal")))
        case "image_url": .media(try linked(.image, "image_url", &fields, &extras))
        case "video_url": .media(try linked(.video, "video_url", &fields, &extras))
        case "input_audio": .media(try required("input_audio", fields.nested("input_audio", &extras, audio)))
        case "file": .media(try required("file", fields.nested("file", &extras, file)))
        case "thinking": .reasoning(try thinking(&fields))
        default: nil
        }
    }

    private static func required<Value>(_ name: String, _ value: Value?) throws(FormatFault) -> Value {
        guard let value else { throw FormatFault(name, "is missing, which a part of this type holds") }
        return value
    }

    /// `{"url": …, "detail": …}`, or with Mistral the URL alone.
    private static func linked(
        _ kind: Media.Kind, _ name: StaticString, _ fields: inout ObjectReader, _ extras: inout Extras
    ) throws(FormatFault) -> Media {
        if let url = fields.value(name)?.string { return Media(kind, url: url) }
        let media = try fields.nested(name, &extras) { link, _ throws(FormatFault) -> Media? in
            var media = Media(kind, url: try required("url", link.string("url")))
            media.detail = try link.string("detail")
            return media
        }
        return try required("\(name)", media)
    }

    private static func audio(_ audio: inout ObjectReader, _: inout Extras) throws(FormatFault) -> Media? {
        let data = try required("data", audio.string("data"))
        return Media(.audio, .data(data), mediaType: ChatAudioFormat.mediaType(try audio.string("format")))
    }

    private static func file(_ file: inout ObjectReader, _: inout Extras) throws(FormatFault) -> Media? {
        let identifier = try file.string("file_id")
        let name = try file.string("filename")
        if let data = try file.string("file_data") {
            var media = Media(.document, url: data)
            // The data may come without the head of a URI, and is a PDF then: nothing else was ever taken so.
            if case .url(let text) = media.source, !text.reads(prefix: "http") {
                media = Media(.document, .data(text), mediaType: "application/pdf")
            }
            media.name = name
            return media
        }
        guard let identifier else { throw FormatFault("", "has neither `file_id` nor `file_data`; give one of them") }
        return Media(.document, .file(identifier), name: name)
    }

    /// What Mistral's models think: a list of texts within the content.
    private static func thinking(_ fields: inout ObjectReader) throws(FormatFault) -> Reasoning {
        guard let value = fields.value("thinking") else { return Reasoning("") }
        if let text = value.string { return Reasoning(text) }
        guard value.kind == .array else {
            throw FormatFault("thinking", "must be a string or an array of texts, not \(value.kind.noun)")
        }
        return Reasoning(JSONString(joining: value.elements.compactMap { $0["text"]?.string }))
    }
}
