// SPDX-License-Identifier: Apache-2.0

extension ReasoningSetting.Effort {
    /// The effort that a budget of tokens amounts to, for models that take no budget.
    package init(budget: Int64) {
        self =
            switch budget {
            case ...0: .none
            case ..<2048: .low
            case ..<8192: .medium
            default: .high
            }
    }
}
