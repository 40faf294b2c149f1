// SPDX-License-Identifier: Apache-2.0

/// The configuration as requests read it: immutable, compiled once, pinned by each request when it starts, so that no
/// answer mixes two revisions.
package final class Snapshot: Sendable {
    /// Counts up from 1 with every configuration that took effect in this process.
    package let revision: Int
    package let providers: [Provider]
    package let models: ModelTable
    package let prices: PriceBook
    package let metering: MeteringConfiguration
    private let slugs: [String: Int]

    /// Compiles `configuration`, which has been validated: every target names a provider, slugs and names are unique.
    package init(_ configuration: Configuration, revision: Int) {
        self.revision = revision
        providers = configuration.providers
        metering = configuration.metering
        var indices: [String: Int] = [:]
        var slugs: [String: Int] = [:]
        for (index, provider) in configuration.providers.enumerated() {
            indices[provider.name] = index
            slugs[provider.slug] = index
        }
        self.slugs = slugs
        models = ModelTable(configuration.models, providerIndices: indices)
        prices = PriceBook(configured: configuration.prices, catalogue: configuration.catalogue)
    }

    /// The index in `providers` of the one mounted as `slug`.
    package func provider(slug: String) -> Int? { slugs[slug] }
}

/// Finds the model entry for the name a client asked for.
package struct ModelTable: Sendable {
    /// One target of an entry, with the provider resolved.
    package struct Target: Sendable {
        /// Index in `Snapshot.providers`.
        package var provider: Int
        /// The provider's name for the model; nil sends the name as the client gave it.
        package var model: String?
    }

    /// One configured model.
    package struct Entry: Sendable {
        package var name: ModelPattern
        package var targets: [Target]
    }

    /// In the order of the configuration.
    package let entries: [Entry]
    private let exact: [String: Int]
    private let globs: [Int]

    init(_ models: [ModelConfiguration], providerIndices: [String: Int]) {
        entries = models.map { model in
            Entry(
                name: model.name,
                targets: model.targets.compactMap { target in
                    providerIndices[target.provider].map { Target(provider: $0, model: target.model) }
                })
        }
        var exact: [String: Int] = [:]
        for (index, entry) in entries.enumerated() where entry.name.isExact { exact[entry.name.text] = index }
        self.exact = exact
        let entries = entries
        // Stable by position, so that of two equally specific globs the first declared wins.
        globs = entries.indices.filter { !entries[$0].name.isExact }
            .sorted { (-entries[$0].name.specificity, $0) < (-entries[$1].name.specificity, $1) }
    }

    /// The entry that serves `name`: its exact entry, else the most specific glob that matches; nil when there is none.
    package func find(_ name: String) -> Entry? {
        // The dictionary takes composed and decomposed accents for the same; names are bytes.
        if let index = exact[name], entries[index].name.matches(name) { return entries[index] }
        for index in globs where entries[index].name.matches(name) { return entries[index] }
        return nil
    }
}
