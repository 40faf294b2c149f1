// SPDX-License-Identifier: Apache-2.0

extension MessagesRequestWriter {
    /// What to say of thinking. A client of this dialect has said it already, for a model that takes it so.
    mutating func planThinking() -> MessagesThinking {
        guard let setting = conversation.reasoning else { return MessagesThinking() }
        let said = MessagesThinking(said: setting)
        if rules.reasoning == .none || !takes("thinking") {
            if said.isOn || said.effort != nil { note(.dropped, .reasoning, "the model does not take it") }
            return MessagesThinking()
        }
        let thinking = isNative ? said.converted(to: rules.reasoning) : MessagesThinking(setting, rules)
        if isNative, thinking == said, !form.isTool {
            note(.kept, .reasoning)
            return said
        }
        return fitted(thinking, setting)
    }

    /// A budget lies below the limit of the answer, and goes together neither with a tool that must be called nor with
    /// calls that were made without thinking.
    private mutating func fitted(_ thinking: MessagesThinking, _ setting: ReasoningSetting) -> MessagesThinking {
        guard case .budget(let budget) = thinking.kind else {
            note(setting, became: thinking)
            return thinking
        }
        if let obstacle = obstacleToBudget {
            note(.dropped, .reasoning, obstacle)
            return MessagesThinking()
        }
        var fitted = thinking
        let most = conversation.maxOutputTokens.map { $0 - 1 } ?? .max
        let fitting = min(max(budget, MessagesThinking.leastBudget), most)
        fitted.kind = .budget(fitting)
        note(setting.budget == fitting ? .moved : .emulated, .reasoning, "as a budget of \(fitting) tokens")
        return fitted
    }

    private mutating func note(_ setting: ReasoningSetting, became thinking: MessagesThinking) {
        if !thinking.isOn, thinking.effort == nil { return note(.kept, .reasoning) }
        let isSame = thinking.effort == setting.effort && setting.budget == nil
        let reason = thinking.effort.map { "thinking with \($0.rawValue) effort" } ?? "thinking as the model likes"
        note(isSame ? .moved : .emulated, .reasoning, reason)
    }

    private var obstacleToBudget: String? {
        if let limit = conversation.maxOutputTokens, limit <= MessagesThinking.leastBudget {
            return "a budget has at least \(MessagesThinking.leastBudget) tokens, and the answer's limit is \(limit)"
        }
        switch conversation.toolChoice {
        case .required, .named: return "the model must call a tool, which it does not think about"
        case nil, .auto, .some(.none): break
        }
        if form.isTool { return "the answer's form comes from a tool, which the model does not think about" }
        return hasUnthoughtCalls ? "the calls in progress were made without Anthropic's signed thinking" : nil
    }

    /// Whether the turn in progress has calls that no signed thinking comes before.
    private var hasUnthoughtCalls: Bool {
        for turn in conversation.turns.reversed() {
            switch turn.role {
            case .user: return false
            case .tool, .instruction: continue
            case .assistant:
                guard turn.parts.contains(where: \.isCall) else { continue }
                guard case .reasoning(let first)? = turn.parts.first?.content else { return true }
                return first.seal?.issuer != .anthropic
            }
        }
        return false
    }

    mutating func writeThinking(_ json: inout JSONWriter) {
        if thinking.kind == .unsaid {
            guard conversation.reasoning?.shown != nil else { return }
            return note(.dropped, .reasoningShown, "nothing is thought that could be shown")
        }
        json.object("thinking") { json in
            switch thinking.kind {
            case .unsaid: break
            case .disabled: json.member("type", literal: "disabled")
            case .adaptive: json.member("type", literal: "adaptive")
            case .budget(let budget):
                json.member("type", literal: "enabled")
                json.member("budget_tokens", budget)
            }
            json.member("display", display())
            if isNative { json.write(conversation.extras.inside("thinking")) }
        }
    }

    /// Writes how much effort to make and the form of the answer.
    mutating func writeOutputConfig(_ json: inout JSONWriter) {
        let hasExtras = isNative && !conversation.extras.inside("output_config").isEmpty
        var schema: JSONFragment?
        if case .schema(let fragment) = form { schema = fragment }
        guard thinking.effort != nil || schema != nil || hasExtras else { return }
        guard takes("output_config") else {
            report.dropped("output_config", "the target does not take it")
            return
        }
        json.object("output_config") { json in
            json.member("effort", thinking.effort.map { JSONString($0.rawValue) })
            if let schema {
                json.object("format") { json in
                    json.member("type", literal: "json_schema")
                    json.member("schema", schema)
                    if isNative { json.write(conversation.extras.inside("output_format")) }
                }
            }
            if isNative { json.write(conversation.extras.inside("output_config")) }
        }
    }

    /// Whether thoughts are shown. Other dialects have several forms of showing them, and this has one.
    private mutating func display() -> JSONString? {
        guard let shown = conversation.reasoning?.shown, thinking.isOn || isNative else { return nil }
        if isNative { return shown }
        note(.moved, .reasoningShown, "thinking.display")
        return shown.reads("none") || shown.reads("omitted") ? "omitted" : "summarized"
    }
}
