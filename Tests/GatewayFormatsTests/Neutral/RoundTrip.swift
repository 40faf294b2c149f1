// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// A conversation on its way through dialects, with what was said to be lost on it.
struct RoundTrip {
    let start: Conversation
    private(set) var now: Conversation
    /// The fields that reports named as anything but kept.
    private(set) var named: Set<NeutralField> = []
    /// Of these, what is gone.
    private(set) var dropped: Set<NeutralField> = []
    private let content: MarkedContent
    /// As reports name fields, of those that are no neutral ones too.
    private var namedPaths: Set<String> = []
    /// What was in none of a body, though nothing said so.
    private var missing: [String] = []
    /// What was written on the way.
    private var bodies: [String] = []
    private let scanner = JSONScanner()

    init(_ conversation: Conversation) {
        start = conversation
        content = MarkedContent(of: conversation)
        now = conversation
    }

    /// Writes the conversation for a target with `rules`, and reads what was written.
    mutating func pass(through format: RoundTripFormat, _ rules: TargetRules) throws {
        var report = LossReport()
        let body = try format.type.write(now, rules, &report, scanner)
        bodies.append(String(decoding: body, as: UTF8.self))
        note(report)
        lookForMarkers(in: body)
        let (model, streams) = (now.model, now.streams)
        now = try format.type.read(try scanner.parse(body).root)
        if format.namesModelInPath { (now.model, now.streams) = (model, streams) }
        now.extras.members.removeAll { format.additions.contains($0.name) }
    }

    private mutating func note(_ report: LossReport) {
        for entry in report.entries where entry.fate != .kept {
            let fields = NeutralField.allCases.filter { $0.name(in: now.extras.origin) == entry.field }
            named.formUnion(fields)
            namedPaths.insert(entry.field)
            if entry.fate == .dropped { dropped.formUnion(fields) }
        }
    }

    /// All that was not said to be dropped must stand in the body, wherever and in whatever form.
    private mutating func lookForMarkers(in body: [UInt8]) {
        let present = Set(markers(in: body[...]))
        for item in content.items where !present.contains(item.marker) {
            guard (item.isEssential ? dropped : named).isDisjoint(with: item.fields) else { continue }
            missing.append("mk\(item.marker)z \(item.fields.map(\.rawValue)) is not in body \(bodies.count)")
        }
    }

    /// Whether nothing was lost but what was named. Tells of the first difference.
    func finds(nothingLostIn name: String) -> Bool {
        let forget = Forgetting(named, namedPaths, of: content)
        let (before, after) = (forget(NormalForm.of(start)), forget(NormalForm.of(now)))
        guard before != after || !missing.isEmpty else { return true }
        let difference = before == after ? "" : difference(before, after)
        Issue.record(
            """
            \(name): \(missing.joined(separator: "; "))\(difference)
            named: \(named.map(\.rawValue).sorted())
            \(bodies.enumerated().map { "body \($0 + 1): \($1)" }.joined(separator: "\n"))
            """)
        return false
    }

    private func difference(_ before: Conversation, _ after: Conversation) -> String {
        let members = zip(Mirror(reflecting: before).children, Mirror(reflecting: after).children)
        let names = members.compactMap { before, after in
            String(describing: before.value) == String(describing: after.value) ? nil : before.label
        }
        var (before, after) = (describe(before), describe(after))
        if before == after { (before, after) = ("\(self.start.turns)", "\(self.now.turns)") }
        let same = max(0, zip(before, after).prefix { $0 == $1 }.count - 60)
        return """
            \(names) differ, as chat requests:
            …\(before.dropFirst(same).prefix(300))
            …\(after.dropFirst(same).prefix(300))
            """
    }

    /// The conversation as a chat request, for people.
    private func describe(_ conversation: Conversation) -> String {
        var report = LossReport()
        let body = try? ChatFormat.write(conversation, RoundTripFormat.chat.generous, &report, scanner)
        let settings = "\(conversation.reasoning.map { "\($0)" } ?? "") \(conversation.extras)"
        return String(decoding: body ?? [], as: UTF8.self) + settings
    }
}
