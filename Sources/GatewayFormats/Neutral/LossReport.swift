// SPDX-License-Identifier: Apache-2.0

/// What became of the fields of a message on its way into another dialect. Nothing is lost without an entry here.
package struct LossReport: Sendable, Equatable {
    package enum Fate: String, Sendable, CaseIterable {
        /// The same thing under the other dialect's name.
        case kept
        /// It stands somewhere else, in another form, with the same meaning.
        case moved
        /// The other dialect has no such thing; something of similar effect takes its place.
        case emulated
        /// It is gone.
        case dropped
    }

    package struct Entry: Sendable, Equatable {
        /// The field in the dialect it came in, elements of lists as `[]`: `messages[].name`.
        package var field: String
        package var fate: Fate
        /// Why, for people: empty for what is kept.
        package var reason: String
        /// How often.
        package var count: Int
    }

    /// In the order they came up; each field and fate once.
    package private(set) var entries: [Entry] = []

    package init() {}

    /// Whether anything was lost for good.
    package var isLossy: Bool { entries.contains { $0.fate == .dropped } }

    package mutating func note(_ fate: Fate, _ field: String, _ reason: String = "") {
        if let index = entries.firstIndex(where: { $0.field == field && $0.fate == fate }) {
            entries[index].count += 1
        } else {
            entries.append(Entry(field: field, fate: fate, reason: reason, count: 1))
        }
    }

    package mutating func kept(_ field: String) { note(.kept, field) }
    package mutating func moved(_ field: String, _ reason: String) { note(.moved, field, reason) }
    package mutating func emulated(_ field: String, _ reason: String) { note(.emulated, field, reason) }
    package mutating func dropped(_ field: String, _ reason: String) { note(.dropped, field, reason) }

    /// Notes that all of `extras` is gone, which stood at `path` (empty for the top of the message).
    package mutating func dropped(_ extras: Extras, at path: String, _ reason: String) {
        for member in extras.members {
            let name = member.name.text
            dropped(path.isEmpty ? name : "\(path).\(name)", reason)
        }
    }

    /// For a header field: `dropped=logit_bias,seed; emulated=response_format`, kept and moved fields left out; `none` when
    /// nothing was lost or emulated.
    package var short: String {
        let parts = [Fate.dropped, .emulated].compactMap { fate in
            let fields = entries.filter { $0.fate == fate }.map(\.field)
            return fields.isEmpty ? nil : "\(fate.rawValue)=\(fields.joined(separator: ","))"
        }
        return parts.isEmpty ? "none" : parts.joined(separator: "; ")
    }
}
