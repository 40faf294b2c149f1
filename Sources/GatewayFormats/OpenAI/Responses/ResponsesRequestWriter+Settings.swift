// SPDX-License-Identifier: Apache-2.0

/// What is set for the whole request.
extension ResponsesRequestWriter {
    private static let efforts: Set<ReasoningSetting.Effort> = Set(ReasoningSetting.Effort.allCases)
    private static let serviceTiers: [JSONString] = ["auto", "default", "flex", "priority"]
    private static let summaries: [JSONString] = ["auto", "concise", "detailed"]
    /// How other dialects ask not to be shown any.
    private static let noSummaries: [JSONString] = ["none", "omitted", "false"]

    mutating func writeSettings(_ json: inout JSONWriter) {
        let conversation = conversation
        let sampling = conversation.sampling
        write(
            setting: "max_output_tokens", .maxOutputTokens, conversation.maxOutputTokens.map { JSONFragment($0) }, &json
        )
        write(setting: "temperature", .temperature, sampling.temperature, &json)
        write(setting: "top_p", .topP, sampling.topP, &json)
        write(setting: "top_logprobs", .topLogprobs, sampling.topLogprobs.map { JSONFragment($0) }, &json)
        write(setting: "metadata", .metadata, conversation.metadata, &json)
        write(setting: "safety_identifier", .endUser, conversation.endUser.map(JSONFragment.init(quoting:)), &json)
        writeServiceTier(&json)
        writeReasoning(&json)
        writeText(&json)
        writeInclude(&json)
        if conversation.streams { json.member("stream", true) }
        noteWhatIsMissing(sampling)
    }

    /// Writes a setting under its name at the provider, unless the provider refuses it.
    mutating func write(
        setting name: StaticString, _ field: NeutralField, _ value: JSONFragment?, _ json: inout JSONWriter
    ) {
        guard let value, takes(name, field) else { return }
        note(.kept, field)
        guard !rules.renamedFields.isEmpty, let other = rules.renamedFields["\(name)"] else {
            return json.member(name, value)
        }
        json.key(JSONString(other))
        json.value(value)
    }

    /// Whether the provider takes the setting; if not, that is noted.
    private mutating func takes(_ name: StaticString, _ field: NeutralField) -> Bool {
        guard !rules.refusedFields.isEmpty, rules.refusedFields.contains("\(name)") else { return true }
        note(.dropped, field, "the provider refuses it")
        return false
    }

    private mutating func noteWhatIsMissing(_ sampling: Sampling) {
        let missing: [(Bool, NeutralField)] = [
            (sampling.topK != nil, .topK), (sampling.seed != nil, .seed), (!sampling.stop.isEmpty, .stop),
            (sampling.presencePenalty != nil, .presencePenalty), (sampling.logitBias != nil, .logitBias),
            (sampling.frequencyPenalty != nil, .frequencyPenalty),
        ]
        for (isSet, field) in missing where isSet { note(.dropped, field, "the Responses API has no such setting") }
        if conversation.cacheMark != nil { noteLostCacheMark() }
    }

    private mutating func writeServiceTier(_ json: inout JSONWriter) {
        guard var tier = conversation.serviceTier else { return }
        if !isOwn, conversation.extras.origin != .openAIChat {
            if tier.reads("standard_only") || tier.reads("standard") { tier = "default" }
            guard Self.serviceTiers.contains(tier) else {
                return note(.dropped, .serviceTier, "OpenAI has no such tier")
            }
        }
        write(setting: "service_tier", .serviceTier, JSONFragment(quoting: tier), &json)
    }

    // MARK: Reasoning

    private mutating func writeReasoning(_ json: inout JSONWriter) {
        let extras = own("reasoning")
        guard conversation.reasoning != nil || !extras.isEmpty else { return }
        guard isOwn || rules.reasoning != .none, takes("reasoning", .reasoning) else {
            if rules.reasoning == .none { note(.dropped, .reasoning, "the model does not think") }
            return
        }
        let effort = conversation.reasoning.flatMap { self.effort(of: $0) }
        let summary = conversation.reasoning?.shown.flatMap { self.summary($0) }
        guard effort != nil || summary != nil || !extras.isEmpty else { return }
        json.object("reasoning") {
            $0.member("effort", effort.map { JSONString($0.rawValue) })
            $0.member("summary", summary)
            $0.write(extras)
        }
    }

    private mutating func effort(of setting: ReasoningSetting) -> ReasoningSetting.Effort? {
        if let wanted = setting.effort {
            let effort = rules.effort(for: wanted, of: Self.efforts)
            if effort != wanted {
                note(.emulated, .reasoning, "the model's next effort to \(wanted.rawValue) is \(effort.rawValue)")
            } else if setting.isAdaptive || setting.budget != nil {
                note(.emulated, .reasoning, "the effort alone says how much")
            } else {
                note(.kept, .reasoning)
            }
            return effort
        }
        guard let budget = setting.budget else {
            if setting.isAdaptive { note(.emulated, .reasoning, "the model thinks as much as it does by default") }
            return nil
        }
        let wanted = ReasoningSetting.Effort(budget: budget)
        let effort = rules.effort(for: wanted, of: Self.efforts)
        note(.emulated, .reasoning, "a budget of \(budget) tokens is about the effort \(effort.rawValue)")
        return effort
    }

    /// In which form to show the thoughts; nil not to.
    private mutating func summary(_ shown: JSONString) -> JSONString? {
        if isOwn || Self.summaries.contains(shown) {
            note(.kept, .reasoningShown)
            return shown
        }
        if Self.noSummaries.contains(shown) { return nil }
        note(.moved, .reasoningShown, "OpenAI shows summaries")
        return "auto"
    }

    // MARK: The answer's form

    private mutating func writeText(_ json: inout JSONWriter) {
        var extras = own("text")
        // What chat completions call by the same name, one level up.
        if conversation.extras.origin == .openAIChat {
            extras.members += conversation.extras.members.filter { $0.name.reads("verbosity") }
        }
        guard conversation.output != nil || !extras.isEmpty else { return }
        let output = conversation.output
        json.object("text") { json in
            if let output { ResponsesOutputForm.write(takes(output), &json) }
            json.write(extras)
        }
    }

    /// The form that the model takes in place of `output`.
    private mutating func takes(_ output: OutputForm) -> OutputForm {
        switch output {
        case .text: return .text
        case .jsonObject: note(.kept, .jsonObject)
        case .schema(let schema) where schemaInstruction() == nil:
            let isNamed = schema.name != nil
            note(isNamed ? .kept : .moved, .outputSchema, isNamed ? "" : "it has the name that the API wants")
        case .schema:
            note(.emulated, .outputSchema, "the model is told the schema, and that it must answer with a JSON object")
            return .jsonObject
        }
        return output
    }

    /// What tells a model of the schema that cannot hold its answer to it.
    func schemaInstruction() -> Part? {
        guard !isOwn, !rules.takesOutputSchema, case .schema(let schema)? = conversation.output else { return nil }
        return ResponsesFields.part(
            .text(
                JSONString(joining: [
                    "Answer with a JSON object that fulfils this JSON Schema, and nothing else:\n",
                    JSONString(holding: schema.schema),
                ])))
    }
}
