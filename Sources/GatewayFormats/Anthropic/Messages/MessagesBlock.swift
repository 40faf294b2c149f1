// SPDX-License-Identifier: Apache-2.0

/// Blocks that requests and answers have in common.
enum MessagesBlock {
    static func write(_ media: Media, _ extras: Extras, _ json: inout JSONWriter) {
        json.member("type", literal: media.kind == .image ? "image" : "document")
        json.object("source") { json in
            switch media.source {
            case .data(let data):
                json.member("type", literal: "base64")
                json.member("media_type", media.mediaType.map(mediaType) ?? type(of: data, media.kind))
                json.member("data", data)
            case .url(let url):
                json.member("type", literal: "url")
                json.member("url", url)
            case .file(let id):
                json.member("type", literal: "file")
                json.member("file_id", id)
            case .text(let text):
                json.member("type", literal: "text")
                json.member("media_type", literal: "text/plain")
                json.member("data", text)
            }
            if extras.origin == .anthropicMessages { json.write(extras.inside("source")) }
        }
        if media.kind == .document { json.member("title", media.name) }
    }

    /// What reports call the kind.
    static func field(_ kind: Media.Kind) -> NeutralField {
        switch kind {
        case .image: .image
        case .audio: .audio
        case .video: .video
        case .document: .document
        }
    }

    /// Many say `image/jpg`, which is refused.
    private static func mediaType(_ type: JSONString) -> JSONString { type.reads("image/jpg") ? "image/jpeg" : type }

    /// The type of base64 data, by how it begins.
    private static func type(of data: JSONString, _ kind: Media.Kind) -> JSONString {
        if kind == .document { return "application/pdf" }
        if data.escaped.starts(with: "/9j/".utf8) { return "image/jpeg" }
        if data.escaped.starts(with: "R0lG".utf8) { return "image/gif" }
        return data.escaped.starts(with: "UklG".utf8) ? "image/webp" : "image/png"
    }

    /// Writes the members of a thinking block. A seal of another issuer, which only answers have, is wrapped; nothing
    /// vouches for text without one, and clients insist on a signature.
    static func write(_ reasoning: Reasoning, _ json: inout JSONWriter) {
        if let seal = reasoning.seal, isRedacted(reasoning) {
            json.member("type", literal: "redacted_thinking")
            json.member("data", value(of: seal))
        } else {
            json.member("type", literal: "thinking")
            json.member("thinking", reasoning.text)
            json.member("signature", reasoning.seal.map(value) ?? "")
        }
    }

    /// Writes the members of the block that carries the seal of a call through a client.
    static func write(_ seal: Seal, of call: JSONString, _ json: inout JSONWriter) {
        json.member("type", literal: "redacted_thinking")
        json.member("data", seal.wrapped(call: call))
    }

    /// Whether there is only a sealed form.
    private static func isRedacted(_ reasoning: Reasoning) -> Bool {
        reasoning.text.isEmpty && reasoning.seal?.kind == .encrypted
    }

    static func value(of seal: Seal) -> JSONString { seal.issuer == .anthropic ? seal.value : seal.wrapped() }
}
