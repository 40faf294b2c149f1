// SPDX-License-Identifier: Apache-2.0

/// `thinkingConfig`: how much to think, by a level (Gemini 3) or by a number of tokens (Gemini 2.5), never both.
enum GeminiThinking {
    /// Says that thoughts are to be shown, in the only form there is: OpenAI's word for that.
    private static let shown: JSONString = "auto"
    /// Says that they are not: Anthropic's word.
    private static let hidden: JSONString = "omitted"

    private static let path: JSONString = "generationConfig.thinkingConfig."
    typealias Effort = ReasoningSetting.Effort

    /// The levels that Gemini has, though not each model.
    private static let levels: Set<Effort> = [.minimal, .low, .medium, .high]

    static func read(
        _ value: JSONValue, keeping extras: inout Extras
    ) throws(FormatFault) -> ReasoningSetting? {
        var object = try GeminiObject(value)
        var setting = ReasoningSetting()
        if let shows = try object.bool("includeThoughts", "include_thoughts") { setting.shown = shows ? shown : hidden }
        switch try object.integer("thinkingBudget", "thinking_budget") {
        case nil: break
        case -1: setting.isAdaptive = true
        case 0: setting.effort = Effort.none
        case let tokens: setting.budget = tokens
        }
        if let level = try object.string("thinkingLevel", "thinking_level") {
            if let effort = Effort(rawValue: level.text.lowercased()), effort != .none {
                setting.effort = effort
            } else {
                extras.keep(path, "thinkingLevel", JSONFragment(quoting: level))
            }
        }
        object.keepRest(in: &extras, under: path)
        return setting == ReasoningSetting() ? nil : setting
    }

    /// What is written of a setting.
    struct Written: Equatable {
        enum Amount: Equatable {
            case level(Effort)
            /// In tokens: 0 is none, -1 is as the model likes.
            case budget(Int64)
        }

        var amount: Amount?
        var shows: Bool?
        /// Why the amount is not what was asked for, if it is not.
        var deviation: String?
    }

    /// The setting in the words of a model that follows `rules`. A budget from Gemini's own client stays one: models that
    /// have levels take it too.
    static func write(_ setting: ReasoningSetting, _ rules: TargetRules, isGeminis: Bool) -> Written {
        var written = Written()
        if let form = setting.shown { written.shows = form != hidden }
        let hasLevel = setting.effort != nil && setting.effort != Effort.none
        switch rules.reasoning {
        case .none: break
        case .effort where isGeminis && !hasLevel: written.amount = budgetAmount(of: setting, rules)
        case .effort: writeLevel(of: setting, rules, into: &written)
        case .budget, .adaptive:
            written.amount = budgetAmount(of: setting, rules)
            if let effort = setting.effort, setting.budget == nil, effort != .none {
                written.deviation = "as a budget of tokens for \(effort.rawValue) effort"
            }
        }
        return written
    }

    private static func writeLevel(of setting: ReasoningSetting, _ rules: TargetRules, into written: inout Written) {
        guard let wanted = setting.effort ?? setting.budget.map(Effort.init(budget:)) else { return }
        let effort = rules.effort(for: wanted, of: levels.union(rules.efforts.intersection([.xhigh])))
        written.amount = .level(effort)
        if setting.effort == nil {
            written.deviation = "as the thinking level nearest to the budget"
        } else if effort != wanted {
            written.deviation = "the model has no level \(wanted.rawValue): \(effort.rawValue) is nearest"
        }
    }

    private static func budgetAmount(of setting: ReasoningSetting, _ rules: TargetRules) -> Written.Amount? {
        if let tokens = setting.budget { return .budget(tokens) }
        if let effort = setting.effort {
            return .budget(budget(for: rules.effort(for: effort, of: Set(Effort.allCases)), rules))
        }
        return setting.isAdaptive ? .budget(-1) : nil
    }

    /// The tokens that Google says its own OpenAI dialect takes an effort for. More than 24,576 are only for models of which
    /// the rules say that they know the effort `max`.
    private static func budget(for effort: Effort, _ rules: TargetRules) -> Int64 {
        switch effort {
        case .none: 0
        case .minimal, .low: 1024
        case .medium: 8192
        case .high, .xhigh: 24576
        case .max: rules.efforts.contains(.max) ? 32768 : 24576
        }
    }
}
