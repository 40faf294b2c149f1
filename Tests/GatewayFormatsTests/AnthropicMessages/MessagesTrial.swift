// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

/// Sends texts through the Messages format.
enum MessagesTrial {
    /// A request of another dialect, to be written in this one.
    static func foreign(
        _ turns: [Turn], from origin: Format = .openAIChat, _ change: (inout Conversation) -> Void = { _ in }
    ) -> Conversation {
        var conversation = Conversation(model: "claude-x", turns: turns, extras: Extras(origin))
        conversation.maxOutputTokens = 100
        change(&conversation)
        return conversation
    }

    static func value(_ text: String) throws -> JSONValue { try JSONScanner().parse(Array(text.utf8)).root }

    static func read(_ text: String) throws -> Conversation { try MessagesFormat.read(value(text)) }

    /// Which fault a request is refused with.
    static func fault(_ text: String) throws -> FormatFault? {
        let body = try value(text)
        do {
            _ = try MessagesFormat.read(body)
            return nil
        } catch { return error }
    }

    static func write(
        _ conversation: Conversation, _ rules: TargetRules = TargetRules(), for target: MessagesTarget = .anthropic
    ) throws -> (body: String, report: LossReport) {
        var report = LossReport()
        let bytes = try MessagesFormat.write(conversation, rules, for: target, &report, JSONScanner())
        _ = try JSONScanner().parse(bytes)
        return (String(decoding: bytes, as: UTF8.self), report)
    }

    /// One member of the written body; nil where there is none.
    static func member(
        _ name: String, of conversation: Conversation, _ rules: TargetRules = TargetRules()
    ) throws -> String? {
        let body = try value(write(conversation, rules).body)
        return body.members.first { $0.name.text == name }?.value.fragment.text
    }

    static func readAnswer(_ text: String) throws -> Answer { try MessagesFormat.readAnswer(value(text)) }

    static func writeAnswer(_ answer: Answer) throws -> (body: String, report: LossReport) {
        var report = LossReport()
        let bytes = MessagesFormat.writeAnswer(answer, &report, JSONScanner())
        _ = try JSONScanner().parse(bytes)
        return (String(decoding: bytes, as: UTF8.self), report)
    }

    // MARK: Streams

    /// The data of the stream's events, one after the other.
    static func events(_ stream: String) throws -> [AnswerEvent] {
        let scanner = JSONScanner()
        var reader = MessagesStreamReader()
        var events: [AnswerEvent] = []
        for block in stream.split(separator: "\n\n") {
            let lines = block.split(separator: "\n")
            let name = lines.first { $0.hasPrefix("event: ") }.map { JSONString($0.dropFirst(7)) }
            guard let data = lines.first(where: { $0.hasPrefix("data: ") })?.dropFirst(6) else { continue }
            try reader.read(event: name, scanner.parse(Array(data.utf8)).root, into: &events)
        }
        return events
    }

    static func stream(_ events: [AnswerEvent]) -> String {
        var writer = MessagesStreamWriter(wantsUsage: true)
        var bytes: [UInt8] = []
        for event in events { writer.write(event, into: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A stream of events that are given by their data.
    static func stream(_ data: [String]) -> String {
        data.map { text in
            let type = text.dropFirst(9).prefix { $0 != "\"" }
            return "event: \(type)\ndata: \(text)\n\n"
        }.joined()
    }

    // MARK: Comparison

    /// The same JSON, whatever the order of members and the spelling of strings.
    static func canonical(_ value: JSONValue) -> String {
        switch value.kind {
        case .object:
            let members = value.members.map { "\(quoted($0.name.text)):\(canonical($0.value))" }
            return "{\(members.sorted().joined(separator: ","))}"
        case .array: return "[\(value.elements.map(canonical).joined(separator: ","))]"
        case .string: return quoted(value.text ?? "")
        default: return value.fragment.text
        }
    }

    static func canonical(_ text: String) throws -> String { canonical(try value(text)) }

    private static func quoted(_ text: String) -> String { text.debugDescription }
}

extension Part {
    /// A part of a conversation of another dialect.
    static func foreign(_ content: Content, cacheMark: CacheMark? = nil) -> Part {
        Part(content, cacheMark: cacheMark, extras: Extras(.openAIChat))
    }

    static func foreignText(_ text: JSONString) -> Part { foreign(.text(text)) }
}

extension Turn {
    static func foreign(_ role: Role, _ parts: Part..., name: JSONString? = nil) -> Turn {
        Turn(role, parts, name: name, extras: Extras(.openAIChat))
    }
}

extension LossReport {
    /// The fate of each field, as `dropped seed`.
    var fates: [String] { entries.map { "\($0.fate.rawValue) \($0.field)" } }

    /// The fields that met `fate`.
    func fields(_ fate: Fate) -> [String] { entries.filter { $0.fate == fate }.map(\.field) }

    /// How often a field of a chat request met `fate`.
    func count(_ fate: Fate, _ field: NeutralField) -> Int {
        entries.filter { $0.fate == fate && $0.field == field.name(in: .openAIChat) }.map(\.count).reduce(0, +)
    }
}

extension [NeutralField] {
    /// What they are called in a chat request.
    var names: [String] { map { $0.name(in: .openAIChat) } }
}
