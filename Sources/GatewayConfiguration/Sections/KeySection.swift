// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads `keys:`, the caller keys that the file declares.
struct KeySection {
    /// An online guess at a key this long hopes in vain; shorter ones, or words, do not.
    private static let shortest = 16
    private static let longest = 512

    let reading: Reading
    private let exactModels: Set<String>
    private let modelGlobs: [ModelPattern]
    private var names = UniqueNames("key")
    /// The clear text of each key with its entry's name: it lives no longer than the reading.
    private var owners: [String: Text] = [:]

    init(reading: Reading, models: [ModelConfiguration]) {
        self.reading = reading
        exactModels = Set(models.lazy.map(\.name).filter(\.isExact).map(\.text))
        modelGlobs = models.map(\.name).filter { !$0.isExact }
    }

    mutating func read(_ root: Scope) -> [KeyConfiguration] {
        root.items("keys") { key($0) }
    }

    private mutating func key(_ scope: Scope) -> KeyConfiguration? {
        let name = scope.label(
            "name", why: "logs and the ledger name the key by it", fix: "add a `name` of your choice")
        let isNew = name.map { names.admit($0, reading) } ?? false
        let secret = secret(scope, name)
        let owner = scope.label("owner")
        let allowed = allowed(scope)
        let expiry = scope.value("expires_at", Timestamp.parse).value?.value
        let isDisabled = scope.flag("disabled", default: false)
        guard let name, isNew, let secret else { return nil }
        return KeyConfiguration(
            name: name.value, key: Secret(secret), owner: owner?.value, models: allowed, expiresAt: expiry,
            disabled: isDisabled)
    }

    private mutating func secret(_ scope: Scope, _ name: Text?) -> String? {
        switch scope.secret("key") {
        case .broken: return nil
        case .absent:
            scope.missing(
                "key", why: "callers are known by it",
                fix: "add `key: \"${NAME}\"`, or make the key with `sluice keys create`")
            return nil
        case .value(let key):
            guard (Self.shortest...Self.longest).contains(key.value.utf8.count) else {
                reading.report(
                    key.place, "`\(scope.path("key"))` cannot be used",
                    "it has fewer than \(Self.shortest) characters, which can be guessed, or more than \(Self.longest)",
                    "use a long random one, such as `sluice keys create` makes")
                return nil
            }
            return isUnshared(key, name, scope) ? key.value : nil
        }
    }

    private mutating func isUnshared(_ key: Placed<String>, _ name: Text?, _ scope: Scope) -> Bool {
        if let other = owners[key.value] {
            reading.report(
                key.place, "`\(scope.path("key"))` is the same key as that of \(other.quoted)",
                "a call could not be told to belong to one of them", "give each entry a key of its own")
            return false
        }
        owners[key.value] = name ?? Text(value: "", shown: nil, place: key.place)
        return true
    }

    private func allowed(_ scope: Scope) -> ModelPatterns {
        guard let texts = scope.texts("models").value else { return .all }
        if texts.isEmpty {
            reading.warn(
                scope.place(of: "models"), "`\(scope.path("models"))` is empty", "the key may use no model at all",
                "list models, or leave the field out to allow all")
        }
        let patterns = texts.compactMap { text -> ModelPattern? in
            guard let text = scope.checked(text, "models"),
                let pattern = ModelName.pattern(text, at: scope.path("models"), reading)
            else { return nil }
            warnIfVain(pattern, text, scope)
            return pattern
        }
        return ModelPatterns(patterns)
    }

    /// An allow-list entry that no configured model answers to is probably a slip. Not an error: native mounts serve
    /// models that the file does not list.
    private func warnIfVain(_ pattern: ModelPattern, _ text: Text, _ scope: Scope) {
        // Whether two globs can match one name is not worked out: they may.
        let isServed =
            pattern.isExact
            ? exactModels.contains(pattern.text) || modelGlobs.contains { $0.matches(pattern.text) }
            : !modelGlobs.isEmpty || exactModels.contains { pattern.matches($0) }
        if isServed || pattern.matchesEverything { return }
        reading.warn(
            text.place, "`\(scope.path("models"))` allows \(text.quoted)", "no entry of `models` answers to that name",
            "correct the name, or ignore this if it is used on a native mount")
    }
}
