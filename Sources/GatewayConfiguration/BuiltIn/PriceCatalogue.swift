// SPDX-License-Identifier: Apache-2.0

package import GatewayDomain

/// The public prices built into the program (`Resources/prices.yaml`): facts, each block with its source and date.
package enum PriceCatalogue {
    /// Every entry, under the names of templates. Empty only if the built-in file is damaged, which loading then reports.
    package static var entries: [PriceEntry] { (try? loaded.get()) ?? [] }

    static let loaded = Result<[PriceEntry], ConfigurationErrors> { () throws(ConfigurationErrors) in
        try parse(String(decoding: PackageResources.prices_yaml, as: UTF8.self))
    }

    static func parse(_ text: String) throws(ConfigurationErrors) -> [PriceEntry] {
        try BuiltInFile(name: "prices.yaml").read(text) { root in
            root.items("prices") { block($0) }.flatMap { $0 }
        }
    }

    /// One vendor's prices as of one day.
    private static func block(_ scope: Scope) -> [PriceEntry]? {
        let template = scope.label("template", why: "the prices are a vendor's", fix: "add it")
        _ = scope.label("source", why: "a price is a fact that can be checked", fix: "add the page it is from")
        _ = scope.label("as_of", why: "prices change", fix: "add the day they were seen")
        return scope.items("models") { model in
            let names = model.texts("names").value ?? []
            guard let prices = TokenPriceFields.read(model), let template else { return nil }
            return names.map {
                PriceEntry(provider: template.value, model: ModelPattern($0.value), prices: prices)
            }
        }.flatMap { (entries: [PriceEntry]) in entries }
    }
}
