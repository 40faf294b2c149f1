// SPDX-License-Identifier: Apache-2.0

/// Writes chat requests: the settings. `ChatMessageWriter` writes the messages.
struct ChatRequestWriter {
    private typealias Effort = ReasoningSetting.Effort

    let conversation: Conversation
    let rules: TargetRules
    let scanner: JSONScanner
    private(set) var report: LossReport
    /// Of `objects`, those that were written.
    private var writtenObjects: Set<String> = []

    init(_ conversation: Conversation, _ rules: TargetRules, _ report: LossReport, _ scanner: JSONScanner) {
        self.conversation = conversation
        self.rules = rules
        self.report = report
        self.scanner = scanner
    }

    mutating func write() -> [UInt8] {
        var json = JSONWriter(capacity: 4096)
        json.object { json in
            json.member("model", conversation.model)
            writeMessages(&json)
            writeTools(&json)
            for (field, name, value) in settings { send(value, as: name, field, &json) }
            writeReasoning(&json)
            writeOutput(&json)
            writeCacheMark(&json)
            writeStreaming(&json)
            writeExtras(&json)
        }
        return json.bytes
    }

    private mutating func writeMessages(_ json: inout JSONWriter) {
        var writer = ChatMessageWriter(conversation, rules, report, scanner)
        writer.write(&json)
        report = writer.report
    }

    // MARK: Settings

    /// The fields that are a name and a value.
    private var settings: [(NeutralField, StaticString, JSONFragment?)] {
        let sampling = conversation.sampling
        let stop = sampling.stop.isEmpty ? nil : Self.list(of: sampling.stop)
        let limit: StaticString =
            rules.outputLimitField == .maxTokens ? "max_tokens" : "max_completion_tokens"
        return [
            (.maxOutputTokens, limit, conversation.maxOutputTokens.map { JSONFragment($0) }),
            (.temperature, "temperature", sampling.temperature),
            (.topP, "top_p", sampling.topP),
            (.topK, "top_k", sampling.topK),
            (.seed, "seed", sampling.seed),
            (.presencePenalty, "presence_penalty", sampling.presencePenalty),
            (.frequencyPenalty, "frequency_penalty", sampling.frequencyPenalty),
            (.stop, "stop", stop),
            (.choices, "n", sampling.choices.map { JSONFragment($0) }),
            (.logprobs, "logprobs", sampling.logprobs.map { JSONFragment($0) }),
            (.topLogprobs, "top_logprobs", sampling.topLogprobs.map { JSONFragment($0) }),
            (.logitBias, "logit_bias", sampling.logitBias),
            (.endUser, "user", conversation.endUser.map { JSONFragment(quoting: $0) }),
            (.metadata, "metadata", conversation.metadata),
            (.serviceTier, "service_tier", conversation.serviceTier.map { JSONFragment(quoting: $0) }),
        ]
    }

    private static func list(of strings: [JSONString]) -> JSONFragment {
        var json = JSONWriter(capacity: 64)
        json.array { json in
            for string in strings { json.value(string) }
        }
        return JSONFragment(json.bytes[...])
    }

    /// Writes a field, unless there is no value or the target refuses it.
    private mutating func send(
        _ value: JSONFragment?, as name: StaticString, _ field: NeutralField, _ json: inout JSONWriter
    ) {
        guard let value else { return }
        guard !refuses(name) else {
            return report.note(.dropped, field, of: conversation.extras.origin, "the provider refuses `\(name)`")
        }
        report.note(.kept, field, of: conversation.extras.origin)
        writeKey(name, &json)
        json.value(value)
    }

    private func refuses(_ name: StaticString) -> Bool {
        !rules.refusedFields.isEmpty && rules.refusedFields.contains("\(name)")
    }

    private func writeKey(_ name: StaticString, _ json: inout JSONWriter) {
        guard !rules.renamedFields.isEmpty, let other = rules.renamedFields["\(name)"] else { return json.key(name) }
        json.key(JSONString(other))
    }

    private mutating func note(_ fate: LossReport.Fate, _ field: NeutralField, _ reason: String = "") {
        report.note(fate, field, of: conversation.extras.origin, reason)
    }

    // MARK: Tools

    private mutating func writeTools(_ json: inout JSONWriter) {
        var writer = ChatToolWriter(conversation, rules, report, scanner)
        let hasTools = writer.writeTools(&json)
        report = writer.report
        guard hasTools else {
            let reason = "there are no tools to choose from"
            if conversation.toolChoice != nil { note(.dropped, .toolChoice, reason) }
            if conversation.allowsParallelCalls != nil { note(.dropped, .parallelCalls, reason) }
            return
        }
        send(conversation.toolChoice.map(writer.choice), as: "tool_choice", .toolChoice, &json)
        send(
            conversation.allowsParallelCalls.map { JSONFragment($0) }, as: "parallel_tool_calls", .parallelCalls, &json)
    }

    // MARK: Reasoning

    private mutating func writeReasoning(_ json: inout JSONWriter) {
        guard let reasoning = conversation.reasoning else { return }
        if reasoning.shown != nil {
            note(.dropped, .reasoningShown, "chat completions do not say how to show reasoning")
        }
        switch rules.reasoning {
        case .none: note(.dropped, .reasoning, "the model takes no reasoning settings")
        case .effort: writeEffort(reasoning, &json)
        case .budget, .adaptive: writeThinking(reasoning, &json)
        }
    }

    private mutating func writeEffort(_ reasoning: ReasoningSetting, _ json: inout JSONWriter) {
        guard let wanted = reasoning.effort ?? reasoning.budget.map(Effort.init(budget:)) else {
            return note(.emulated, .reasoning, "without an effort the model decides how much to think")
        }
        let effort = rules.effort(for: wanted, of: Set(Effort.allCases))
        guard !refuses("reasoning_effort") else {
            return note(.dropped, .reasoning, "the provider refuses `reasoning_effort`")
        }
        let isWhole = reasoning == ReasoningSetting(effort: effort, shown: reasoning.shown)
        note(isWhole ? .kept : .emulated, .reasoning, isWhole ? "" : "the model takes an effort alone")
        writeKey("reasoning_effort", &json)
        json.value(JSONString(effort.rawValue))
    }

    /// The `thinking` object of servers that have one.
    private mutating func writeThinking(_ reasoning: ReasoningSetting, _ json: inout JSONWriter) {
        let isOff = reasoning.effort == Effort.none
        let budget = rules.reasoning == .budget && !isOff ? reasoning.budget : nil
        let effort = isOff ? nil : reasoning.effort
        json.object("thinking") { json in
            json.member("type", literal: isOff ? "disabled" : "enabled")
            json.member("budget_tokens", budget)
            json.write(extras(inside: "thinking"))
        }
        json.member("reasoning_effort", effort.map { JSONString($0.rawValue) })
        let isWhole = isOff || (budget == reasoning.budget && reasoning.isAdaptive == (budget == nil))
        note(isWhole ? .kept : .emulated, .reasoning, isWhole ? "" : "the target is told to think, and how hard")
    }

    // MARK: Form of the answer

    private mutating func writeOutput(_ json: inout JSONWriter) {
        switch conversation.output {
        case nil: break
        case .text: writeFormat("text", &json)
        case .jsonObject:
            guard !refuses("response_format") else {
                return note(.dropped, .jsonObject, "the provider refuses `response_format`")
            }
            note(.kept, .jsonObject)
            writeFormat("json_object", &json)
        case .schema(let schema): writeSchema(schema, &json)
        }
    }

    private mutating func writeSchema(_ schema: OutputSchema, _ json: inout JSONWriter) {
        guard !refuses("response_format") else {
            return note(.dropped, .outputSchema, "the provider refuses `response_format`")
        }
        guard rules.takesOutputSchema else {
            // `ChatMessageWriter` adds the instruction.
            note(.emulated, .outputSchema, "the model takes no schema; it is told the schema, and asked for JSON")
            return writeFormat("json_object", &json)
        }
        if schema.name == nil {
            note(.moved, .outputSchema, "chat completions want a name with the schema")
        } else {
            note(.kept, .outputSchema)
        }
        let extras = extras(inside: "response_format")
        json.object("response_format") { json in
            json.member("type", literal: "json_schema")
            json.object("json_schema") { json in
                json.member("name", schema.name ?? "answer")
                json.member("description", schema.description)
                json.member("schema", schema.schema)
                json.member("strict", schema.strict)
                json.write(extras.inside("json_schema"))
            }
            json.write(extras, except: ["json_schema"])
        }
    }

    private mutating func writeFormat(_ type: StaticString, _ json: inout JSONWriter) {
        json.object("response_format") { json in
            json.member("type", literal: type)
            json.write(extras(inside: "response_format"), except: ["json_schema"])
        }
    }

    // MARK: The rest

    private mutating func writeCacheMark(_ json: inout JSONWriter) {
        guard let mark = conversation.cacheMark else { return }
        guard rules.cacheMarks == .control else {
            return note(.dropped, .cacheMark, "the provider takes no cache mark for a whole request")
        }
        note(.kept, .cacheMark)
        writtenObjects.insert("cache_control")
        ChatCacheMark.write(mark, .control, conversation.extras, &json)
    }

    private mutating func writeStreaming(_ json: inout JSONWriter) {
        guard conversation.streams else { return }
        json.member("stream", true)
        guard !refuses("stream_options") else { return }
        json.object("stream_options") { json in
            json.member("include_usage", true)
            json.write(extras(inside: "stream_options"))
        }
    }

    /// What stood in the object `name` of a chat request besides what is known; nothing of other dialects.
    private mutating func extras(inside name: StaticString) -> Extras {
        guard conversation.extras.origin == .openAIChat, !conversation.extras.isEmpty else {
            return Extras(.openAIChat)
        }
        writtenObjects.insert("\(name)")
        return conversation.extras.inside(name)
    }

    private mutating func writeExtras(_ json: inout JSONWriter) {
        var extras = conversation.extras
        guard extras.origin == .openAIChat else {
            return report.dropped(extras, at: .conversation, "chat completions have no such field")
        }
        guard !extras.isEmpty else { return }
        for name in Self.objects where !writtenObjects.contains("\(name)") {
            report.dropped(extras.inside(name), at: "\(name)", "the object it belongs to is not sent")
        }
        extras.members.removeAll { member in
            let name = member.name.text
            guard rules.refusedFields.contains(name) else { return false }
            report.dropped(name, "the provider refuses it")
            return true
        }
        json.write(extras, except: Self.objects)
    }

    /// The objects whose extras are kept under their name, and written within them.
    private static let objects: [StaticString] = [
        "stream_options", "thinking", "reasoning", "response_format", "cache_control", "prompt_cache_breakpoint",
    ]
}
