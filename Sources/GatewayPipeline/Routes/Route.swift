// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain
package import GatewayHTTP

/// What a path of the data plane stands for.
package enum Route: Equatable, Sendable {
    /// A provider API, by the model the body names.
    case call(Endpoint)
    /// The same at one provider, named by its slug, without a look-up of models.
    case mount(slug: String, Endpoint, Delivery)
    /// The models the caller may use, or the one of that name: all that are configured, or those of the provider mounted
    /// as `slug`.
    case models(slug: String?, name: String?)

    /// What a mount accepts: the older mounts fix whether the answer is streamed.
    package enum Delivery: String, Sendable {
        case call, rest, stream
    }

    /// The dialect that errors on this route are told in, given the caller's header fields.
    package func dialect(anthropicHeaders: Bool) -> Dialect {
        switch self {
        case .call(let endpoint), .mount(_, let endpoint, _): endpoint.dialect
        case .models: anthropicHeaders ? .anthropic : .openAI
        }
    }
}

/// Finds the route of a path. Matching is exact and case-sensitive, over the normal form of the path.
package enum RouteTable {
    /// The route at `path`, or the failure that says what is wrong with it.
    package static func find(path: [UInt8], method: HTTPMethod) throws(GatewayFailure) -> Route {
        if let endpoint = endpoint(path[...]) {
            try require(.post, method)
            return .call(endpoint)
        }
        if let models = try models(path[...], slug: nil, method) { return models }
        return try mount(path, method)
    }

    /// The list at `/v1/models`, or the model whose escaped name follows it; nil for other paths.
    private static func models(
        _ path: ArraySlice<UInt8>, slug: String?, _ method: HTTPMethod
    ) throws(GatewayFailure) -> Route? {
        let list = "/v1/models".utf8
        guard path.starts(with: list) else { return nil }
        let rest = path.dropFirst(list.count)
        // A model's name is never empty.
        guard rest.isEmpty || rest.first == UInt8(ascii: "/") && rest.count > 1 else { return nil }
        try require(.get, method)
        return .models(slug: slug, name: rest.isEmpty ? nil : unescaped(rest.dropFirst()))
    }

    /// The endpoint at a data-plane path such as `/v1/chat/completions`.
    private static func endpoint(_ path: ArraySlice<UInt8>) -> Endpoint? {
        switch path.count {
        case 20 where path.elementsEqual("/v1/chat/completions".utf8): .chatCompletions
        case 12 where path.elementsEqual("/v1/messages".utf8): .messages
        case 13 where path.elementsEqual("/v1/responses".utf8): .responses
        case 14 where path.elementsEqual("/v1/embeddings".utf8): .embeddings
        case 15 where path.elementsEqual("/v1/completions".utf8): .completions
        case 25 where path.elementsEqual("/v1/messages/count_tokens".utf8): .countTokens
        default: nil
        }
    }

    /// `/llm/{call,rest,stream}/{slug}/…`; what follows the slug is an endpoint with or without its `/v1`.
    private static func mount(_ path: [UInt8], _ method: HTTPMethod) throws(GatewayFailure) -> Route {
        let steps = path.split(separator: UInt8(ascii: "/"), maxSplits: 3, omittingEmptySubsequences: true)
        guard steps.count == 4, steps[0].elementsEqual("llm".utf8),
            let delivery = Route.Delivery(rawValue: String(decoding: steps[1], as: UTF8.self))
        else { throw unknown(path) }
        let rest = Array("/".utf8) + steps[3]
        let versioned = rest.starts(with: "/v1/".utf8) ? rest : Array("/v1".utf8) + rest
        let slug = String(decoding: steps[2], as: UTF8.self)
        if let models = try models(versioned[...], slug: slug, method) { return models }
        guard let endpoint = endpoint(versioned[...]) else { throw unknown(path) }
        try require(.post, method)
        return .mount(slug: slug, endpoint, delivery)
    }

    private static func require(_ wanted: HTTPMethod, _ method: HTTPMethod) throws(GatewayFailure) {
        // HEAD is answered as GET is, without the body.
        guard method == wanted || wanted == .get && method == .head else {
            throw GatewayFailure(
                .methodNotAllowed, "This path takes \(wanted == .post ? "POST" : "GET") requests only.")
        }
    }

    private static func unknown(_ path: [UInt8]) -> GatewayFailure {
        let shown = String(decoding: path.prefix(128), as: UTF8.self)
        return GatewayFailure(
            .unknownRoute,
            "There is nothing at \(shown). Try /v1/chat/completions, /v1/completions, /v1/embeddings, /v1/responses, "
                + "/v1/models, /v1/messages, /v1/messages/count_tokens, or a provider's mount /llm/call/{slug}/….")
    }

    private static func unescaped(_ path: ArraySlice<UInt8>) -> String {
        var bytes: [UInt8] = []
        var index = path.startIndex
        while index < path.endIndex {
            if path[index] == UInt8(ascii: "%"), index + 2 < path.endIndex,
                let byte = UInt8(String(decoding: path[(index + 1)..<(index + 3)], as: UTF8.self), radix: 16)
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(path[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
