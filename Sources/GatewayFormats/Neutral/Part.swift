// SPDX-License-Identifier: Apache-2.0

/// One piece of a message.
package struct Part: Sendable, Equatable {
    /// Most parts are text, and they are copied often: what is larger is kept elsewhere.
    package enum Content: Sendable, Equatable {
        case text(JSONString)
        /// The model's words for why it will not answer.
        case refusal(JSONString)
        indirect case media(Media)
        indirect case reasoning(Reasoning)
        indirect case call(ToolCall)
        indirect case result(ToolResult)
        /// A kind of part that only `origin` has, whole.
        case opaque(origin: Format, JSONFragment)
    }

    package var content: Content
    /// A mark that asks to cache everything up to and including this part.
    package var cacheMark: CacheMark?
    /// What the provider calls the item that this part is of: neighbours of one item share it (OpenAI Responses' `msg_…`,
    /// `fc_…`). It means nothing to anybody else, so nothing is lost without it.
    package var id: JSONString?
    package var extras: Extras

    package init(_ content: Content, cacheMark: CacheMark? = nil, id: JSONString? = nil, extras: Extras) {
        self.content = content
        self.cacheMark = cacheMark
        self.id = id
        self.extras = extras
    }
}

/// Asks to cache what comes before it.
package struct CacheMark: Sendable, Equatable {
    /// How long, such as `5m` or `1h`; nil leaves it to the provider.
    package var lifetime: JSONString?

    package init(lifetime: JSONString? = nil) { self.lifetime = lifetime }
}

/// A picture, a recording, a document.
package struct Media: Sendable, Equatable {
    /// What it is.
    package enum Kind: Sendable, Equatable {
        case image, audio, video, document
    }

    /// Where its bytes are.
    package enum Source: Sendable, Equatable {
        /// Base64 without a data URI's head.
        case data(JSONString)
        /// Something the provider is to fetch.
        case url(JSONString)
        /// A file the provider keeps, by its identifier.
        case file(JSONString)
        /// Plain text, as a document.
        case text(JSONString)
    }

    package var kind: Kind
    package var source: Source
    /// Such as `image/png`; nil where the dialect does not say and the source does not need it.
    package var mediaType: JSONString?
    /// A file name or title.
    package var name: JSONString?
    /// How closely to look: OpenAI's `detail`.
    package var detail: JSONString?

    package init(
        _ kind: Kind, _ source: Source, mediaType: JSONString? = nil, name: JSONString? = nil, detail: JSONString? = nil
    ) {
        self.kind = kind
        self.source = source
        self.mediaType = mediaType
        self.name = name
        self.detail = detail
    }
}

/// What a model thought before it went on.
package struct Reasoning: Sendable, Equatable {
    /// In clear, or a summary of it; empty when only the sealed form is there.
    package var text: JSONString
    /// Whether `text` is a summary rather than the thoughts themselves.
    package var isSummary: Bool
    /// What its issuer needs to take it back.
    package var seal: Seal?

    package init(_ text: JSONString, isSummary: Bool = false, seal: Seal? = nil) {
        self.text = text
        self.isSummary = isSummary
        self.seal = seal
    }
}

/// A signature over reasoning or a call, or encrypted reasoning: bytes that only their issuer can read, which it wants back
/// unchanged in the next turn. They never go to anybody else, who would refuse them.
package struct Seal: Sendable, Equatable {
    /// Who can read a seal.
    package enum Issuer: String, Sendable, CaseIterable {
        case openAI = "openai"
        case anthropic
        case gemini
    }

    /// What it is.
    package enum Kind: Sendable, Equatable {
        /// Vouches for text that is in clear.
        case signature
        /// Stands in place of text that is withheld.
        case encrypted
    }

    package var issuer: Issuer
    package var kind: Kind
    package var value: JSONString
    /// The provider's identifier of the reasoning, where it has one (OpenAI Responses' `rs_…`).
    package var id: JSONString?

    package init(_ issuer: Issuer, _ kind: Kind, _ value: JSONString, id: JSONString? = nil) {
        self.issuer = issuer
        self.kind = kind
        self.value = value
        self.id = id
    }
}
