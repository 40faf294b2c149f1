// SPDX-License-Identifier: Apache-2.0

/// The settings of a request, as every answer to it repeats them: the types of the official clients require most of these,
/// and none of them is news. So readers of answers leave them out, and writers take them from the request.
struct ResponsesEcho: Sendable {
    /// What answers repeat, by name. `store` is not: whether the answer was stored is the provider's to say.
    static let names: Set<String> = [
        "background", "conversation", "instructions", "max_output_tokens", "max_tool_calls", "metadata",
        "parallel_tool_calls", "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_options",
        "prompt_cache_retention", "reasoning", "safety_identifier", "store", "temperature", "text", "tool_choice",
        "tools", "top_logprobs", "top_p", "truncation", "user",
    ]

    /// What of a request's extras is repeated as it came.
    private static let kept: Set<String> = [
        "max_tool_calls", "prompt_cache_key", "prompt_cache_retention", "tool_choice", "truncation", "user",
    ]

    private let members: Extras

    /// The settings of `request`; without one, what goes without saying.
    init(_ request: Conversation?) {
        let request = request ?? Conversation(model: "", extras: Extras(.openAIResponses))
        var members = Extras(.openAIResponses)
        func add(_ name: JSONString, _ value: JSONFragment?) {
            members.members.append(.init(name: name, value: value ?? JSONFragment(literal: "null")))
        }
        add("background", JSONFragment(false))
        add("instructions", request.instructions.first?.plainText.map(JSONFragment.init(quoting:)))
        add("max_output_tokens", request.maxOutputTokens.map { JSONFragment($0) })
        add("metadata", request.metadata ?? JSONFragment(literal: "{}"))
        add("parallel_tool_calls", JSONFragment(request.allowsParallelCalls ?? true))
        // No provider of another dialect keeps answers.
        add("previous_response_id", nil)
        add("store", JSONFragment(false))
        add("reasoning", Self.reasoning(of: request))
        add("safety_identifier", request.endUser.map(JSONFragment.init(quoting:)))
        add("temperature", request.sampling.temperature)
        add("text", Self.text(of: request))
        add("tools", Self.tools(of: request))
        add("top_logprobs", request.sampling.topLogprobs.map { JSONFragment($0) })
        add("top_p", request.sampling.topP)
        let extras = request.extras.origin == .openAIResponses ? request.extras.members : []
        members.members += extras.filter { Self.kept.contains($0.name.text) }
        if !members.has("tool_choice") {
            add("tool_choice", ResponsesToolWriter(request.tools).choice(request.toolChoice ?? .auto))
        }
        self.members = members
    }

    func write(_ json: inout JSONWriter) { json.write(members) }

    private static func reasoning(of request: Conversation) -> JSONFragment {
        let effort = request.reasoning?.effort.map { JSONFragment(quoting: JSONString($0.rawValue)) }
        let summary = request.reasoning?.shown.map(JSONFragment.init(quoting:))
        let null = JSONFragment(literal: "null")
        return object {
            $0.member("effort", effort ?? null)
            $0.member("summary", summary ?? null)
        }
    }

    private static func text(of request: Conversation) -> JSONFragment {
        object {
            ResponsesOutputForm.write(request.output ?? .text, &$0)
            if request.extras.origin == .openAIResponses { $0.write(request.extras.inside("text"), except: ["format"]) }
        }
    }

    private static func tools(of request: Conversation) -> JSONFragment {
        var json = JSONWriter()
        json.array { json in
            for tool in request.tools { ResponsesToolWriter.write(tool, tool.extras, isOwn: true, nil, &json) }
        }
        return JSONFragment(json.bytes[...])
    }

    private static func object(_ members: (inout JSONWriter) -> Void) -> JSONFragment {
        JSONFragment(JSONWriter.object(members)[...])
    }
}
