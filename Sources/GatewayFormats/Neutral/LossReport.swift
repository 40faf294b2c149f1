// SPDX-License-Identifier: Apache-2.0

/// What became of the fields of a message on its way into another dialect. Nothing is lost without an entry here.
package struct LossReport: Sendable, Equatable {
    /// What can become of a field.
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

    /// One field and what became of it.
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
    /// Where each field's fate stands among the entries: a hostile body may have thousands of unknown fields.
    private var places: [Place: Int] = [:]

    private struct Place: Hashable {
        var field: String
        var fate: Fate
    }

    package init() {}

    /// Whether anything was lost for good.
    package var isLossy: Bool { entries.contains { $0.fate == .dropped } }

    /// Notes the fate of a field; one that is noted already is counted.
    package mutating func note(_ fate: Fate, _ field: String, _ reason: String = "") {
        let place = Place(field: field, fate: fate)
        if let index = places[place] {
            entries[index].count += 1
        } else {
            places[place] = entries.count
            entries.append(Entry(field: field, fate: fate, reason: reason, count: 1))
        }
    }

    /// Notes a field that says the same.
    package mutating func kept(_ field: String) { note(.kept, field) }
    /// Notes a field that stands in another form.
    package mutating func moved(_ field: String, _ reason: String) { note(.moved, field, reason) }
    /// Notes a field that something of similar effect stands for.
    package mutating func emulated(_ field: String, _ reason: String) { note(.emulated, field, reason) }
    /// Notes a field that is gone.
    package mutating func dropped(_ field: String, _ reason: String) { note(.dropped, field, reason) }

    /// Notes that all of `extras` is gone, which stood at `path` (empty for the top of the message).
    package mutating func dropped(_ extras: Extras, at path: String, _ reason: String) {
        for member in extras.members {
            let name = member.name.text
            dropped(path.isEmpty ? name : "\(path).\(name)", reason)
        }
    }

    /// For a header field: `dropped=logit_bias,seed; emulated=response_format`, kept and moved fields left out; `none` when
    /// nothing was lost or emulated. Names are the client's: only their visible characters are told, and not all of many.
    package var short: String {
        let parts = [Fate.dropped, .emulated].compactMap { fate -> String? in
            let fields = entries.filter { $0.fate == fate }.map(\.field)
            guard !fields.isEmpty else { return nil }
            let named = fields.prefix(Self.mostNames).map(Self.visible).joined(separator: ",")
            let others = fields.count > Self.mostNames ? ",+\(fields.count - Self.mostNames)" : ""
            return "\(fate.rawValue)=\(named)\(others)"
        }
        return parts.isEmpty ? "none" : parts.joined(separator: "; ")
    }

    private static let mostNames = 16
    private static let longestName = 64

    private static func visible(_ name: String) -> String {
        let bytes = name.utf8.prefix(longestName).map { byte in
            (0x21...0x7e).contains(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: ";")
                ? byte : UInt8(ascii: "?")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
