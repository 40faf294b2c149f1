// SPDX-License-Identifier: Apache-2.0

/// Writes a request. Its parts are in files of their own: messages, blocks, tools, thinking, settings.
struct MessagesRequestWriter {
    let conversation: Conversation
    let origin: Format
    /// Whether the conversation came in this dialect: its client knows what it asks for.
    let isNative: Bool
    let rules: TargetRules
    let target: MessagesTarget
    let scanner: JSONScanner
    let plan: MessagesPlan
    var report: LossReport
    var ids: CallIDMap
    var links = MessagesCallLinks()
    /// How many of the conversation's cache marks are still to be left out, the earliest first.
    var surplusMarks: Int
    var form = MessagesOutputForm.free
    var thinking = MessagesThinking()

    init(
        _ conversation: Conversation, _ rules: TargetRules, _ target: MessagesTarget, _ report: LossReport,
        _ scanner: JSONScanner
    ) {
        self.conversation = conversation
        self.rules = rules
        self.target = target
        self.report = report
        self.scanner = scanner
        origin = conversation.extras.origin
        isNative = origin == .anthropicMessages
        plan = MessagesPlan(conversation.turns, takesLate: rules.takesLateInstructions, isNative: isNative)
        ids = CallIDMap(rules.callIDs)
        surplusMarks = isNative ? 0 : max(0, MessagesCacheMarks.count(in: conversation) - MessagesCacheMarks.most)
    }

    mutating func body() -> [UInt8] {
        form = planForm()
        thinking = planThinking()
        return JSONWriter.object(capacity: 4096) { json in
            writeHead(&json)
            writeMessages(&json)
            writeSystem(&json)
            writeTools(&json)
            writeToolChoice(&json)
            writeThinking(&json)
            writeOutputConfig(&json)
            writeSettings(&json)
            writeExtras(&json)
        }
    }

    private mutating func writeHead(_ json: inout JSONWriter) {
        json.member("anthropic_version", target.version)
        if !target.betas.isEmpty {
            json.array("anthropic_beta") { json in for beta in target.betas { json.value(beta) } }
        }
        if target.namesModel { json.member("model", conversation.model) }
        guard target.purpose == .answer else { return }
        json.member("max_tokens", outputLimit)
        if conversation.maxOutputTokens == nil {
            note(.emulated, .maxOutputTokens, "a limit is required: the target's default is \(outputLimit)")
        } else {
            note(.kept, .maxOutputTokens)
        }
        if conversation.streams, target.namesStream { json.member("stream", true) }
    }

    /// The limit to send. A budget for thinking is part of it, so the default has room for both.
    var outputLimit: Int64 {
        if let limit = conversation.maxOutputTokens { return limit }
        guard case .budget(let budget) = thinking.kind else { return rules.defaultOutputLimit }
        let (sum, overflow) = budget.addingReportingOverflow(rules.defaultOutputLimit)
        return overflow ? .max : sum
    }

    private mutating func writeExtras(_ json: inout JSONWriter) {
        guard isNative else {
            report.dropped(conversation.extras, at: .conversation, "the Messages API has no such field")
            return
        }
        var extras = conversation.extras
        extras.members.removeAll { member in
            guard !takes(member.name.text) else { return false }
            report.dropped(member.name.text, "the target does not take it")
            return true
        }
        json.write(extras, except: MessagesFormat.innerObjects)
    }

    // MARK: What the target takes

    /// Whether the target takes the field `name` of this dialect.
    func takes(_ name: String) -> Bool { rules.refusedFields.isEmpty || !rules.refusedFields.contains(name) }

    mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String = "") {
        report.note(fate, field, of: origin, reason)
    }

    /// Whether the target takes `name`; where not, `field` is noted as gone.
    mutating func admits(_ name: String, _ field: NeutralField) -> Bool {
        if takes(name) { return true }
        note(.dropped, field, "the target does not take \(name)")
        return false
    }
}
