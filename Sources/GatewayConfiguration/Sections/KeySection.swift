// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// Reads `keys:`, the caller keys that the file declares.
struct KeySection {
    /// An online guess at a key this long hopes in vain; shorter ones, or words, do not.
    private static let shortest = 16
    private static let longest = 512

    private let reading: Reading
    private let adminKey: Secret?
    private var served: ServedNames
    private var names = UniqueNames("key")
    /// The clear text of each key with its entry's name: it lives no longer than the reading.
    private var owners: [String: Text] = [:]
    /// The patterns of allow-lists by their text, for keys have much the same lists.
    private var patterns: [String: AllowedPattern] = [:]

    init(reading: Reading, models: [ModelConfiguration], adminKey: Secret?) {
        self.reading = reading
        self.adminKey = adminKey
        served = ServedNames(models)
    }

    mutating func read(_ root: Scope) -> [KeyConfiguration] {
        let count = root.count("keys")
        names.reserve(count)
        owners.reserveCapacity(count)
        return root.items("keys") { key($0) }
    }

    private mutating func key(_ scope: Scope) -> KeyConfiguration? {
        let name = scope.name(
            why: "logs and the ledger name the key by it", fix: "add a `name` of your choice")
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
            return isNobodyElses(key, name, scope) ? key.value : nil
        }
    }

    private mutating func isNobodyElses(_ key: Placed<String>, _ name: Text?, _ scope: Scope) -> Bool {
        if adminKey?.matches(Secret(key.value)) == true {
            reading.report(
                key.place, "`\(scope.path("key"))` is the same key as `server.admin.key`",
                "whoever may make a call could change every key", "give the admin API a key of its own")
            return false
        }
        if let other = owners[key.value] {
            reading.report(
                key.place, "`\(scope.path("key"))` is the same key as that of \(other.quoted)",
                "a call could not be told to belong to one of them", "give each entry a key of its own")
            return false
        }
        // An entry without a name is refused anyway.
        if let name { owners[key.value] = name }
        return true
    }

    private mutating func allowed(_ scope: Scope) -> ModelPatterns {
        guard let texts = scope.texts("models").value else { return .all }
        if texts.isEmpty {
            reading.warn(
                scope.place(of: "models"), "`\(scope.path("models"))` is empty", "the key may use no model at all",
                "list models, or leave the field out to allow all")
        }
        return ModelPatterns(texts.compactMap { pattern($0, scope) })
    }

    private mutating func pattern(_ text: Text, _ scope: Scope) -> ModelPattern? {
        if let known = patterns[text.value] {
            warnIfVain(known, text, scope)
            return known.pattern
        }
        guard let text = scope.checked(text, "models"),
            let pattern = ModelName.pattern(text, at: scope.path("models"), reading)
        else { return nil }
        let found = AllowedPattern(pattern: pattern, isServed: served.mayAnswer(to: pattern))
        patterns[text.value] = found
        warnIfVain(found, text, scope)
        return pattern
    }

    /// An allow-list entry that no configured model answers to is probably a slip. Not an error: native mounts serve
    /// models that the file does not list.
    private func warnIfVain(_ found: AllowedPattern, _ text: Text, _ scope: Scope) {
        guard !found.isServed else { return }
        reading.warn(
            text.place, "`\(scope.path("models"))` allows \(text.quoted)", "no entry of `models` answers to that name",
            "correct the name, or ignore this if it is used on a native mount")
    }
}

/// An entry of an allow-list, and whether a configured model answers to it.
private struct AllowedPattern {
    var pattern: ModelPattern
    var isServed: Bool
}

/// The names that configured models answer to.
private struct ServedNames {
    private let exact: Set<String>
    private let globs: [ModelPattern]
    /// Comparisons that may still be made: a warning is not worth minutes when each of many keys has a glob of its own.
    private var patience = 5_000_000

    init(_ models: [ModelConfiguration]) {
        exact = Set(models.lazy.map(\.name).filter(\.isExact).map(\.text))
        globs = models.map(\.name).filter { !$0.isExact }
    }

    /// Whether a model answers to a name that `pattern` allows, or may do so.
    mutating func mayAnswer(to pattern: ModelPattern) -> Bool {
        if pattern.matchesEverything || pattern.isExact && exact.contains(pattern.text) { return true }
        patience -= pattern.isExact ? globs.count : exact.count
        guard patience >= 0 else { return true }
        return pattern.isExact
            ? globs.contains { $0.matches(pattern.text) }
            // Whether two globs can match one name is not worked out: they may.
            : !globs.isEmpty || exact.contains { pattern.matches($0) }
    }
}
