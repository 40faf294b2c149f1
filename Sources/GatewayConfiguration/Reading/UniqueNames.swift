// SPDX-License-Identifier: Apache-2.0

/// The names of one kind of entry: refuses a second entry with a name, and finds the name a slip was meant to be.
struct UniqueNames {
    /// What the entries are: `provider`, `model`, `key`.
    let noun: String
    private var texts: [String: Text] = [:]

    init(_ noun: String) { self.noun = noun }

    /// Takes `text` in and says whether it is the first of its name.
    mutating func admit(_ text: Text, _ reading: Reading) -> Bool {
        if let first = texts[text.value] {
            let earlier = if case .line(let line, _) = first.place { " on line \(line)" } else { "" }
            reading.report(
                text.place, "two entries are the \(noun) \(text.quoted)", "the first is\(earlier)",
                "rename or remove one of them")
            return false
        }
        texts[text.value] = text
        return true
    }

    func contains(_ name: String) -> Bool { texts[name] != nil }

    /// Reports `text`, which names none of the entries.
    func reportUnknown(_ text: Text, at path: String, _ reading: Reading) {
        let nearest = FieldName.nearest(to: text.value, among: texts.keys.sorted()).flatMap { texts[$0] }
        reading.report(
            text.place, "`\(path)` names \(text.quoted)", "there is no \(noun) of that name",
            nearest.map { "did you mean \($0.quoted)?" } ?? "add such a \(noun), or name one that exists")
    }
}
