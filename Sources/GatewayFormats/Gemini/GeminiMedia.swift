// SPDX-License-Identifier: Apache-2.0

/// Pictures, recordings and documents: `inlineData` and `fileData`.
enum GeminiMedia {
    private static let inlinePath: JSONString = "inlineData."
    private static let filePath: JSONString = "fileData."

    /// Files of the Gemini API, which nobody else can fetch.
    private static let filesHost = "https://generativelanguage.googleapis.com/"

    /// Reads `{mimeType, data, displayName}`.
    static func readInline(_ value: JSONValue, extras: inout Extras) throws(FormatFault) -> Media {
        var object = try GeminiObject(value)
        let type = try object.string("mimeType", "mime_type")
        guard let data = try object.string("data") else {
            throw FormatFault("data", "is missing: give the bytes as base64")
        }
        let name = try object.string("displayName", "display_name")
        object.keepRest(in: &extras, under: inlinePath)
        return Media(kind(of: type), .data(Base64.standard(data)), mediaType: type, name: name)
    }

    /// Reads `{mimeType, fileUri, displayName}`.
    static func readFile(_ value: JSONValue, extras: inout Extras) throws(FormatFault) -> Media {
        var object = try GeminiObject(value)
        let type = try object.string("mimeType", "mime_type")
        guard let uri = try object.string("fileUri", "file_uri") else {
            throw FormatFault("fileUri", "is missing: name the file")
        }
        let name = try object.string("displayName", "display_name")
        object.keepRest(in: &extras, under: filePath)
        return Media(kind(of: type), isPublic(uri) ? .url(uri) : .file(uri), mediaType: type, name: name)
    }

    private static func isPublic(_ uri: JSONString) -> Bool {
        let text = uri.text
        return (text.hasPrefix("https://") || text.hasPrefix("http://")) && !text.hasPrefix(filesHost)
    }

    private static func kind(of type: JSONString?) -> Media.Kind {
        guard let type = type?.escaped else { return .document }
        if type.starts(with: "image/".utf8) { return .image }
        if type.starts(with: "audio/".utf8) { return .audio }
        if type.starts(with: "video/".utf8) { return .video }
        return .document
    }

    /// Whether Gemini can be given `media`, and if not, why.
    static func refusal(of media: Media, from origin: Format, _ rules: TargetRules) -> String? {
        switch media.source {
        case .data, .text: nil
        case .url: rules.takesMediaURLs ? nil : "the target fetches no URLs: send the bytes"
        case .file: origin == .gemini ? nil : "files are kept by one provider, and this one is not Gemini's"
        }
    }

    /// Writes the members of a part that holds `media`. `extras` are of that part.
    static func write(_ media: Media, extras: Extras, _ json: inout JSONWriter) {
        let kept = extras.origin == .gemini
        switch media.source {
        case .data(let data):
            let type = media.mediaType ?? sniffedType(media.kind, data)
            inline(type, data, media.name, kept ? extras : nil, &json)
        case .text(let text):
            inline(media.mediaType ?? "text/plain", Base64.encode(text.utf8), media.name, kept ? extras : nil, &json)
        case .url(let uri), .file(let uri):
            json.object("fileData") { json in
                json.member("mimeType", media.mediaType ?? derivedType(media.kind, uri))
                json.member("fileUri", uri)
                guard kept else { return }
                json.member("displayName", media.name)
                json.writeOwn(extras, inside: "fileData")
            }
        }
    }

    private static func inline(
        _ type: JSONString, _ data: JSONString, _ name: JSONString?, _ extras: Extras?, _ json: inout JSONWriter
    ) {
        json.object("inlineData") { json in
            json.member("mimeType", type)
            json.member("data", data)
            guard let extras else { return }
            json.member("displayName", name)
            json.writeOwn(extras, inside: "inlineData")
        }
    }

    /// The type of bytes by how they begin; of a kind's most common format where that says nothing.
    private static func sniffedType(_ kind: Media.Kind, _ data: JSONString) -> JSONString {
        let beginnings: [(String, JSONString)] = [
            ("iVBORw0KGgo", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp"),
            ("JVBERi0", "application/pdf"),
        ]
        return beginnings.first { data.escaped.starts(with: $0.0.utf8) }?.1 ?? commonType(kind)
    }

    /// The type of a file by the ending of its name.
    private static func derivedType(_ kind: Media.Kind, _ uri: JSONString) -> JSONString {
        let path = uri.text.prefix { $0 != "?" && $0 != "#" }
        return switch path.split(separator: ".").last?.lowercased() {
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "gif": "image/gif"
        case "webp": "image/webp"
        case "pdf": "application/pdf"
        case "txt": "text/plain"
        case "mp3": "audio/mp3"
        case "wav": "audio/wav"
        case "mp4": "video/mp4"
        case "mov": "video/mov"
        default: commonType(kind)
        }
    }

    private static func commonType(_ kind: Media.Kind) -> JSONString {
        switch kind {
        case .image: "image/jpeg"
        case .audio: "audio/wav"
        case .video: "video/mp4"
        case .document: "application/pdf"
        }
    }
}
