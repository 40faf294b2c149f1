// SPDX-License-Identifier: Apache-2.0

/// Something the model may call.
package struct Tool: Sendable, Equatable {
    /// What it is.
    package enum Kind: Sendable, Equatable {
        /// Called with a JSON object that fulfils `parameters`, a JSON Schema; nil takes no parameters.
        case function(parameters: JSONFragment?, strict: Bool?)
        /// Called with text; `format` says what text (OpenAI's custom tools).
        case custom(format: JSONFragment?)
        /// Run by the provider of `origin` itself (web search, code execution): its definition, whole.
        case hosted(origin: Format, JSONFragment)
    }

    package var name: JSONString
    package var description: JSONString?
    package var kind: Kind
    package var cacheMark: CacheMark?
    package var extras: Extras

    package init(
        _ name: JSONString, description: JSONString? = nil, _ kind: Kind, cacheMark: CacheMark? = nil, extras: Extras
    ) {
        self.name = name
        self.description = description
        self.kind = kind
        self.cacheMark = cacheMark
        self.extras = extras
    }
}

/// Whether and what the model must call.
package enum ToolChoice: Sendable, Equatable {
    case auto
    case none
    /// At least one of the tools.
    case required
    case named(JSONString)
}

/// A call the model makes.
package struct ToolCall: Sendable, Equatable {
    /// Links the result to the call; nil where the dialect has none.
    package var id: JSONString?
    package var name: JSONString
    package var arguments: Arguments
    /// Gemini's thought signature, which belongs to the call.
    package var seal: Seal?

    package init(id: JSONString?, name: JSONString, arguments: Arguments, seal: Seal? = nil) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.seal = seal
    }
}

/// What a tool is called with, in the form it came in: dialects carry a JSON object or a string that holds one.
package enum Arguments: Sendable {
    /// A JSON object.
    case object(JSONFragment)
    /// A string that should hold a JSON object, and may hold anything: models err.
    case encoded(JSONString)
    /// The text that a custom tool takes.
    case text(JSONString)

    /// A call without arguments.
    package static var empty: Arguments { .object(JSONFragment(literal: "{}")) }

    /// As the text of a string. None at all is `{}`.
    package var encoded: JSONString {
        switch self {
        case .object(let fragment): JSONString(holding: fragment)
        case .encoded(let string): string.isBlank ? "{}" : string
        case .text(let text): text
        }
    }

    /// As a JSON object: what `encoded` holds, if that is one; `{}` for none at all; nil for anything else.
    package func object(_ scanner: JSONScanner) -> JSONFragment? {
        switch self {
        case .object(let fragment): return fragment
        case .encoded(let string):
            if string.isBlank { return JSONFragment(literal: "{}") }
            guard let tree = try? scanner.parse(string.utf8), tree.root.kind == .object else { return nil }
            return tree.root.fragment
        case .text: return nil
        }
    }
}

extension Arguments: Equatable {
    /// By what the tool would get, however it is written around.
    package static func == (left: Arguments, right: Arguments) -> Bool {
        switch (left, right) {
        case (.object(let left), .object(let right)): left == right
        case (.text, .text), (.text, _), (_, .text): left.isText == right.isText && left.encoded == right.encoded
        default: left.encoded == right.encoded
        }
    }

    private var isText: Bool {
        if case .text = self { true } else { false }
    }
}

/// What came of a call.
package struct ToolResult: Sendable, Equatable {
    /// The call it belongs to; nil where the dialect links by name and order.
    package var callID: JSONString?
    /// The tool's name, where the dialect says it or needs it.
    package var name: JSONString?
    package var content: [Part]
    /// The result as JSON rather than text, in dialects that take it so.
    package var structured: JSONFragment?
    package var isError: Bool

    package init(
        callID: JSONString?, name: JSONString? = nil, content: [Part], structured: JSONFragment? = nil,
        isError: Bool = false
    ) {
        self.callID = callID
        self.name = name
        self.content = content
        self.structured = structured
        self.isError = isError
    }
}
