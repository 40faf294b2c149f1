// SPDX-License-Identifier: Apache-2.0

import GatewayDomain

/// The `response` object: a whole answer, and what the events of a stream show of one.
struct ResponsesEnvelope: Sendable {
    let id: JSONString
    let model: JSONString
    /// Zero where nobody told: clients require a number.
    let created: Int64
    let echo: ResponsesEcho

    /// - id: the answer's own, which gets the prefix that clients of this dialect know.
    init(id: JSONString, model: JSONString, created: Int64?, _ echo: ResponsesEcho) {
        self.id = id.reads(prefix: "resp_") ? id : JSONString(joining: ["resp_", id])
        self.model = model
        self.created = created ?? 0
        self.echo = echo
    }

    /// What changes as an answer comes.
    struct State {
        var status: ResponsesStatus
        var incompleteReason: JSONString?
        var error: JSONFragment?
        var usage: Usage?
        var serviceTier: JSONString?
        var extras = Extras(.openAIResponses)
    }

    func write(_ state: State, _ json: inout JSONWriter, output: (inout JSONWriter) -> Void) {
        let null = JSONFragment(literal: "null")
        json.object { json in
            json.member("id", id)
            json.member("object", literal: "response")
            json.member("created_at", created)
            json.member("status", literal: state.status.name)
            json.member("model", model)
            json.array("output", output)
            if !state.extras.has("error") { json.member("error", state.error ?? null) }
            json.key("incomplete_details")
            if let reason = state.incompleteReason {
                json.object { $0.member("reason", reason) }
            } else {
                json.null()
            }
            json.key("usage")
            if let usage = state.usage { write(usage, &json) } else { json.null() }
            json.member("service_tier", state.serviceTier)
            echo.write(&json)
            json.write(state.extras)
        }
    }

    private func write(_ usage: Usage, _ json: inout JSONWriter) {
        json.object { json in
            json.member("input_tokens", usage.prompt)
            json.object("input_tokens_details") {
                $0.member("cached_tokens", usage.cached)
                $0.member("cache_write_tokens", usage.cacheWrite)
            }
            json.member("output_tokens", usage.completion)
            json.object("output_tokens_details") { $0.member("reasoning_tokens", usage.reasoning) }
            json.member("total_tokens", usage.prompt + usage.completion)
        }
    }
}
