// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The names of one kind of entry: refuses a second entry with a name, and finds the name a slip was meant to be.
struct UniqueNames {
    /// What the entries are: `provider`, `model`, `key`.
    let noun: String
    /// In the order of the file.
    private var texts: [Text] = []
    private var indices: [String: Int] = [:]

    init(_ noun: String) { self.noun = noun }

    /// Makes room for as many names, so that a long list is not copied while it grows.
    mutating func reserve(_ count: Int) {
        texts.reserveCapacity(count)
        indices.reserveCapacity(count)
    }

    /// Takes `text` in and says whether it is the first of its name.
    mutating func admit(_ text: Text, _ reading: Reading) -> Bool {
        if let index = indices[text.value] {
            let first = texts[index]
            let earlier = if case .line(let line, _) = first.place { " on line \(line)" } else { "" }
            reading.report(
                text.place, "two entries are the \(noun) \(text.quoted)", "the first is\(earlier)",
                "rename or remove one of them")
            return false
        }
        indices[text.value] = texts.count
        texts.append(text)
        return true
    }

    func contains(_ name: String) -> Bool { indices[name] != nil }

    /// Reports `text`, which names none of the entries.
    func reportUnknown(_ text: Text, at path: @autoclosure () -> String, _ reading: Reading) {
        reading.report(
            text.place, "`\(path())` names \(text.quoted)", "there is no \(noun) of that name", suggestion(for: text))
    }

    private func suggestion(for text: Text) -> String {
        guard let nearest = NearestName.find(text.value, among: texts.lazy.map(\.value)), let index = indices[nearest]
        else {
            return "add such a \(noun), or name one that exists"
        }
        return "did you mean \(texts[index].quoted)?"
    }
}
