// SPDX-License-Identifier: Apache-2.0

/// What chat completions call the formats of recordings, which other dialects name by media type.
enum ChatAudioFormat {
    /// The media type of `format`, such as `audio/wav` of `wav`.
    static func mediaType(_ format: JSONString?) -> JSONString? {
        guard let format else { return nil }
        return format.reads("mp3") ? "audio/mpeg" : JSONString(joining: ["audio/", format])
    }

    /// The format of a media type; nil where it is none of sound.
    static func format(_ mediaType: JSONString?) -> JSONString? {
        switch mediaType?.text {
        case "audio/mpeg", "audio/mp3": "mp3"
        case "audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave": "wav"
        case let type?: type.hasPrefix("audio/") ? JSONString(type.dropFirst(6)) : nil
        case nil: nil
        }
    }
}
