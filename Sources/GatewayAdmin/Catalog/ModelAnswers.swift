// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The configured models with their targets, and what is known of each target's price.
struct ModelAnswers {
    private let configuration: Configuration
    private let configured: PriceBook
    private let catalogue: PriceBook

    init(_ configuration: Configuration) {
        self.configuration = configuration
        configured = PriceBook(configured: configuration.prices, catalogue: [])
        catalogue = PriceBook(configured: [], catalogue: configuration.catalogue)
    }

    var json: JSONValue {
        .array(
            configuration.models.map { model in
                [
                    "name": .string(model.name.text),
                    "glob": .bool(!model.name.isExact),
                    "targets": .array(model.targets.map { json($0, of: model) }),
                ]
            })
    }

    private func json(_ target: ModelConfiguration.Target, of model: ModelConfiguration) -> JSONValue {
        let price = price(of: target, in: model)
        return [
            "provider": .string(target.provider),
            "model": .text(target.model),
            "pricing": .string(price.word),
            "prices": price.prices?.json ?? .null,
        ]
    }

    private enum Price {
        /// From the operator's configuration.
        case configured(TokenPrices)
        /// From the built-in catalogue.
        case catalogue(TokenPrices)
        case unpriced
        /// The target takes the name from each request, so its price is known only then.
        case byRequest

        var word: String {
            switch self {
            case .configured: "configured"
            case .catalogue: "catalogue"
            case .unpriced: "unpriced"
            case .byRequest: "by_request"
            }
        }

        var prices: TokenPrices? {
            switch self {
            case .configured(let prices), .catalogue(let prices): prices
            case .unpriced, .byRequest: nil
            }
        }
    }

    private func price(of target: ModelConfiguration.Target, in model: ModelConfiguration) -> Price {
        guard let provider = configuration.providers.first(where: { $0.name == target.provider }) else {
            return .unpriced
        }
        guard let name = target.model ?? (model.name.isExact ? model.name.text : nil) else { return .byRequest }
        if let prices = configured.prices(provider: provider, model: name) { return .configured(prices) }
        return catalogue.prices(provider: provider, model: name).map(Price.catalogue) ?? .unpriced
    }
}

extension TokenPrices {
    /// Dollars per million tokens, as exact decimal text.
    var json: JSONValue {
        [
            "input_per_million": .string(Self.perMillion(input)),
            "output_per_million": .string(Self.perMillion(output)),
            "cached_input_per_million": .text(cachedInput.map(Self.perMillion)),
            "cache_write_per_million": .text(cacheWrite.map(Self.perMillion)),
            "cache_write_hour_per_million": .text(cacheWriteHour.map(Self.perMillion)),
            "long_context": longContext?.json ?? .null,
        ]
    }

    /// A pico-dollar a token is a micro-dollar a million tokens, that is a thousand nano-dollars.
    static func perMillion(_ picos: Int64) -> String {
        let (nanos, overflow) = picos.multipliedReportingOverflow(by: 1000)
        return overflow ? "\(picos / 1_000_000)" : NanoDollars(nanos).decimal
    }
}

extension TokenPrices.LongContext {
    fileprivate var json: JSONValue {
        [
            "above_tokens": .integer(above),
            "input_per_million": .string(TokenPrices.perMillion(input)),
            "output_per_million": .string(TokenPrices.perMillion(output)),
            "cached_input_per_million": .text(cachedInput.map(TokenPrices.perMillion)),
            "cache_write_per_million": .text(cacheWrite.map(TokenPrices.perMillion)),
            "cache_write_hour_per_million": .text(cacheWriteHour.map(TokenPrices.perMillion)),
        ]
    }
}
