// SPDX-License-Identifier: Apache-2.0

/// What a request says about thinking: `thinking`, and the effort in `output_config`.
struct MessagesThinking: Equatable {
    enum Kind: Equatable {
        case unsaid
        case disabled
        case adaptive
        case budget(Int64)
    }

    typealias Effort = ReasoningSetting.Effort

    /// The least that can be thought with.
    static let leastBudget: Int64 = 1024
    private static let efforts: Set<Effort> = [.low, .medium, .high, .xhigh, .max]

    var kind = Kind.unsaid
    var effort: Effort?

    var isOn: Bool {
        switch kind {
        case .unsaid, .disabled: false
        case .adaptive, .budget: true
        }
    }

    init() {}

    /// As a client of this dialect said it.
    init(said setting: ReasoningSetting) {
        if let budget = setting.budget {
            kind = .budget(budget)
        } else if setting.isAdaptive {
            kind = .adaptive
        } else if setting.effort == Effort.none {
            kind = .disabled
        }
        effort = setting.effort == Effort.none ? nil : setting.effort
    }

    /// For a model that follows `rules`, from a client of another dialect. Not to think is to say nothing, which every
    /// model takes, unless the rules say that the model knows the effort `none`: then it thinks when nothing is said.
    init(_ setting: ReasoningSetting, _ rules: TargetRules) {
        if setting.effort == Effort.none || setting.budget == 0 {
            kind = rules.efforts.contains(Effort.none) ? .disabled : .unsaid
            return
        }
        let wanted = setting.effort ?? setting.budget.map(Effort.init(budget:))
        switch rules.reasoning {
        case .none: return
        case .effort: effort = wanted
        case .adaptive:
            kind = .adaptive
            effort = wanted
        case .budget: kind = .budget(setting.budget ?? Self.budget(for: wanted ?? .medium))
        }
        effort = effort.map { rules.effort(for: $0, of: Self.efforts) }
    }

    /// The same for a model that takes only `form`.
    func converted(to form: TargetRules.ReasoningForm) -> MessagesThinking {
        var converted = self
        switch (form, kind) {
        case (.adaptive, .budget(let budget)):
            converted.kind = .adaptive
            converted.effort = effort ?? Effort(budget: budget)
        case (.budget, .adaptive):
            converted.kind = .budget(Self.budget(for: effort ?? .high))
            converted.effort = nil
        default: break
        }
        return converted
    }

    private static func budget(for effort: Effort) -> Int64 {
        switch effort {
        case .none, .minimal: leastBudget
        case .low: 2048
        case .medium: 8192
        case .high: 16384
        case .xhigh, .max: 32000
        }
    }
}
