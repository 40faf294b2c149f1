// SPDX-License-Identifier: Apache-2.0

/// Writes requests. Settings, items, content and tools are extensions in files of their own.
struct ResponsesRequestWriter {
    let conversation: Conversation
    let rules: TargetRules
    let scanner: JSONScanner
    private(set) var report: LossReport
    /// The calls of custom tools that were written, as the target knows them: their results are of another kind.
    var customCalls: Set<JSONString> = []
    private var links: ChatCallLinks
    private var madeItems = 0

    init(_ conversation: Conversation, _ rules: TargetRules, _ report: LossReport, _ scanner: JSONScanner) {
        self.conversation = conversation
        self.rules = rules
        self.report = report
        self.scanner = scanner
        links = ChatCallLinks(rules.callIDs)
    }

    /// Whether the conversation came in this dialect.
    var isOwn: Bool { conversation.extras.origin == .openAIResponses }

    mutating func write() throws(FormatFault) -> [UInt8] {
        if let choices = conversation.sampling.choices, choices > 1 {
            throw FormatFault(
                NeutralField.choices.name(in: conversation.extras.origin),
                "must be 1: this model gives one answer a request; send several requests")
        }
        var json = JSONWriter(capacity: conversation.size)
        json.object {
            $0.member("model", conversation.model)
            writeInput(&$0)
            writeTools(&$0)
            writeSettings(&$0)
            writeExtras(&$0)
        }
        return json.bytes
    }

    // MARK: Reporting

    mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String = "") {
        report.note(fate, field, of: conversation.extras.origin, reason)
    }

    mutating func note(_ fate: LossReport.Fate, _ field: String, _ reason: String) {
        report.note(fate, field, reason)
    }

    /// `extras`, if they are this dialect's own; else they are lost, which is noted.
    mutating func own(_ extras: Extras, at place: ExtrasPlace) -> Extras {
        if extras.origin == .openAIResponses { return extras }
        report.dropped(extras, at: place, "only \(extras.origin.rawValue) has it")
        return Extras(.openAIResponses)
    }

    mutating func drop(opaque fragment: JSONFragment, of origin: Format, at place: ExtrasPlace) {
        report.dropped(opaque: fragment, of: origin, at: place, scanner, "only \(origin.rawValue) has it")
    }

    // MARK: Identifiers

    /// One for an item that must have one.
    mutating func nextItemID() -> JSONString {
        madeItems += 1
        return ResponsesItemID.make(.reasoning, madeItems, of: "history")
    }

    /// What the target is to call `call`.
    mutating func id(of call: ToolCall) -> JSONString {
        let id = links.id(of: call)
        if let own = call.id, own != id { note(.moved, .callID, "it has the form that the provider takes") }
        return id
    }

    /// What the target calls the call that `result` belongs to.
    mutating func id(for result: ToolResult) -> JSONString { links.id(for: result) }
}
