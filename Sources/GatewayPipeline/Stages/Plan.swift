// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats

/// A request with the attempts that may serve it, in order.
final class Planned {
    /// One provider and what to ask it for.
    final class Attempt {
        let outbound: Outbound
        /// The provider's name for the model.
        let model: String
        /// Nil when no price is known.
        let prices: TokenPrices?

        init(outbound: Outbound, model: String, prices: TokenPrices?) {
            self.outbound = outbound
            self.model = model
            self.prices = prices
        }
    }

    let decoded: Decoded
    let attempts: [Attempt]
    /// The configured name that the plan comes from, for metrics.
    let routeName: String

    init(decoded: Decoded, attempts: [Attempt], routeName: String) {
        self.decoded = decoded
        self.attempts = attempts
        self.routeName = routeName
    }

    var received: Received { decoded.received }
}

/// Stage 4: where the call can be served. Ambiguity and absence are refused with the reason; nothing is guessed.
struct Plan {
    func callAsFunction(_ decoded: Decoded) throws(GatewayFailure) -> Planned {
        switch decoded.received.route {
        case .mount(let slug, _, let delivery): try mounted(decoded, slug, delivery)
        case .call, .models: try routed(decoded)
        }
    }

    private func routed(_ decoded: Decoded) throws(GatewayFailure) -> Planned {
        let compiled = decoded.received.compiled
        let name = decoded.facts.model
        guard let entry = compiled.snapshot.models.find(name), let first = entry.targets.first else {
            throw GatewayFailure(
                .unknownModel, "There is no model '\(name)'. GET /v1/models lists those the key may use.",
                parameter: "model")
        }
        var attempts: [Planned.Attempt] = []
        for target in entry.targets {
            let outbound = compiled.outbound[target.provider]
            guard outbound.provider.dialect == decoded.endpoint.dialect else { continue }
            attempts.append(attempt(decoded, outbound, target.model ?? name))
        }
        guard !attempts.isEmpty else { throw mismatch(decoded, compiled.outbound[first.provider].provider) }
        return Planned(decoded: decoded, attempts: attempts, routeName: entry.name.text)
    }

    private func mounted(
        _ decoded: Decoded, _ slug: String, _ delivery: Route.Delivery
    ) throws(GatewayFailure) -> Planned {
        let compiled = decoded.received.compiled
        guard let index = compiled.snapshot.provider(slug: slug) else {
            throw GatewayFailure(.unknownRoute, "There is no provider mounted as '\(slug)'.")
        }
        let outbound = compiled.outbound[index]
        guard outbound.provider.dialect == decoded.endpoint.dialect else { throw mismatch(decoded, outbound.provider) }
        switch (delivery, decoded.facts.streams) {
        case (.rest, true):
            throw GatewayFailure(
                .malformedRequest, "/llm/rest/ does not stream: leave 'stream' out or use /llm/call/.",
                parameter: "stream")
        case (.stream, false):
            throw GatewayFailure(
                .malformedRequest, "/llm/stream/ only streams: set 'stream' to true or use /llm/call/.",
                parameter: "stream")
        default: break
        }
        return Planned(
            decoded: decoded, attempts: [attempt(decoded, outbound, decoded.facts.model)], routeName: "/llm/\(slug)")
    }

    private func attempt(_ decoded: Decoded, _ outbound: Outbound, _ model: String) -> Planned.Attempt {
        let prices = decoded.received.compiled.snapshot.prices.prices(provider: outbound.provider, model: model)
        return Planned.Attempt(outbound: outbound, model: model, prices: prices)
    }

    private func mismatch(_ decoded: Decoded, _ provider: Provider) -> GatewayFailure {
        let (name, path) =
            switch provider.dialect {
            case .openAI: ("OpenAI", "/v1/chat/completions or /v1/responses")
            case .anthropic: ("Anthropic", "/v1/messages")
            }
        return GatewayFailure(
            .dialectMismatch,
            "The model '\(decoded.facts.model)' is served by the provider '\(provider.name)', which speaks \(name)'s API: "
                + "send the request to \(path).", parameter: "model")
    }
}
