// SPDX-License-Identifier: Apache-2.0

/// Fields of common kinds, each with the value it has when the file leaves it out.
extension Scope {
    func whole(_ name: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
        value(name) { text throws(Flaw) in try Quantity.whole(text, in: range) }.value?.value ?? standard
    }

    func size(_ name: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
        value(name) { text throws(Flaw) in try Quantity.size(text, in: range) }.value?.value ?? standard
    }

    func duration(_ name: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
        value(name) { text throws(Flaw) in try Quantity.duration(text, in: range) }.value?.value ?? standard
    }

    func flag(_ name: String, default standard: Bool) -> Bool {
        value(name, Quantity.flag).value?.value ?? standard
    }

    /// A required name or other line of text for people. Reports a missing one.
    func label(_ name: String, why: String, fix: String) -> Text? {
        switch text(name) {
        case .absent:
            missing(name, why: why, fix: fix)
            return nil
        case .broken: return nil
        case .value(let text): return checked(text, name)
        }
    }

    /// An optional line of text for people.
    func label(_ name: String) -> Text? {
        text(name).value.flatMap { checked($0, name) }
    }

    /// `text` if it can stand in a list, a log line and a metric label.
    func checked(_ text: Text, _ name: String) -> Text? {
        let value = text.value
        let isPrintable = value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        if isPrintable, (1...256).contains(value.utf8.count), value.first?.isWhitespace == false,
            value.last?.isWhitespace == false
        {
            return text
        }
        reading.report(
            text.place, "`\(path(name))` cannot be used", "it is empty, too long, or has blanks around it",
            "write 1 to 256 visible characters")
        return nil
    }

    /// A secret, from the file, the environment or a file of its own. What is wrong with it is said without any of it.
    func secret(_ name: String) -> Found<Placed<String>> {
        let isMentioned = mentions(name)
        let found = value(name, isSecret: true) { text throws(Flaw) in
            try SecretText.resolve(text, reading)
        }
        if case .absent = found, isMentioned {
            reading.report(
                place(of: name), "`\(path(name))` cannot be used", "it is empty",
                "give the key, `${NAME}` of an environment variable that holds it, or `file:PATH`")
            return .broken
        }
        return found
    }

    /// The path of a file, as the process can open it.
    func filePath(_ name: String) -> Placed<String>? {
        label(name).map { Placed(value: reading.resolve($0.value), place: $0.place) }
    }
}
