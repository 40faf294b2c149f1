// SPDX-License-Identifier: Apache-2.0

/// What the events of a stream are called, and what joins what.
extension ResponsesOutputItem {
    var isCustomCall: Bool {
        if case .customCall = kind { true } else { false }
    }

    /// The call's identifier; nil when it is none.
    var callID: JSONString? {
        switch kind {
        case .call(let id, _), .customCall(let id, _): id
        case .message, .reasoning, .image, .opaque: nil
        }
    }

    /// Whether another piece of `kind` can be of this item.
    func takes(_ kind: Piece.Kind) -> Bool {
        switch (self.kind, kind) {
        case (.message, .text), (.message, .refusal): true
        case (.reasoning, .summary): sealed == nil && pieces.allSatisfy { $0.kind == .summary }
        case (.reasoning, .thought): sealed == nil
        default: false
        }
    }

    /// The event that tells how a piece grows.
    func delta(of kind: Piece.Kind) -> StaticString {
        switch kind {
        case .text: "response.output_text.delta"
        case .refusal: "response.refusal.delta"
        case .summary: "response.reasoning_summary_text.delta"
        case .thought: "response.reasoning_text.delta"
        case .arguments:
            isCustomCall ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta"
        }
    }

    /// The event that tells the whole of it.
    func done(of kind: Piece.Kind) -> StaticString {
        switch kind {
        case .text: "response.output_text.done"
        case .refusal: "response.refusal.done"
        case .summary: "response.reasoning_summary_text.done"
        case .thought: "response.reasoning_text.done"
        case .arguments: isCustomCall ? "response.custom_tool_call_input.done" : "response.function_call_arguments.done"
        }
    }
}

extension ResponsesOutputItem.Piece.Kind {
    /// The event that announces a piece. Arguments are announced with their item.
    var added: StaticString {
        self == .summary ? "response.reasoning_summary_part.added" : "response.content_part.added"
    }

    /// The event that ends it.
    var done: StaticString {
        self == .summary ? "response.reasoning_summary_part.done" : "response.content_part.done"
    }
}
