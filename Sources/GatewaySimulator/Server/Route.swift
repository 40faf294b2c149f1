// SPDX-License-Identifier: Apache-2.0

/// A provider API that the simulator speaks.
enum Endpoint: String, Sendable {
    case chatCompletions = "chat_completions"
    case completions
    case embeddings
    case responses
    case models
    case messages
    case countTokens = "count_tokens"
    case unknown
}

/// Where a request path leads.
struct Route: Sendable, Equatable {
    enum Target: Sendable, Equatable {
        case health
        case journal
        case api(Endpoint)
        /// One model of `/v1/models/{id}`.
        case model(String)
    }

    var target: Target
    /// Directives out of `/sim/<directives>/…`.
    var directives: String?

    init(path: String) {
        var rest = Substring(path)
        if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
        if rest.hasPrefix("/sim/") {
            let after = rest.dropFirst(5)
            let end = after.firstIndex(of: "/") ?? after.endIndex
            directives = after[..<end].removingPercentEscapes
            rest = after[end...]
        }
        target = Self.target(of: rest)
    }

    var endpoint: Endpoint {
        switch target {
        case .api(let endpoint): endpoint
        case .model: .models
        case .health, .journal: .unknown
        }
    }

    private static func target(of path: Substring) -> Target {
        switch path {
        case "/health": return .health
        case "/journal": return .journal
        case "/v1/chat/completions": return .api(.chatCompletions)
        case "/v1/completions": return .api(.completions)
        case "/v1/embeddings": return .api(.embeddings)
        case "/v1/responses": return .api(.responses)
        case "/v1/models": return .api(.models)
        case "/v1/messages": return .api(.messages)
        case "/v1/messages/count_tokens": return .api(.countTokens)
        default:
            let prefix = "/v1/models/"
            guard path.hasPrefix(prefix), path.count > prefix.count else { return .api(.unknown) }
            return .model(path.dropFirst(prefix.count).removingPercentEscapes)
        }
    }
}

extension Substring {
    /// `%2F` and the like decoded; an escape that is none stays as it is.
    var removingPercentEscapes: String {
        guard contains("%") else { return String(self) }
        var bytes: [UInt8] = []
        var rest = self.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
