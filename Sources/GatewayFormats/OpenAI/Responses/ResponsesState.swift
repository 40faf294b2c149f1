// SPDX-License-Identifier: Apache-2.0

/// What OpenAI keeps between requests, and what becomes of it elsewhere.
enum ResponsesState {
    /// Fields that stand for something only OpenAI has, or ask for it.
    private enum Field: String, CaseIterable {
        case previousResponse = "previous_response_id"
        case conversation, prompt, background

        var advice: String {
            switch self {
            case .previousResponse, .conversation: "send the whole conversation as `input`"
            case .prompt: "send the prompt's text as `instructions` and `input`"
            case .background: "leave it out, or choose a model that has this API"
            }
        }
    }

    /// Items that stand for something only OpenAI has: what was said before.
    private static let references: Set<String> = ["item_reference", "compaction"]

    /// Whether a request without `input` has something to answer all the same.
    static func hasInput(_ fields: ObjectReader) -> Bool {
        var fields = fields
        return fields.value("previous_response_id") != nil || fields.value("conversation") != nil
            || fields.value("prompt") != nil
    }

    /// Refuses a conversation of this dialect that cannot be had in another, because a part of it lies at OpenAI or its
    /// answer would: to leave that out would be to answer another question. Everything else is for the writers.
    static func refuse(_ conversation: Conversation, _ scanner: JSONScanner) throws(FormatFault) {
        guard conversation.extras.origin == .openAIResponses else { return }
        for member in conversation.extras.members {
            guard let field = Field(rawValue: member.name.text) else { continue }
            if field == .background, member.value == JSONFragment(false) { continue }
            throw FormatFault(
                field.rawValue, "needs what only OpenAI's Responses API keeps, which this model lacks; \(field.advice)")
        }
        for turn in conversation.turns where turn.role == .assistant {
            for part in turn.parts {
                guard case .opaque(.openAIResponses, let item) = part.content else { continue }
                let type = kind(of: item, scanner)
                guard references.contains(type) else { continue }
                throw FormatFault(
                    "input[].type=\(type)",
                    "stands for what only OpenAI's Responses API keeps, which this model lacks; send the items themselves"
                )
            }
        }
    }

    /// The type of an item. One that says none is a reference.
    private static func kind(of item: JSONFragment, _ scanner: JSONScanner) -> String {
        guard let root = try? scanner.parse(Array(item.bytes)).root else { return "" }
        return root["type"]?.text ?? "item_reference"
    }
}

extension Conversation {
    /// Whether OpenAI forgets what it thought when the answer is given, unless it is asked to hand it out sealed: it keeps
    /// nothing of this conversation, and the model thinks.
    ///
    /// Then `include` must ask for `reasoning.encrypted_content`. Without it a model that called a tool begins its next
    /// turn without the thoughts that led to the call.
    var losesReasoningAtOpenAI: Bool {
        guard let reasoning, reasoning.effort != ReasoningSetting.Effort.none else { return false }
        guard extras.origin == .openAIResponses else { return true }
        return extras.members.contains { $0.name.reads("store") && $0.value == JSONFragment(false) }
    }
}
