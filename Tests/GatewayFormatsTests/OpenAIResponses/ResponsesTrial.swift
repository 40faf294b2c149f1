// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

/// Sends texts through the Responses format.
enum ResponsesTrial {
    static func value(_ text: String) throws -> JSONValue { try JSONScanner().parse(Array(text.utf8)).root }

    // MARK: Requests

    static func read(_ text: String) throws -> Conversation { try ResponsesFormat.read(value(text)) }

    /// A request of one user's message with `members` besides.
    static func request(_ members: String) -> String {
        #"{"model":"gpt-x","input":"Hello"\#(members.isEmpty ? "" : ",")\#(members)}"#
    }

    /// A request of `items`.
    static func request(items: String...) -> String {
        #"{"model":"gpt-x","input":[\#(items.joined(separator: ","))]}"#
    }

    /// Which fault a request is refused with.
    static func fault(_ text: String) throws -> FormatFault? {
        let body = try value(text)
        do {
            _ = try ResponsesFormat.read(body)
            return nil
        } catch { return error }
    }

    static func write(
        _ conversation: Conversation, _ rules: TargetRules = TargetRules()
    ) throws -> (body: String, report: LossReport) {
        var report = LossReport()
        let bytes = try ResponsesFormat.write(conversation, rules, &report, JSONScanner())
        _ = try JSONScanner().parse(bytes)
        return (String(decoding: bytes, as: UTF8.self), report)
    }

    /// One member of the written body; nil where there is none.
    static func member(
        _ name: String, of conversation: Conversation, _ rules: TargetRules = TargetRules()
    ) throws -> String? {
        let body = try value(write(conversation, rules).body)
        return body.members.first { $0.name.text == name }.map { canonical($0.value) }
    }

    /// What became of the fields, as `dropped seed`.
    static func fates(_ report: LossReport) -> [String] { report.entries.map { "\($0.fate.rawValue) \($0.field)" } }

    /// A request of another dialect.
    static func foreign(
        _ turns: [Turn], from origin: Format = .anthropicMessages, _ change: (inout Conversation) -> Void = { _ in }
    ) -> Conversation {
        var conversation = Conversation(model: "gpt-x", turns: turns, extras: Extras(origin))
        change(&conversation)
        return conversation
    }

    static func turn(_ role: Turn.Role, _ contents: Part.Content..., from origin: Format = .anthropicMessages) -> Turn {
        Turn(role, contents.map { Part($0, extras: Extras(origin)) }, extras: Extras(origin))
    }

    /// What only `origin` has, given as an object.
    static func extras(_ origin: Format, _ object: String) throws -> Extras {
        var extras = Extras(origin)
        for member in try value(object).members { extras.keep(member.name, member.value) }
        return extras
    }

    // MARK: Answers

    static func readAnswer(_ text: String) throws -> Answer { try ResponsesFormat.readAnswer(value(text)) }

    static func writeAnswer(
        _ answer: Answer, to request: Conversation? = nil
    ) throws -> (body: String, report: LossReport) {
        var report = LossReport()
        let bytes = ResponsesFormat.writeAnswer(answer, to: request, &report, JSONScanner())
        _ = try JSONScanner().parse(bytes)
        return (String(decoding: bytes, as: UTF8.self), report)
    }

    /// An answer of another dialect.
    static func foreignAnswer(
        _ contents: [Part.Content], _ stop: Stop = Stop(.finished), from origin: Format = .anthropicMessages
    ) -> Answer {
        let parts = contents.map { Part($0, extras: Extras(origin)) }
        return Answer(
            id: "msg_01", model: "claude-x", created: 1_760_000_000,
            choices: [Answer.Choice(parts, stop, extras: Extras(origin))],
            usage: Usage(prompt: 120, completion: 30, cached: 90, cacheWrite: 20, reasoning: 7), extras: Extras(origin))
    }

    // MARK: Streams

    /// What a stream means.
    static func events(_ stream: String) throws -> [AnswerEvent] {
        let scanner = JSONScanner()
        var reader = ResponsesStreamReader()
        var events: [AnswerEvent] = []
        for block in stream.split(separator: "\n\n") {
            let lines = block.split(separator: "\n")
            let name = lines.first { $0.hasPrefix("event: ") }.map { JSONString($0.dropFirst(7)) }
            guard let data = lines.first(where: { $0.hasPrefix("data: ") })?.dropFirst(6) else { continue }
            if data == "[DONE]" {
                reader.readDone(into: &events)
            } else {
                try reader.read(event: name, scanner.parse(Array(data.utf8)).root, into: &events)
            }
        }
        return events
    }

    /// A stream of events that are given by their data.
    static func stream(_ data: [String]) -> String { data.map { "data: \($0)\n\n" }.joined() }

    static func stream(_ events: [AnswerEvent], to request: Conversation? = nil) -> String {
        var writer = ResponsesStreamWriter(wantsUsage: true, answering: request)
        var bytes: [UInt8] = []
        for event in events { writer.write(event, into: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The data of each event of a written stream, after a check that it is framed as the dialect streams.
    static func data(_ stream: String) throws -> [JSONValue] {
        try stream.split(separator: "\n\n").map { block in
            let lines = block.split(separator: "\n")
            try #require(lines.count == 2 && lines[0].hasPrefix("event: ") && lines[1].hasPrefix("data: "))
            let data = try value(String(lines[1].dropFirst(6)))
            #expect(data["type"]?.text == String(lines[0].dropFirst(7)))
            return data
        }
    }

    /// The types of a written stream's events, without what they all begin with.
    static func types(_ stream: String) throws -> [String] {
        try data(stream).compactMap { $0["type"]?.text.map { $0.replacing("response.", with: "", maxReplacements: 1) } }
    }

    // MARK: Comparison

    /// The same JSON, whatever the order of members and the spelling of strings.
    static func canonical(_ value: JSONValue) -> String {
        switch value.kind {
        case .object:
            let members = value.members.map { "\($0.name.text.debugDescription):\(canonical($0.value))" }
            return "{\(members.sorted().joined(separator: ","))}"
        case .array: return "[\(value.elements.map(canonical).joined(separator: ","))]"
        case .string: return (value.text ?? "").debugDescription
        default: return value.fragment.text
        }
    }

    static func canonical(_ text: String) throws -> String { canonical(try value(text)) }
}
