// SPDX-License-Identifier: Apache-2.0

/// Writes `GenerateContentRequest`.
struct GeminiRequestWriter {
    private let conversation: Conversation
    private let rules: TargetRules
    private let scanner: JSONScanner
    private(set) var report: LossReport

    init(_ conversation: Conversation, _ rules: TargetRules, _ report: LossReport, _ scanner: JSONScanner) {
        self.conversation = conversation
        self.rules = rules
        self.report = report
        self.scanner = scanner
    }

    private var origin: Format { conversation.extras.origin }
    private var isOwn: Bool { origin == .gemini }

    private mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String = "") {
        report.note(fate, field, of: origin, reason)
    }

    /// The body. Faults when a result belongs to no call.
    ///
    /// - model: the resource to name in the body, which is needed only inside another request.
    mutating func written(naming model: JSONString? = nil) throws(FormatFault) -> [UInt8] {
        let contents = try planned()
        var json = JSONWriter(capacity: 4096)
        json.object { json in
            json.member("model", model)
            writeInstructions(asContents: contents.isEmpty && !isOwn, &json)
            if !contents.isEmpty { json.array("contents") { json in contents.forEach { write($0, &json) } } }
            writeTools(&json)
            writeConfig(&json)
            writeLabels(&json)
            writeServiceTier(&json)
            noteRest()
            json.writeOwn(conversation.extras, except: ["generationConfig", "toolConfig"])
        }
        return json.bytes
    }

    // MARK: Contents

    private mutating func planned() throws(FormatFault) -> [GeminiContentPlanner.Content] {
        var planner = GeminiContentPlanner(origin, rules, report, scanner)
        try planner.add(conversation.turns)
        report = planner.report
        return planner.contents
    }

    private func write(_ content: GeminiContentPlanner.Content, _ json: inout JSONWriter) {
        json.object { json in
            json.member("role", literal: content.isModel ? "model" : "user")
            json.array("parts") { json in content.parts.forEach { $0.write(&json) } }
            json.writeOwn(content.extras)
        }
    }

    /// - asContents: whether there is nothing else to answer, and Gemini insists on something.
    private mutating func writeInstructions(asContents: Bool, _ json: inout JSONWriter) {
        let parts = conversation.instructions.flatMap { $0.parts.compactMap { instruction($0) } }
        for instruction in conversation.instructions where instruction.extras.origin != .gemini {
            report.dropped(instruction.extras, at: .instruction, "Gemini has no such field")
        }
        guard !parts.isEmpty else { return }
        note(
            asContents ? .emulated : .kept, .instructions, asContents ? "as the user's words: there are no others" : "")
        if asContents {
            return json.array("contents") { json in
                json.object { json in
                    json.member("role", literal: "user")
                    json.array("parts") { json in parts.forEach { $0.write(&json) } }
                }
            }
        }
        json.object("systemInstruction") { json in
            json.array("parts") { json in parts.forEach { $0.write(&json) } }
            for instruction in conversation.instructions { json.writeOwn(instruction.extras) }
        }
    }

    /// A part of the instructions, which are text for all but Gemini's own clients.
    private mutating func instruction(_ part: Part) -> GeminiPart? {
        if part.cacheMark != nil { note(.emulated, .cacheMark, "Gemini caches repeated beginnings by itself") }
        if part.extras.origin != .gemini { report.dropped(part.extras, at: .part, "Gemini has no such field") }
        if isOwn { return GeminiPart(standing: part) }
        switch part.content {
        case .text(let text) where text.isEmpty: return nil
        case .text: return GeminiPart(standing: part)
        case .opaque(let origin, let fragment):
            report.dropped(opaque: fragment, of: origin, at: .part, scanner, "Gemini's instructions are text")
        default: note(.dropped, .instructions, "Gemini's instructions are text")
        }
        return nil
    }

    // MARK: Settings

    private mutating func writeTools(_ json: inout JSONWriter) {
        var tools = GeminiTools(conversation, rules, report, scanner)
        tools.write(&json)
        report = tools.report
    }

    private mutating func writeConfig(_ json: inout JSONWriter) {
        var config = GeminiConfigWriter(conversation, rules, report, scanner)
        config.write(&json)
        report = config.report
    }

    /// Vertex AI has labels; the Gemini API refuses them.
    private mutating func writeLabels(_ json: inout JSONWriter) {
        guard let metadata = conversation.metadata else { return }
        guard !rules.refusedFields.contains("labels") else {
            return note(.dropped, .metadata, "the target takes no labels")
        }
        if isOwn { return json.member("labels", metadata) }
        guard let root = try? scanner.parse(Array(metadata.bytes)).root else { return }
        let labels = root.members.filter {
            Self.isLabel($0.name, startsWithLetter: true) && Self.isLabel($0.value.string)
        }
        if labels.count < root.members.reduce(0, { count, _ in count + 1 }) {
            note(.dropped, .metadata, "labels are of at most 63 lower-case letters, digits, `_` and `-`")
        }
        guard !labels.isEmpty else { return }
        note(.kept, .metadata)
        json.object("labels") { json in
            for label in labels { json.key(label.name); json.value(label.value.fragment) }
        }
    }

    private static func isLabel(_ text: JSONString?, startsWithLetter: Bool = false) -> Bool {
        guard let text = text?.escaped, text.count <= 63 else { return false }
        if startsWithLetter, !(text.first.map { (0x61...0x7a).contains($0) } ?? false) { return false }
        return text.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: "-")
        }
    }

    private mutating func writeServiceTier(_ json: inout JSONWriter) {
        guard let tier = conversation.serviceTier else { return }
        guard !rules.refusedFields.contains("serviceTier") else {
            return note(.dropped, .serviceTier, "the target has no service tiers")
        }
        if isOwn { return json.member("serviceTier", tier) }
        switch tier.text {
        case "flex", "priority": json.member("serviceTier", tier)
        case "default", "standard", "standard_only": json.member("serviceTier", literal: "standard")
        case "auto": return note(.kept, .serviceTier)
        default: return note(.dropped, .serviceTier, "Gemini has no such service tier")
        }
        note(.kept, .serviceTier)
    }

    private mutating func noteRest() {
        if conversation.endUser != nil { note(.dropped, .endUser, "Gemini is not told of end users") }
        if conversation.cacheMark != nil { note(.emulated, .cacheMark, "Gemini caches repeated beginnings by itself") }
        if !isOwn { report.dropped(conversation.extras, at: .conversation, "Gemini has no such field") }
    }
}
