// SPDX-License-Identifier: Apache-2.0

/// A scalar after expansion, with what a message may say of it.
struct Text: Sendable {
    /// The value to use.
    let value: String
    let place: Place
    /// The value as the file has it, before expansion; nil where no message may show it.
    private let written: String?

    /// `written` in the file. With `isSecret` no message ever shows it.
    init(value: String, written: String, isSecret: Bool, place: Place) {
        self.value = value
        self.place = place
        self.written = isSecret ? nil : written
    }

    /// The value of an environment variable, which is never shown.
    init(value: String, of variable: String) {
        self.value = value
        place = .environment(variable: variable)
        written = nil
    }

    /// The value as a message may show it.
    var shown: String? {
        written.flatMap { Self.looksSecret($0) ? nil : Self.showable($0) }
    }

    /// `` `name` `` where it may be shown, else `it`-like words.
    var quoted: String { shown.map { "`\($0)`" } ?? "the value" }

    /// Whether a value that belongs to no secret field looks like a key that was pasted in the wrong place.
    static func looksSecret(_ raw: String) -> Bool {
        let prefixes = ["sk-", "sk_", "gsk_", "xai-", "pplx-", "nvapi-", "AIza", "Bearer "]
        if raw.utf8.count >= 12, prefixes.contains(where: raw.hasPrefix) { return true }
        let words = raw.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")) }
        return words.contains { $0.count >= 32 && $0.contains(where: \.isNumber) && $0.contains(where: \.isLetter) }
    }

    /// Shortens `raw` and takes line breaks and control characters out of it.
    static func showable(_ raw: String) -> String {
        let scalars = raw.unicodeScalars.prefix(60).map { scalar -> Unicode.Scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format ? "?" : scalar
        }
        var text = String(String.UnicodeScalarView(scalars))
        if raw.unicodeScalars.count > 60 { text += "…" }
        return text
    }
}

/// What was found under a field's name.
enum Found<Value> {
    case absent
    /// Something is there and is wrong; the problem has been reported.
    case broken
    case value(Value)

    var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }
}

/// A value with its place, for problems that show only when it is compared with others.
struct Placed<Value> {
    var value: Value
    var place: Place
}
