// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads `models:`.
struct ModelSection {
    let reading: Reading
    let providers: UniqueNames
    private var names = UniqueNames("model")

    init(reading: Reading, providers: UniqueNames) {
        self.reading = reading
        self.providers = providers
    }

    mutating func read(_ root: Scope) -> [ModelConfiguration] {
        names.reserve(root.count("models"))
        return root.items("models") { model($0) }
    }

    private mutating func model(_ scope: Scope) -> ModelConfiguration? {
        let name = scope.name(
            why: "clients ask for the model by it", fix: "add a `name`, or `name: \"*\"` for all")
        let isNew = name.map { names.admit($0, reading) } ?? false
        let targets = scope.items("targets") { target($0) }
        guard let name, isNew, let pattern = ModelName.pattern(name, at: scope.path("name"), reading) else {
            return nil
        }
        if scope.hasNoItems("targets") {
            reading.report(
                scope.place(of: "targets"), "the model \(name.quoted) has no targets",
                "it says nowhere which provider serves it", "add `targets: [{ provider: NAME, model: NAME }]`")
        }
        return ModelConfiguration(name: pattern, targets: targets)
    }

    private func target(_ scope: Scope) -> ModelConfiguration.Target? {
        let provider = scope.label(
            "provider", why: "a target is a provider's model", fix: "add the `name` of a provider")
        let model = scope.label("model")
        if let model, model.value.contains("*") {
            reading.report(
                model.place, "`\(scope.path("model"))` is \(model.quoted)",
                "the provider is sent this name as it stands",
                "write one model's name, or leave `model` out to send the name the client gave")
        }
        guard let provider else { return nil }
        guard providers.contains(provider.value) else {
            providers.reportUnknown(provider, at: scope.path("provider"), reading)
            return nil
        }
        return ModelConfiguration.Target(provider: provider.value, model: model?.value)
    }
}

/// Names and globs of models.
enum ModelName {
    static func pattern(_ text: Text, at path: @autoclosure () -> String, _ reading: Reading) -> ModelPattern? {
        let pattern = ModelPattern(text.value)
        guard pattern.stars <= ModelPattern.mostStars else {
            reading.report(
                text.place, "`\(path())` is \(text.quoted)",
                "a pattern may have at most \(ModelPattern.mostStars) `*`", "use fewer of them")
            return nil
        }
        return pattern
    }
}
