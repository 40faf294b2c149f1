// SPDX-License-Identifier: Apache-2.0

/// Reads a request's settings; `MessagesTurnReader` and `MessagesToolReader` read what they are for.
enum MessagesRequestReader {
    static func conversation(_ body: JSONValue) throws(FormatFault) -> Conversation {
        var members = try ObjectReader(body)
        guard let model = try members.string("model") else {
            throw FormatFault("model", "is required: name the model that is to answer")
        }
        guard let messages = try members.array("messages") else {
            throw FormatFault("messages", "is required: a list of at least one message")
        }
        var conversation = Conversation(model: model, extras: Extras(.anthropicMessages))
        conversation.turns = try MessagesTurnReader.turns(messages)
        conversation.instructions = try MessagesTurnReader.instructions(members.value("system"))
        conversation.tools = try MessagesToolReader.tools(members.array("tools"))
        try readLimits(&members, into: &conversation)
        try readOutput(&members, into: &conversation)
        try readToolChoice(&members, into: &conversation)
        try readLabels(&members, into: &conversation)
        members.keepRest(in: &conversation.extras)
        conversation.extras.removeNulls()
        return conversation
    }

    private static func readLimits(
        _ members: inout ObjectReader, into conversation: inout Conversation
    ) throws(FormatFault) {
        conversation.maxOutputTokens = try members.integer("max_tokens")
        conversation.streams = try members.bool("stream") ?? false
        conversation.sampling.temperature = try members.number("temperature")
        conversation.sampling.topP = try members.number("top_p")
        conversation.sampling.topK = try members.number("top_k")
        guard let stops = try members.array("stop_sequences") else { return }
        for stop in stops {
            guard let string = stop.string else {
                throw FormatFault("stop_sequences[]", "must be a string, not \(stop.kind.noun)")
            }
            conversation.sampling.stop.append(string)
        }
    }

    private static func readLabels(
        _ members: inout ObjectReader, into conversation: inout Conversation
    ) throws(FormatFault) {
        conversation.serviceTier = try members.string("service_tier")
        if let mark = try members.object("cache_control") {
            conversation.cacheMark = try MessagesBlockReader.cacheMark(mark, &conversation.extras)
        }
        guard let metadata = try members.object("metadata") else { return }
        conversation.endUser = try FormatFault.within("metadata") { () throws(FormatFault) in
            var inside = try ObjectReader(metadata)
            let user = try inside.string("user_id")
            inside.keepRest(in: &conversation.extras, under: "metadata.")
            return user
        }
    }

    private static func readToolChoice(
        _ members: inout ObjectReader, into conversation: inout Conversation
    ) throws(FormatFault) {
        guard let choice = try members.object("tool_choice") else { return }
        try FormatFault.within("tool_choice") { () throws(FormatFault) in
            var inside = try ObjectReader(choice)
            let type = try inside.string("type") ?? ""
            if type.reads("auto") {
                conversation.toolChoice = .auto
            } else if type.reads("any") {
                conversation.toolChoice = .required
            } else if type.reads("none") {
                conversation.toolChoice = ToolChoice.none
            } else if type.reads("tool"), let name = try inside.string("name") {
                conversation.toolChoice = .named(name)
            } else {
                throw FormatFault("type", "must be auto, any, none, or tool with a name")
            }
            conversation.allowsParallelCalls = try inside.bool("disable_parallel_tool_use").map { !$0 }
            inside.keepRest(in: &conversation.extras, under: "tool_choice.")
        }
    }
}
