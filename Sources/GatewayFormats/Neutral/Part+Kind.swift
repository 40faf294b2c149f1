// SPDX-License-Identifier: Apache-2.0

extension Part {
    package var isText: Bool { if case .text = content { true } else { false } }
    package var isRefusal: Bool { if case .refusal = content { true } else { false } }
    package var isMedia: Bool { if case .media = content { true } else { false } }
    package var isReasoning: Bool { if case .reasoning = content { true } else { false } }
    package var isCall: Bool { if case .call = content { true } else { false } }
    package var isResult: Bool { if case .result = content { true } else { false } }

    package var text: JSONString? { if case .text(let text) = content { text } else { nil } }
    package var refusal: JSONString? { if case .refusal(let text) = content { text } else { nil } }
    package var reasoning: Reasoning? { if case .reasoning(let reasoning) = content { reasoning } else { nil } }
}
