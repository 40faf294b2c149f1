// SPDX-License-Identifier: Apache-2.0

import CSimdJSON

/// How a model reads the values at a path of a request, and all below them. The raw values are the scanner's.
enum JSONReading: UInt8 {
    /// Text; or turns of a conversation, each an object; or lists of token numbers.
    case turns = 1
    /// Text, and objects and arrays that hold text and pictures beside ids and labels.
    case prose
    /// JSON that the model is shown as JSON, so that keys, numbers and punctuation count too.
    case shown
}

/// What a model reads of a document. Valid until the scanner's next scan.
struct JSONPrompt {
    private let found: sluice_json_prompt
    private let listed: UnsafePointer<sluice_json_media>?

    init(found: sluice_json_prompt, listed: UnsafePointer<sluice_json_media>?) {
        self.found = found
        self.listed = listed
    }

    /// What the text weighs, in quarters of a token: each byte one, each capital, digit and punctuation mark one more,
    /// and each character of three or four bytes one more. Escapes weigh what they stand for if they are of `\u`, else
    /// what they are.
    var quarters: Int64 { found.quarters }

    /// Turns of a conversation.
    var messages: Int64 { found.messages }

    /// Tokens that are sent as numbers.
    var tokens: Int64 { found.tokens }

    /// Bytes of what the provider has encrypted for itself: reasoning that it wants back.
    var sealed: Int64 { found.sealed }

    /// How many pictures, recordings and documents there are.
    var mediaCount: Int { found.media }

    /// The first 1,024 of them: no provider takes more.
    var media: some Sequence<JSONMedia> {
        UnsafeBufferPointer(start: listed, count: min(found.media, Int(sluice_json_maximum_media)))
            .lazy.map(JSONMedia.init)
    }
}

/// A picture, recording or document in a request.
struct JSONMedia {
    /// What the place where it stands says of it.
    enum Kind: UInt8 {
        case picture = 1
        case sound
        case file
        /// Base64 of something that its first bytes tell.
        case payload
        /// The name of something that is elsewhere and of which nothing is said.
        case reference
    }

    /// How closely a picture is to be looked at.
    enum Detail: UInt8 {
        case unsaid, low, high
    }

    var kind: Kind
    var detail: Detail
    /// Its string in the body, without the quotes: a data URL, base64, a URL or an id.
    var range: Range<Int>
    /// Whether there are escapes in the string.
    var isEscaped: Bool

    init(native: sluice_json_media) {
        kind = Kind(rawValue: native.kind) ?? .reference
        detail = Detail(rawValue: native.detail) ?? .unsaid
        range = Int(native.start)..<Int(native.end)
        isEscaped = native.escaped
    }
}
