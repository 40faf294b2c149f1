// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

/// What the tests of the Gemini format share: parsing, comparing JSON by its meaning, and conversations of other origin.
enum Gemini {
    static func json(_ text: String) throws -> JSONValue { try JSONScanner().parse(Array(text.utf8)).root }

    static func read(_ text: String) throws -> Conversation { try GeminiFormat.read(try json(text)) }

    static func readAnswer(_ text: String) throws -> Answer { try GeminiFormat.readAnswer(try json(text)) }

    /// JSON without white space and with the members of objects in the order of their names.
    static func canonical(_ bytes: [UInt8]) throws -> String { canonical(try JSONScanner().parse(bytes).root) }

    static func canonical(_ text: String) throws -> String { try canonical(Array(text.utf8)) }

    private static func canonical(_ value: JSONValue) -> String {
        switch value.kind {
        case .object:
            let members = value.members.map { "\"\($0.name.text)\":\(canonical($0.value))" }.sorted()
            return "{\(members.joined(separator: ","))}"
        case .array: return "[\(value.elements.map(canonical).joined(separator: ","))]"
        case .string: return "\"\(value.string?.text ?? "")\""
        default: return value.fragment.text
        }
    }

    struct Written {
        var json: String
        var report: LossReport

        /// The fate of a field: nil when the report does not speak of it.
        func fate(_ field: String) -> LossReport.Fate? { report.entries.first { $0.field == field }?.fate }

        /// The fate of a field of a conversation that came in chat completions.
        func fate(_ field: NeutralField) -> LossReport.Fate? { fate(field.name(in: .openAIChat)) }
    }

    /// Writes a conversation for Gemini.
    static func write(_ conversation: Conversation, _ rules: TargetRules = TargetRules()) throws -> Written {
        var report = LossReport()
        let bytes = try GeminiFormat.write(conversation, rules, &report, JSONScanner())
        return Written(json: try canonical(bytes), report: report)
    }

    /// Writes an answer for a client of Gemini's.
    static func write(_ answer: Answer) throws -> Written {
        var report = LossReport()
        let bytes = GeminiFormat.writeAnswer(answer, &report, JSONScanner())
        return Written(json: try canonical(bytes), report: report)
    }

    /// Reads a request and writes it again.
    static func rewritten(_ text: String, _ rules: TargetRules = TargetRules()) throws -> Written {
        try write(try read(text), rules)
    }

    // MARK: Conversations that came in chat completions

    static let chat = Extras(.openAIChat)

    static func part(_ content: Part.Content) -> Part { Part(content, extras: chat) }

    static func text(_ text: JSONString) -> Part { part(.text(text)) }

    static func call(_ id: JSONString, _ name: JSONString, _ arguments: JSONString, seal: Seal? = nil) -> Part {
        part(.call(ToolCall(id: id, name: name, arguments: .encoded(arguments), seal: seal)))
    }

    static func result(_ id: JSONString, _ content: [Part], isError: Bool = false) -> Part {
        part(.result(ToolResult(callID: id, content: content, isError: isError)))
    }

    static func conversation(_ turns: [(Turn.Role, [Part])]) -> Conversation {
        Conversation(
            model: "gemini-3-pro", turns: turns.map { Turn($0.0, $0.1, extras: chat) }, extras: chat)
    }

    static func fragment(_ text: String) throws -> JSONFragment { try json(text).fragment }
}
