// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Testing

@testable import GatewaySimulator

private let weather: JSON = [
    [
        "type": "function",
        "function": [
            "name": "get_weather",
            "parameters": [
                "type": "object", "properties": ["city": ["type": "string"], "days": ["type": "integer"]],
                "required": ["city"],
            ],
        ],
    ]
]

@Suite("OpenAI chat completions")
struct OpenAIChatTests {
    @Test("the same request gets the same bytes, and its usage counts what was sent")
    func deterministic() async throws {
        try await Provider.run { provider in
            let first = try await provider.chat("Hello there")
            let second = try await provider.chat("Hello there")
            #expect(first.status == 200 && first.text == second.text)
            let message = try #require(try first.json["choices"]?[0]?["message"]?["content"]?.text)
            #expect(message.hasPrefix("You said: \"Hello there\"."))
            #expect(try first.json["usage"]?["prompt_tokens"] == 3)
            #expect(try first.json["usage"]?["completion_tokens"]?.integer == (message.utf8.count + 3) / 4)
            #expect(first.header("x-request-id") == "req_sim_0000000001")
            #expect(first.header("x-ratelimit-limit-requests") != nil)
            #expect(try await provider.chat("Hello you").text != first.text)
        }
    }

    @Test("another seed gives another answer")
    func seeds() async throws {
        let texts = try await ([0, 1, 0] as [UInt64]).asyncMap { seed in
            let text = Box("")
            try await Provider.run(SimulatorOptions(port: 0, seed: seed)) { provider in
                text.value = try await provider.chat("Hello there").text
            }
            return text.value
        }
        #expect(texts[0] == texts[2] && texts[0] != texts[1])
    }

    @Test("a stream says what the whole answer says, and its usage only when asked", arguments: [true, false])
    func streams(asksForUsage: Bool) async throws {
        try await Provider.run { provider in
            let whole = try await provider.chat("Hello there").json
            let options: JSONObject = asksForUsage ? ["stream_options": ["include_usage": true] as JSON] : [:]
            let stream = try await provider.chat("Hello there", options.joined(["stream": true]))
            #expect(stream.header("content-type")?.hasPrefix("text/event-stream") == true)
            #expect(try stream.streamedText == whole["choices"]?[0]?["message"]?["content"]?.text)
            #expect(stream.data.last == "[DONE]")
            let events = try stream.events
            #expect(events.first?["choices"]?[0]?["delta"]?["role"] == "assistant")
            #expect(events.contains { $0["choices"]?[0]?["finish_reason"] == "stop" })
            if asksForUsage {
                #expect(events.last?["choices"] == [])
                #expect(events.last?["usage"] == whole["usage"])
                #expect(events.dropLast().allSatisfy { $0["usage"] == .null })
            } else {
                #expect(events.allSatisfy { $0["usage"] == nil })
            }
        }
    }

    @Test(
        "a tool is called when the text asks for it, twice when parallel calls are allowed", arguments: [true, false])
    func tools(parallel: Bool) async throws {
        try await Provider.run { provider in
            let more: JSONObject = ["tools": weather, "parallel_tool_calls": .bool(parallel)]
            let answer = try await provider.chat("What is the weather? Ask twice.", more).json
            #expect(answer["choices"]?[0]?["finish_reason"] == "tool_calls")
            let calls = try #require(answer["choices"]?[0]?["message"]?["tool_calls"]?.elements)
            #expect(calls.count == (parallel ? 2 : 1))
            #expect(Set(calls.compactMap { $0["id"]?.text }).count == calls.count)
            for call in calls {
                #expect(call["function"]?["name"] == "get_weather")
                let text = try #require(call["function"]?["arguments"]?.text)
                let arguments = try JSON.read(text)
                #expect(arguments["city"]?.text != nil && arguments["days"]?.integer != nil)
            }
        }
    }

    @Test("streamed tool calls join to the same arguments")
    func streamedTools() async throws {
        try await Provider.run { provider in
            let more: JSONObject = ["tools": weather]
            let whole = try await provider.chat("weather twice", more).json
            let events = try await provider.chat("weather twice", more.joined(["stream": true])).events
            let parts = events.compactMap { $0["choices"]?[0]?["delta"]?["tool_calls"]?[0] }
            for index in 0..<2 {
                let own = parts.filter { $0["index"]?.integer == index }
                #expect(own.compactMap { $0["id"]?.text }.count == 1)
                let expected = whole["choices"]?[0]?["message"]?["tool_calls"]?[index]?["function"]?["arguments"]?.text
                #expect(own.compactMap { $0["function"]?["arguments"]?.text }.joined() == expected)
            }
        }
    }

    @Test(
        "tool_choice decides",
        arguments: [
            ("auto", "tool_calls", "use tool now"), ("auto", "stop", "hello"), ("none", "stop", "weather"),
            ("required", "tool_calls", "hello"),
        ])
    func toolChoice(choice: String, finish: String, text: String) async throws {
        try await Provider.run { provider in
            let answer = try await provider.chat(text, ["tools": weather, "tool_choice": .string(choice)]).json
            #expect(answer["choices"]?[0]?["finish_reason"] == .string(finish))
        }
    }

    @Test("after a tool's result comes text")
    func toolResult() async throws {
        try await Provider.run { provider in
            let call: JSON = [
                "id": "call_1", "type": "function", "function": ["name": "get_weather", "arguments": "{}"],
            ]
            let messages: JSON = [
                ["role": "user", "content": "weather"], ["role": "assistant", "content": nil, "tool_calls": [call]],
                ["role": "tool", "tool_call_id": "call_1", "content": "sunny"],
            ]
            let answer = try await provider.chat("", ["messages": messages, "tools": weather]).json
            #expect(
                answer["choices"]?[0]?["message"]?["content"]?.text?.hasPrefix("The tool answered: \"sunny\"") == true)
        }
    }

    @Test("a schema gets JSON that fits it")
    func structured() async throws {
        try await Provider.run { provider in
            let schema: JSON = [
                "type": "object", "properties": ["n": ["type": "integer"], "s": ["enum": ["x", "y"]]],
                "required": ["n", "s"], "additionalProperties": false,
            ]
            let format: JSON = ["type": "json_schema", "json_schema": ["name": "t", "schema": schema, "strict": true]]
            let answer = try await provider.chat("go", ["response_format": format]).json
            let text = try #require(answer["choices"]?[0]?["message"]?["content"]?.text)
            let made = try JSON.read(text)
            #expect(made["n"]?.integer != nil && ["x", "y"].contains(made["s"]))
        }
    }

    @Test("the limit cuts the answer, calls included", arguments: [1, 5, 9])
    func limits(most: Int) async throws {
        try await Provider.run { provider in
            for more: JSONObject in [[:], ["tools": weather]] {
                let answer = try await provider.chat("weather", more.joined(["max_tokens": .integer(most)])).json
                #expect(answer["choices"]?[0]?["finish_reason"] == "length")
                #expect(answer["usage"]?["completion_tokens"]?.integer == most)
            }
        }
    }

    @Test("a stop sequence ends the answer before it")
    func stops() async throws {
        try await Provider.run { provider in
            let answer = try await provider.chat("Hello", ["stop": ["said", "nothing"]]).json
            #expect(answer["choices"]?[0]?["message"]?["content"] == "You ")
            #expect(answer["choices"]?[0]?["finish_reason"] == "stop")
        }
    }

    @Test("n gives as many different choices, all paid")
    func choices() async throws {
        try await Provider.run { provider in
            let answer = try await provider.chat("Hello", ["n": 3]).json
            let texts = try #require(answer["choices"]?.elements).compactMap { $0["message"]?["content"]?.text }
            #expect(texts.count == 3)
            #expect(answer["usage"]?["completion_tokens"]?.integer == texts.reduce(0) { $0 + ($1.utf8.count + 3) / 4 })
        }
    }

    @Test(
        "reasoning models count reasoning tokens",
        arguments: [
            ("gpt-5-mini", nil, 64), ("o3", "high", 128), ("openai/gpt-5", "none", 0), ("gpt-4o", nil, 0),
            ("omni", nil, 0),
        ] as [(String, String?, Int)])
    func reasoning(model: String, effort: String?, tokens: Int) async throws {
        try await Provider.run { provider in
            let more: JSONObject = ["model": .string(model), "reasoning_effort": JSON(effort)]
            let usage = try await provider.chat("Hello", more).json["usage"]
            #expect(usage?["completion_tokens_details"]?["reasoning_tokens"]?.integer == tokens)
            let rest = try #require(usage?["completion_tokens"]?.integer) - tokens
            #expect(rest > 0)
        }
    }

    @Test("a long prefix that was seen before is reported as cached")
    func cached() async throws {
        try await Provider.run { provider in
            let system = JSON.string(String(repeating: "word ", count: 2000))
            let ask = { (text: JSON) in
                let messages: JSON = [["role": "system", "content": system], ["role": "user", "content": text]]
                return try await provider.chat("", ["messages": messages]).json["usage"]
            }
            #expect(try await ask("one")?["prompt_tokens_details"]?["cached_tokens"] == 0)
            // 2,500 tokens of system text, down to a multiple of 128.
            #expect(try await ask("two")?["prompt_tokens_details"]?["cached_tokens"] == 2432)
            try await provider.clearJournal()
            #expect(try await ask("three")?["prompt_tokens_details"]?["cached_tokens"] == 0)
        }
    }
}

@Suite("What OpenAI refuses")
struct OpenAIRefusalTests {
    @Test(
        "malformed requests get the provider's error",
        arguments: [
            (["messages": nil], "messages", "missing_required_parameter"),
            (["messages": []], "messages", "empty_array"),
            (["messages": "hi"], "messages", "invalid_type"),
            (["model": nil], "model", "missing_required_parameter"),
            (["messages": [["role": "wizard", "content": "x"]]], "messages[0].role", "invalid_value"),
            (["messages": [["role": "user"]]], "messages[0].content", "missing_required_parameter"),
            (
                ["messages": [["role": "tool", "tool_call_id": "a", "content": "x"]]], "messages[0]",
                "invalid_value"
            ),
            (["temperature": 3], "temperature", "decimal_out_of_range"),
            (["max_tokens": "5"], "max_tokens", "invalid_type"),
            (["max_tokens": 0], "max_tokens", "integer_out_of_range"),
            (["stream_options": ["include_usage": true]], "stream_options", "invalid_value"),
            (["tool_choice": "auto"], "tool_choice", "invalid_value"),
            (["colour": "blue"], "colour", "unknown_parameter"),
            (["model": "o3", "max_tokens": 5], "max_tokens", "unsupported_parameter"),
        ] as [(JSONObject, String, String)])
    func malformed(more: JSONObject, parameter: String, code: String) async throws {
        try await Provider.run { provider in
            let answer = try await provider.chat("hi", more)
            #expect(answer.status == 400)
            let error = try answer.json["error"]
            #expect(error?["type"] == "invalid_request_error")
            #expect(error?["param"] == .string(parameter))
            #expect(error?["code"] == .string(code))
        }
    }

    @Test("an unanswered tool call is refused")
    func unanswered() async throws {
        try await Provider.run { provider in
            let call: JSON = ["id": "call_1", "type": "function", "function": ["name": "f", "arguments": "{}"]]
            let messages: JSON = [
                ["role": "user", "content": "x"], ["role": "assistant", "tool_calls": [call]],
                ["role": "user", "content": "y"],
            ]
            let answer = try await provider.chat("", ["messages": messages])
            #expect(answer.status == 400 && answer.text.contains("call_1"))
        }
    }

    @Test("bodies that are no JSON object are refused", arguments: ["", "{", "[]", "\"x\""])
    func bodies(text: String) async throws {
        try await Provider.run { provider in
            let answer = try await provider.send("/v1/chat/completions", text: text, headers: Provider.openAI)
            #expect(answer.status == 400)
            #expect(try answer.json["error"]?["type"] == "invalid_request_error")
        }
    }

    @Test(
        "only accepted keys get in",
        arguments: [
            ([], "Bearer sk-any", 200), ([], "Bearer sim-any", 200), ([], "Bearer other", 401), ([], nil, 401),
            ([], "sk-any", 401), (["sk-one-1234567890"], "Bearer sk-one-1234567890", 200),
            (["sk-one-1234567890"], "Bearer sk-two-1234567890", 401),
        ] as [([String], String?, Int)])
    func keys(keys: [String], authorization: String?, status: Int) async throws {
        try await Provider.run(SimulatorOptions(port: 0, keys: keys)) { provider in
            var headers: HTTPFields = [.contentType: "application/json"]
            headers[.authorization] = authorization
            let body: JSON = ["model": "m", "messages": [["role": "user", "content": "x"]]]
            let answer = try await provider.send("/v1/chat/completions", body, headers: headers)
            #expect(answer.status == status)
            if status == 401 {
                #expect(
                    try answer.json["error"]?["code"]
                        == (authorization?.hasPrefix("Bearer") == true ? "invalid_api_key" : .null))
                #expect(!answer.text.contains("two-1234"))
            }
        }
    }

    @Test("models that say so do not exist")
    func unknownModel() async throws {
        try await Provider.run { provider in
            let answer = try await provider.chat("x", ["model": "no-such-model-7"])
            #expect(answer.status == 404)
            #expect(try answer.json["error"]?["code"] == "model_not_found")
            #expect(try await provider.get("/v1/models/no-such-model", headers: Provider.openAI).status == 404)
            #expect(try await provider.send("/v1/nothing", [:]).status == 404)
            #expect(try await provider.get("/v1/chat/completions", headers: Provider.openAI).status == 405)
        }
    }

    @Test("a body beyond the limit is refused")
    func tooLarge() async throws {
        var options = SimulatorOptions(port: 0)
        options.bodyLimit = 1000
        try await Provider.run(options) { provider in
            let answer = try await provider.chat(String(repeating: "x", count: 2000))
            #expect(answer.status == 413)
        }
    }
}

@Suite("Other OpenAI endpoints")
struct OpenAIEndpointTests {
    @Test("embeddings are unit vectors, in either encoding the same")
    func embeddings() async throws {
        try await Provider.run { provider in
            let ask = { (format: JSON) in
                try await provider.send(
                    "/v1/embeddings",
                    [
                        "model": "text-embedding-3-small", "input": ["a", "bcdefgh"], "dimensions": 16,
                        "encoding_format": format,
                    ]
                )
                .json
            }
            let floats = try await ask("float")
            let vector = try #require(floats["data"]?[1]?["embedding"]?.elements).compactMap(\.number)
            #expect(vector.count == 16)
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 0.0001)
            #expect(floats["usage"] == ["prompt_tokens": 3, "total_tokens": 3])
            let text = try #require(try await ask("base64")["data"]?[1]?["embedding"]?.text)
            let data = try #require(Data(base64Encoded: text))
            let decoded = data.withUnsafeBytes { bytes in
                (0..<16).map {
                    Double(
                        Float(
                            bitPattern: UInt32(
                                littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))))
                }
            }
            #expect(zip(vector, decoded).allSatisfy { abs($0 - $1) < 0.000001 })
        }
    }

    @Test("token ids count one token each")
    func tokenIDs() async throws {
        try await Provider.run { provider in
            let answer = try await provider.send("/v1/embeddings", ["model": "e", "input": [[1, 2, 3], [4]]]).json
            #expect(answer["usage"]?["prompt_tokens"] == 4)
            #expect(answer["data"]?.elements?.count == 2)
        }
    }

    @Test("legacy completions answer each prompt", arguments: [true, false])
    func completions(streamed: Bool) async throws {
        try await Provider.run { provider in
            var body: JSONObject = ["model": "gpt-3.5-turbo-instruct", "prompt": ["one", "two"], "max_tokens": 12]
            if streamed { body = body.joined(["stream": true, "stream_options": ["include_usage": true]]) }
            let answer = try await provider.send("/v1/completions", .object(body))
            let usage = streamed ? try answer.events.last?["usage"] : try answer.json["usage"]
            #expect(usage?["completion_tokens"] == 24)
            let choices =
                streamed
                ? try answer.events.compactMap { $0["choices"]?[0] } : try answer.json["choices"]?.elements ?? []
            #expect(choices.filter { $0["finish_reason"] == "length" }.count == 2)
        }
    }

    @Test("models are listed in the shape of the provider that is meant")
    func models() async throws {
        try await Provider.run { provider in
            let openAI = try await provider.get("/v1/models", headers: Provider.openAI).json
            #expect(openAI["object"] == "list")
            #expect(openAI["data"]?[0]?["object"] == "model")
            let anthropic = try await provider.get("/v1/models", headers: Provider.anthropic).json
            #expect(anthropic["data"]?[0]?["type"] == "model")
            #expect(anthropic["has_more"] == false)
            #expect(try await provider.get("/v1/models/org%2Fm", headers: Provider.openAI).json["id"] == "org/m")
            #expect(try await provider.get("/v1/models").status == 401)
        }
    }
}

@Suite("OpenAI responses")
struct OpenAIResponsesTests {
    @Test("a stream numbers its events and ends with the whole response")
    func stream() async throws {
        try await Provider.run { provider in
            let body: JSONObject = [
                "model": "gpt-5", "input": "Hello", "reasoning": ["effort": "low", "summary": "auto"],
            ]
            let whole = try await provider.send("/v1/responses", .object(body)).json
            let stream = try await provider.send("/v1/responses", .object(body.joined(["stream": true])))
            let events = try stream.events
            #expect(events.compactMap { $0["sequence_number"]?.integer } == Array(0..<events.count))
            #expect(events.first?["type"] == "response.created")
            #expect(events.last?["type"] == "response.completed")
            #expect(events.last?["response"]?["output"]?[1]?["content"] == whole["output"]?[1]?["content"])
            #expect(events.last?["response"]?["usage"] == whole["usage"])
            #expect(whole["usage"]?["output_tokens_details"]?["reasoning_tokens"] == 32)
            let added = events.count { $0["type"] == "response.output_item.added" }
            #expect(added == 2 && added == events.count { $0["type"] == "response.output_item.done" })
            let deltas = events.filter { $0["type"] == "response.output_text.delta" }.compactMap { $0["delta"]?.text }
            #expect(deltas.joined() == whole["output"]?[1]?["content"]?[0]?["text"]?.text)
            #expect(!stream.text.contains("[DONE]"))
        }
    }

    @Test("a stored response is continued with the results of its calls")
    func continued() async throws {
        try await Provider.run { provider in
            let tools: JSON = [
                ["type": "function", "name": "look", "parameters": ["type": "object", "properties": [:]]]
            ]
            let first = try await provider.send("/v1/responses", ["model": "m", "input": "use tool", "tools": tools])
                .json
            let call = try #require(first["output"]?[0])
            #expect(call["type"] == "function_call")
            let next: JSONObject = ["model": "m", "previous_response_id": first["id"] ?? nil]
            let result: JSON = ["type": "function_call_output", "call_id": call["call_id"] ?? nil, "output": "done"]
            let second = try await provider.send("/v1/responses", .object(next.joined(["input": [result]])))
            #expect(second.text.contains("The tool answered: \\\"done\\\""))
            let without = try await provider.send("/v1/responses", .object(next.joined(["input": "hm"])))
            #expect(without.status == 400)
        }
    }

    @Test("an unknown response cannot be continued, and a short limit leaves the answer incomplete")
    func refusals() async throws {
        try await Provider.run { provider in
            let unknown = try await provider.send(
                "/v1/responses", ["model": "m", "input": "x", "previous_response_id": "resp_0"])
            #expect(try unknown.json["error"]?["code"] == "previous_response_not_found")
            let cut = try await provider.send("/v1/responses", ["model": "m", "input": "x", "max_output_tokens": 16])
                .json
            #expect(cut["status"] == "incomplete")
            #expect(cut["incomplete_details"]?["reason"] == "max_output_tokens")
            #expect(cut["usage"]?["output_tokens"] == 16)
        }
    }
}

extension JSONObject {
    func joined(_ more: JSONObject) -> JSONObject {
        var object = self
        for field in more.fields { object[field.name] = field.value }
        return object
    }
}

/// Carries a value out of a `@Sendable` closure that has ended when it is read.
final class Box<Value: Sendable>: @unchecked Sendable {
    // Written by one closure and read after it was awaited, never at the same time.
    var value: Value
    init(_ value: Value) { self.value = value }
}

extension Array {
    func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
