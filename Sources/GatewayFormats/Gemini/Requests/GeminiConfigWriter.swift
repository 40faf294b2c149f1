// SPDX-License-Identifier: Apache-2.0

/// Writes `generationConfig`.
struct GeminiConfigWriter {
    /// Most stop sequences that Gemini takes.
    private static let mostStops = 5

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

    private mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String = "") {
        report.note(fate, field, of: origin, reason)
    }

    mutating func write(_ json: inout JSONWriter) {
        let config = JSONWriter.object { json in
            for (name, field, value) in settings { send(value, as: name, field, &json) }
            writeStop(&json)
            writeOutput(&json)
            writeThinking(&json)
            guard origin == .gemini else { return }
            json.write(conversation.extras.inside("generationConfig"), except: ["thinkingConfig"])
        }
        if config.count > 2 { json.member("generationConfig", JSONFragment(config[...])) }
        if conversation.sampling.logitBias != nil { note(.dropped, .logitBias, "Gemini has no such setting") }
    }

    /// The fields that are a name and a value.
    private var settings: [(name: StaticString, NeutralField, JSONFragment?)] {
        let sampling = conversation.sampling
        return [
            ("maxOutputTokens", .maxOutputTokens, conversation.maxOutputTokens.map { JSONFragment($0) }),
            ("temperature", .temperature, sampling.temperature), ("topP", .topP, sampling.topP),
            ("topK", .topK, sampling.topK), ("seed", .seed, sampling.seed),
            ("presencePenalty", .presencePenalty, sampling.presencePenalty),
            ("frequencyPenalty", .frequencyPenalty, sampling.frequencyPenalty),
            ("candidateCount", .choices, sampling.choices.map { JSONFragment($0) }),
            ("responseLogprobs", .logprobs, sampling.logprobs.map { JSONFragment($0) }),
            ("logprobs", .topLogprobs, sampling.topLogprobs.map { JSONFragment($0) }),
        ]
    }

    private mutating func send(
        _ value: JSONFragment?, as name: StaticString, _ field: NeutralField, _ json: inout JSONWriter
    ) {
        guard let value, takes(name, field) else { return }
        note(.kept, field)
        json.member(name, value)
    }

    private mutating func takes(_ name: StaticString, _ field: NeutralField) -> Bool {
        guard rules.refusedFields.contains("\(name)") else { return true }
        note(.dropped, field, "the model refuses `\(name)`")
        return false
    }

    private mutating func writeStop(_ json: inout JSONWriter) {
        let stops = conversation.sampling.stop
        guard !stops.isEmpty, takes("stopSequences", .stop) else { return }
        let sent = origin == .gemini ? stops[...] : stops.prefix(Self.mostStops)
        note(.kept, .stop)
        if sent.count < stops.count {
            note(.dropped, .stop, "Gemini takes at most \(Self.mostStops): the first are sent")
        }
        json.array("stopSequences") { json in sent.forEach { json.value($0) } }
    }

    // MARK: The answer's form

    private mutating func writeOutput(_ json: inout JSONWriter) {
        switch conversation.output {
        case nil: break
        case .text: json.member("responseMimeType", literal: "text/plain")
        case .jsonObject:
            note(.kept, .jsonObject)
            json.member("responseMimeType", literal: "application/json")
        case .schema(let output):
            json.member("responseMimeType", literal: "application/json")
            writeSchema(output, &json)
        }
    }

    private mutating func writeSchema(_ output: OutputSchema, _ json: inout JSONWriter) {
        guard rules.takesOutputSchema else {
            return note(.dropped, .outputSchema, "the model takes no schema: it is asked for JSON")
        }
        note(.kept, .outputSchema)
        let field = NeutralField.outputSchema.name(in: origin)
        if output.description != nil { report.dropped("\(field).description", "Gemini does not describe schemas") }
        var writer = GeminiSchemaWriter(rules, field, isOwn: origin == .gemini, report, scanner)
        switch writer.written(output.schema, jsonSchemaField: "responseJsonSchema") {
        case .jsonSchema(let schema): json.member("responseJsonSchema", schema)
        case .native(let schema, _): json.member("responseSchema", schema)
        }
        report = writer.report
    }

    // MARK: Thinking

    private mutating func writeThinking(_ json: inout JSONWriter) {
        let own =
            origin == .gemini
            ? conversation.extras.inside("generationConfig").inside("thinkingConfig") : Extras(.gemini)
        let config = JSONWriter.object { json in
            writeSetting(&json)
            json.write(own)
        }
        if config.count > 2 { json.member("thinkingConfig", JSONFragment(config[...])) }
    }

    private mutating func writeSetting(_ json: inout JSONWriter) {
        guard let setting = conversation.reasoning else { return }
        guard rules.reasoning != .none, takes("thinkingConfig", .reasoning) else {
            if rules.reasoning == .none { note(.dropped, .reasoning, "the model does not think") }
            return
        }
        let written = GeminiThinking.write(setting, rules, isGeminis: origin == .gemini)
        note(written.deviation == nil ? .kept : .emulated, .reasoning, written.deviation ?? "")
        switch written.amount {
        case nil: break
        case .level(let effort): json.member("thinkingLevel", JSONString(effort.rawValue.uppercased()))
        case .budget(let tokens): json.member("thinkingBudget", tokens)
        }
        json.member("includeThoughts", written.shows)
    }
}
