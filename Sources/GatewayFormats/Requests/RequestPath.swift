// SPDX-License-Identifier: Apache-2.0

/// What is read of a request body.
enum RequestPath: Int, JSONPath {
    case model
    case stream
    case streamOptions
    case includeUsage
    case maxTokens
    case maxCompletionTokens
    case maxOutputTokens
    case n
    case bestOf
    case messages
    case input
    case prompt
    // Tells a list of prompts from one prompt of token numbers.
    case promptElement
    case tool
    // What only the bodies of another endpoint have.
    case system
    case anthropicVersion
    case inputSchema
    case toolFunction

    var path: String {
        switch self {
        case .model: "model"
        case .stream: "stream"
        case .streamOptions: "stream_options"
        case .includeUsage: "stream_options.include_usage"
        case .maxTokens: "max_tokens"
        case .maxCompletionTokens: "max_completion_tokens"
        case .maxOutputTokens: "max_output_tokens"
        case .n: "n"
        case .bestOf: "best_of"
        case .messages: "messages"
        case .input: "input"
        case .prompt: "prompt"
        case .promptElement: "prompt.*"
        case .tool: "tools.*"
        case .system: "system"
        case .anthropicVersion: "anthropic_version"
        case .inputSchema: "tools.*.input_schema"
        case .toolFunction: "tools.*.function"
        }
    }

    /// The keys that policy reads. Two of one would let it read one value and the provider another, so they are refused.
    /// Duplicates elsewhere, in tool schemas or metadata, are the client's affair and pass untouched.
    static let unique: [RequestPath] = [
        .model, .stream, .streamOptions, .includeUsage, .maxTokens, .maxCompletionTokens, .maxOutputTokens, .n, .bestOf,
        .messages, .input, .prompt,
    ]

    static let shape = JSONShape(RequestPath.self, reading: readByModels)

    /// What models are shown of a request.
    private static let readByModels: [String: JSONReading] = [
        "messages": .turns, "input": .turns, "prompt": .turns,
        "system": .prose, "instructions": .prose, "suffix": .prose,
        "tools": .shown, "functions": .shown, "response_format": .shown, "text.format": .shown, "output_format": .shown,
        "output_config.format": .shown,
    ]
}

extension JSONFields {
    subscript(path: RequestPath) -> JSONField { self[path.rawValue] }
}
