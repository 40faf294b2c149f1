// SPDX-License-Identifier: Apache-2.0

extension MessagesRequestReader {
    /// Reads what form the answer is to have and how much is to be thought before it.
    static func readOutput(
        _ members: inout ObjectReader, into conversation: inout Conversation
    ) throws(FormatFault) {
        var reasoning = ReasoningSetting()
        if let config = try members.object("output_config") {
            try FormatFault.within("output_config") { () throws(FormatFault) in
                var inside = try ObjectReader(config)
                try readEffort(&inside, &reasoning, &conversation.extras)
                if let format = try inside.object("format") {
                    try readFormat(format, keptAs: "output_config.format", into: &conversation)
                }
                inside.keepRest(in: &conversation.extras, under: "output_config.")
            }
        }
        if let format = try members.object("output_format") {
            try readFormat(format, keptAs: "output_format", into: &conversation)
        }
        if let thinking = try members.object("thinking") {
            try FormatFault.within("thinking") { () throws(FormatFault) in
                try readThinking(thinking, &reasoning, &conversation.extras)
            }
        }
        if reasoning != ReasoningSetting() { conversation.reasoning = reasoning }
    }

    /// An effort that has no neutral name is kept as it is.
    private static func readEffort(
        _ config: inout ObjectReader, _ reasoning: inout ReasoningSetting, _ extras: inout Extras
    ) throws(FormatFault) {
        guard let effort = try config.string("effort") else { return }
        reasoning.effort = ReasoningSetting.Effort(rawValue: effort.text)
        if reasoning.effort == nil {
            extras.members.append(Extras.Member(name: "output_config.effort", value: JSONFragment(quoting: effort)))
        }
    }

    /// A form that is no JSON Schema is kept as it is.
    private static func readFormat(
        _ format: JSONValue, keptAs name: JSONString, into conversation: inout Conversation
    ) throws(FormatFault) {
        var members = try ObjectReader(format)
        guard let type = try members.string("type"), type.reads("json_schema") else {
            return conversation.extras.keep(name, format)
        }
        guard let schema = try members.object("schema") else {
            throw FormatFault("format.schema", "is required: the JSON Schema that the answer must fulfil")
        }
        conversation.output = .schema(OutputSchema(schema: schema.fragment))
        members.keepRest(in: &conversation.extras, under: "output_format.")
    }

    /// A kind of thinking that has no neutral name is kept as it is.
    private static func readThinking(
        _ thinking: JSONValue, _ reasoning: inout ReasoningSetting, _ extras: inout Extras
    ) throws(FormatFault) {
        var members = try ObjectReader(thinking)
        let type = try members.string("type") ?? ""
        if type.reads("enabled") {
            guard let budget = try members.integer("budget_tokens") else {
                throw FormatFault("budget_tokens", "is required: say how many tokens may be thought with")
            }
            reasoning.budget = budget
        } else if type.reads("adaptive") {
            reasoning.isAdaptive = true
        } else if type.reads("disabled") {
            if let effort = reasoning.effort {
                let kept = JSONFragment(quoting: JSONString(effort.rawValue))
                extras.members.append(Extras.Member(name: "output_config.effort", value: kept))
            }
            reasoning.effort = ReasoningSetting.Effort.none
        } else {
            return extras.keep("thinking", thinking)
        }
        reasoning.shown = try members.string("display")
        members.keepRest(in: &extras, under: "thinking.")
    }
}
