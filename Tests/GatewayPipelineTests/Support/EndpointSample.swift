// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

/// One endpoint with a request to it, what the provider must get of it, and what it answers.
struct EndpointSample: Sendable, CustomTestStringConvertible {
    var endpoint: Endpoint
    var path: String
    /// The request without streaming, and what of it reaches the provider.
    var request: String
    var sent: String
    /// The request line's path at the provider.
    var providerPath: String
    var provider: String
    var model: String
    /// A whole answer, its usage and its cost in nano-dollars.
    var answer: String
    var usage: Usage
    var cost: Int64
    var stream: StreamSample?

    var testDescription: String { endpoint.rawValue }

    var source: UsageSource { endpoint == .countTokens ? .none : .provider }
}

/// A stream of one endpoint.
struct StreamSample: Sendable {
    var request: String
    var sent: String
    /// What the provider sends, event by event; the last ends the stream.
    var events: [String]
    /// Which of them the client is not shown.
    var hidden: Set<Int> = []
    /// The first event that has text of the answer.
    var firstContent: Int
    /// An error of the provider's own, in the stream.
    var errorEvent: String
    /// How the gateway's own error event starts.
    var failureStart: String

    /// The event after which all that was used is known.
    var finalUsage: Int { events.lastIndex { $0.contains("\"usage\":{") } ?? events.count }

    var shown: [String] { events.indices.filter { !hidden.contains($0) }.map { events[$0] } }
    var bytes: [UInt8] { Array(events.joined().utf8) }
}

extension EndpointSample {
    static let all = [chat, completions, embeddings, responses, messages, countTokens]
    static let streaming = all.filter { $0.stream != nil }

    static func of(_ endpoint: Endpoint) throws -> EndpointSample {
        try #require(all.first { $0.endpoint == endpoint })
    }

    static let chat = EndpointSample(
        endpoint: .chatCompletions, path: "/v1/chat/completions",
        request:
            #"{"model":"gpt", "messages":[{"role":"user","content":"h\u00e9llo ✓"}],"temperature":0.10, "x":null}"#,
        sent:
            #"{"model":"gpt-real", "messages":[{"role":"user","content":"h\u00e9llo ✓"}],"temperature":0.10, "x":null}"#,
        providerPath: "/v1/chat/completions", provider: "primary", model: "gpt-real",
        answer: #"{"id":"c1","object":"chat.completion","model":"gpt-real-2026","choices":[{"index":0,"message":"#
            + #"{"role":"assistant","content":"Hello, wörld. "},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"#
            + #""completion_tokens":20,"total_tokens":30,"prompt_tokens_details":{"cached_tokens":4}}}"#,
        usage: Usage(prompt: 10, completion: 20, cached: 4), cost: 48_000,
        stream: StreamSample(
            request: #"{"model":"gpt","messages":[{"role":"user","content":"hi"}],"stream":true}"#,
            sent:
                #"{"stream_options":{"include_usage":true},"model":"gpt-real","messages":[{"role":"user","content":"hi"}],"stream":true}"#,
            events: [
                "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":null}\n\n",
                "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello, \"}}],\"usage\":null}\n\n",
                ": keep-alive\n\n",
                "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"wörld ✓\"}}],\"usage\":null}\n\n",
                "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n",
                "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":20,\"total_tokens\":30,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n",
                "data: [DONE]\n\n",
            ], hidden: [5], firstContent: 1,
            errorEvent: "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\",\"code\":null}}\n\n",
            failureStart: "data: {\"error\":{"))

    static let completions = EndpointSample(
        endpoint: .completions, path: "/v1/completions", request: #"{"prompt":"Once","model":"gpt","max_tokens":5}"#,
        sent: #"{"prompt":"Once","model":"gpt-real","max_tokens":5}"#, providerPath: "/v1/completions",
        provider: "primary", model: "gpt-real",
        answer:
            #"{"object":"text_completion","choices":[{"text":" upon","index":0}],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}"#,
        usage: Usage(prompt: 10, completion: 20), cost: 50_000,
        stream: StreamSample(
            request: #"{"prompt":"Once","model":"gpt","stream":true,"stream_options":{}}"#,
            sent: #"{"prompt":"Once","model":"gpt-real","stream":true,"stream_options":{"include_usage":true}}"#,
            events: [
                "data: {\"choices\":[{\"text\":\" upon a\",\"index\":0}]}\n\n",
                "data: {\"choices\":[{\"text\":\" time\",\"index\":0,\"finish_reason\":\"stop\"}]}\n\n",
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":20,\"total_tokens\":30}}\n\n",
                "data: [DONE]\n\n",
            ], hidden: [2], firstContent: 0, errorEvent: "data: {\"error\":{\"message\":\"no\"}}\n\n",
            failureStart: "data: {\"error\":{"))

    static let embeddings = EndpointSample(
        endpoint: .embeddings, path: "/v1/embeddings", request: #"{"model":"gpt","input":["a","b"]}"#,
        sent: #"{"model":"gpt-real","input":["a","b"]}"#, providerPath: "/v1/embeddings", provider: "primary",
        model: "gpt-real",
        answer:
            #"{"object":"list","data":[{"embedding":[0.5,-1e-3],"index":0}],"model":"e","usage":{"prompt_tokens":10,"total_tokens":10}}"#,
        usage: Usage(prompt: 10), cost: 10_000, stream: nil)

    static let responses = EndpointSample(
        endpoint: .responses, path: "/v1/responses", request: #"{"model":"gpt","input":"hi"}"#,
        sent: #"{"model":"gpt-real","input":"hi"}"#, providerPath: "/v1/responses", provider: "primary",
        model: "gpt-real",
        answer:
            #"{"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hello"}]}],"#
            + #""usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":20,"total_tokens":30}}"#,
        usage: Usage(prompt: 10, completion: 20, cached: 4), cost: 48_000,
        stream: StreamSample(
            request: #"{"model":"gpt","input":"hi","stream":true}"#,
            sent: #"{"model":"gpt-real","input":"hi","stream":true}"#,
            events: [
                "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"model\":\"gpt-real\",\"usage\":null}}\n\n",
                "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hello, \"}\n\n",
                "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"wörld ✓\"}\n\n",
                "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"output\":[],\"usage\":{\"input_tokens\":10,"
                    + "\"input_tokens_details\":{\"cached_tokens\":4},\"output_tokens\":20,\"total_tokens\":30}}}\n\n",
            ], firstContent: 1,
            errorEvent:
                "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\"}}}\n\n",
            failureStart: "event: error\ndata: {"))

    static let messages = EndpointSample(
        endpoint: .messages, path: "/v1/messages",
        request: #"{"model":"claude","max_tokens":64,"messages":[{"role":"user","content":"hi"}]}"#,
        sent: #"{"model":"claude-real","max_tokens":64,"messages":[{"role":"user","content":"hi"}]}"#,
        providerPath: "/v1/messages", provider: "claude", model: "claude-real",
        answer:
            #"{"type":"message","role":"assistant","content":[{"type":"text","text":"Hello"}],"stop_reason":"end_turn","#
            + #""usage":{"input_tokens":6,"cache_read_input_tokens":4,"output_tokens":20}}"#,
        usage: Usage(prompt: 10, completion: 20, cached: 4), cost: 319_200,
        stream: StreamSample(
            request: #"{"model":"claude","max_tokens":64,"messages":[{"role":"user","content":"hi"}],"stream":true}"#,
            sent: #"{"model":"claude-real","max_tokens":64,"messages":[{"role":"user","content":"hi"}],"stream":true}"#,
            events: [
                "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-real\",\"content\":[],"
                    + "\"usage\":{\"input_tokens\":6,\"cache_read_input_tokens\":4,\"output_tokens\":1}}}\n\n",
                "event: ping\ndata: {\"type\": \"ping\"}\n\n",
                "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello, \"}}\n\n",
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"wörld ✓\"}}\n\n",
                "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
                "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":20}}\n\n",
                "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
            ], firstContent: 3,
            errorEvent:
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
            failureStart: "event: error\ndata: {\"type\":\"error\","))

    static let countTokens = EndpointSample(
        endpoint: .countTokens, path: "/v1/messages/count_tokens",
        request: #"{"model":"claude","messages":[{"role":"user","content":"hi"}]}"#,
        sent: #"{"model":"claude-real","messages":[{"role":"user","content":"hi"}]}"#,
        providerPath: "/v1/messages/count_tokens", provider: "claude", model: "claude-real",
        answer: #"{"input_tokens":2095}"#, usage: .zero, cost: 0, stream: nil)
}
