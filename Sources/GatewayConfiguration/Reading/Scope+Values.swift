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

    /// The `name` by which messages, other entries and overrides find this entry. Only the file can give it: a variable
    /// that is addressed by a name cannot replace that name.
    func name(why: @autoclosure () -> String, fix: @autoclosure () -> String) -> Text? {
        if let overridePrefix, let variable = reading.overrides.vainVariable(for: "name", below: overridePrefix) {
            reading.report(
                .environment(variable: variable), "it would replace the name of `\(label)`",
                "variables find an entry by its name, so only the file can give it",
                "unset it; if the name must come from the environment, write `name: ${NAME}` in the file")
        }
        guard let node = node("name") else {
            missing("name", why: why(), fix: fix())
            return nil
        }
        return text(node, of: "name", isSecret: false).value.flatMap { checked($0, "name") }
    }

    /// A required line of text for people. Reports a missing one.
    func label(_ name: String, why: @autoclosure () -> String, fix: @autoclosure () -> String) -> Text? {
        switch text(name) {
        case .absent:
            missing(name, why: why(), fix: fix())
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
        if (1...256).contains(text.value.utf8.count), Self.isPrintable(text.value) { return text }
        reading.report(
            text.place, "`\(path(name))` cannot be used", "it is empty, too long, or has blanks around it",
            "write 1 to 256 visible characters")
        return nil
    }

    /// Whether `text` has no control characters, and no blanks around it.
    private static func isPrintable(_ text: String) -> Bool {
        // Nearly all texts are ASCII, and characters beyond it are slow to look at.
        if text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
            return text.utf8.first != UInt8(ascii: " ") && text.utf8.last != UInt8(ascii: " ")
        }
        return text.first?.isWhitespace == false && text.last?.isWhitespace == false
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    /// A secret, from the file, the environment or a file of its own. What is wrong with it is said without any of it.
    func secret(_ name: String) -> Found<Placed<String>> {
        let found = value(name, isSecret: true) { text throws(Flaw) in
            try SecretText.resolve(text, reading)
        }
        if case .absent = found, mentions(name) {
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
