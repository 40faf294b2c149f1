// SPDX-License-Identifier: Apache-2.0

/// What the neutral form has no place for.
extension ResponsesRequestWriter {
    /// What chat completions have under the same name, with the same meaning.
    private static let sharedWithChat: [StaticString] = [
        "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "moderation", "store",
    ]

    /// Asks for what the conversation needs besides the answer. Reasoning that OpenAI is to forget must be handed out
    /// sealed, or the next turn begins without it (`losesReasoningAtOpenAI`).
    mutating func writeInclude(_ json: inout JSONWriter) {
        var include: [JSONFragment] = []
        if let own = conversation.extras.members.first(where: { isOwn && $0.name.reads("include") }),
            let list = try? scanner.parse(Array(own.value.bytes)).root
        {
            include = list.elements.map(\.fragment)
        }
        if conversation.losesReasoningAtOpenAI, isOwn || rules.reasoning != .none {
            include.append(JSONFragment(literal: #""reasoning.encrypted_content""#))
        }
        if conversation.sampling.logprobs == true {
            note(.kept, .logprobs)
            include.append(JSONFragment(literal: #""message.output_text.logprobs""#))
        }
        guard !include.isEmpty, !rules.refusedFields.contains("include") else { return }
        json.array("include") { json in
            for element in include { json.value(element) }
        }
    }

    mutating func writeExtras(_ json: inout JSONWriter) {
        let extras = conversation.extras
        if isOwn {
            var rest = extras
            rest.members.removeAll { $0.name.reads("include") }
            return json.write(rest, except: ["text", "reasoning"])
        }
        var isStored = false
        for member in extras.members {
            if extras.origin == .openAIChat, isSharedWithChat(member.name) {
                isStored = isStored || member.name.reads("store")
                json.key(member.name)
                json.value(member.value)
                note(.kept, member.name.text, "")
            } else if extras.origin == .openAIChat, member.name.reads("verbosity") {
                note(.moved, "verbosity", "it is `text.verbosity`")
            } else {
                note(.dropped, member.name.text, "only \(extras.origin.rawValue) has it")
            }
        }
        // OpenAI stores every response unless it is told not to, which nobody asked for.
        if !isStored, !rules.refusedFields.contains("store") { json.member("store", false) }
    }

    private func isSharedWithChat(_ name: JSONString) -> Bool { Self.sharedWithChat.contains { name.reads($0) } }

    /// What of this dialect alone stood in the setting `name`.
    func own(_ name: StaticString) -> Extras {
        isOwn ? conversation.extras.inside(name) : Extras(.openAIResponses)
    }
}
