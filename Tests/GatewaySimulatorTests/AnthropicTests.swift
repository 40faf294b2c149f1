// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Testing

@testable import GatewaySimulator

private let weather: JSON = [
    ["name": "get_weather", "input_schema": ["type": "object", "properties": ["city": ["type": "string"]]]]
]

@Suite("Anthropic messages")
struct AnthropicTests {
    @Test("an answer and its stream agree, and the usage of the stream is cumulative")
    func stream() async throws {
        try await Provider.run { provider in
            let whole = try await provider.message("Hello there").json
            #expect(whole["stop_reason"] == "end_turn")
            #expect(whole["usage"]?["input_tokens"] == 3)
            let stream = try await provider.message("Hello there", ["stream": true])
            let events = try stream.events
            #expect(stream.text.hasPrefix("event: message_start\ndata: "))
            let types = events.compactMap { $0["type"]?.text }
            #expect(types.first == "message_start" && types.suffix(2) == ["message_delta", "message_stop"])
            #expect(types.contains("ping"))
            #expect(events[0]["message"]?["usage"]?["output_tokens"] == 1)
            let end = try #require(events.first { $0["type"] == "message_delta" })
            #expect(end["usage"]?["output_tokens"] == whole["usage"]?["output_tokens"])
            #expect(end["usage"]?["input_tokens"] == whole["usage"]?["input_tokens"])
            let text = events.compactMap { $0["delta"]?["text"]?.text }.joined()
            #expect(text == whole["content"]?[0]?["text"]?.text)
        }
    }

    @Test("thinking comes first, signed, and comes back unchanged or not at all")
    func thinking() async throws {
        try await Provider.run { provider in
            let more: JSONObject = ["max_tokens": 3000, "thinking": ["type": "enabled", "budget_tokens": 2000]]
            let answer = try await provider.message("Hello", more).json
            let block = try #require(answer["content"]?[0])
            #expect(block["type"] == "thinking")
            let events = try await provider.message("Hello", more.joined(["stream": true])).events
            let signature = events.compactMap { $0["delta"]?["signature"]?.text }.joined()
            #expect(block["signature"] == .string(signature) && !signature.isEmpty)

            let history = { (block: JSON) in
                [
                    ["role": "user", "content": "Hello"], ["role": "assistant", "content": [block]],
                    ["role": "user", "content": "Go on"],
                ] as JSON
            }
            #expect(try await provider.message("", more.joined(["messages": history(block)])).status == 200)
            var forged = try #require(block.fields)
            forged["thinking"] = "Something else."
            let refused = try await provider.message("", more.joined(["messages": history(.object(forged))]))
            #expect(refused.status == 400 && refused.text.contains("signature"))
        }
    }

    @Test("tools are used and their results answered", arguments: [true, false])
    func tools(parallel: Bool) async throws {
        try await Provider.run { provider in
            let choice: JSON = ["type": "auto", "disable_parallel_tool_use": .bool(!parallel)]
            let more: JSONObject = ["tools": weather, "tool_choice": choice]
            let answer = try await provider.message("weather twice", more).json
            #expect(answer["stop_reason"] == "tool_use")
            let uses = try #require(answer["content"]?.elements)
            #expect(uses.count == (parallel ? 2 : 1))
            #expect(uses.allSatisfy { $0["input"]?["city"]?.text != nil })
            let events = try await provider.message("weather twice", more.joined(["stream": true])).events
            for index in uses.indices {
                let parts = events.filter { $0["index"]?.integer == index }.compactMap {
                    $0["delta"]?["partial_json"]?.text
                }
                #expect(try JSON.read(parts.joined()) == uses[index]["input"])
            }
            let results = uses.map {
                ["type": "tool_result", "tool_use_id": $0["id"] ?? nil, "content": "hot"] as JSON
            }
            let history: JSON = [
                ["role": "user", "content": "weather twice"], ["role": "assistant", "content": .array(uses)],
                ["role": "user", "content": .array(results)],
            ]
            let next = try await provider.message("", more.joined(["messages": history]))
            #expect(next.text.contains("The tool answered: \\\"hot\\\""))
        }
    }

    @Test("marked prompts are written to the cache once, then read", arguments: ["5m", "1h"])
    func cache(life: String) async throws {
        try await Provider.run { provider in
            let system: JSON = [
                [
                    "type": "text", "text": .string(String(repeating: "long ", count: 2000)),
                    "cache_control": ["type": "ephemeral", "ttl": .string(life)],
                ]
            ]
            let first = try await provider.message("one", ["system": system]).json["usage"]
            #expect(first?["cache_creation_input_tokens"] == 2500 && first?["cache_read_input_tokens"] == 0)
            let field = life == "1h" ? "ephemeral_1h_input_tokens" : "ephemeral_5m_input_tokens"
            #expect(first?["cache_creation"]?[field] == 2500)
            let second = try await provider.message("two", ["system": system]).json["usage"]
            #expect(second?["cache_creation_input_tokens"] == 0 && second?["cache_read_input_tokens"] == 2500)
            #expect(second?["input_tokens"] == 1)
        }
    }

    @Test("tokens are counted for nothing, by the same rule")
    func counting() async throws {
        try await Provider.run { provider in
            let body: JSON = ["model": "c", "messages": [["role": "user", "content": "Hello there"]]]
            let answer = try await provider.send("/v1/messages/count_tokens", body)
            #expect(try answer.json == ["input_tokens": 3])
            #expect(try await provider.lastEntry()["prompt_tokens"] == 0)
        }
    }

    @Test(
        "limits, stops and schemas are kept",
        arguments: [
            (["max_tokens": 4], "max_tokens", nil), (["stop_sequences": ["said"]], "stop_sequence", "said"),
            (["output_config": ["format": ["type": "json_schema", "schema": ["type": "object"]]]], "end_turn", nil),
        ] as [(JSONObject, String, String?)])
    func ends(more: JSONObject, reason: String, sequence: String?) async throws {
        try await Provider.run { provider in
            let answer = try await provider.message("Hello", more).json
            #expect(answer["stop_reason"] == .string(reason))
            #expect(answer["stop_sequence"] == JSON(sequence))
        }
    }

    @Test(
        "malformed requests get the provider's error",
        arguments: [
            (["max_tokens": nil], "max_tokens: Field required"), (["messages": nil], "messages: Field required"),
            (["messages": []], "at least one message"), (["colour": 1], "colour: Extra inputs are not permitted"),
            (["messages": [["role": "assistant", "content": "x"]]], "first message"),
            (["messages": [["role": "wizard", "content": "x"]]], "messages.0.role"),
            (["messages": [["role": "user", "content": [["type": "text", "text": ""]]]]], "non-empty"),
            (
                ["messages": [["role": "user", "content": [["type": "tool_result", "tool_use_id": "t"]]]]],
                "tool_use_id"
            ),
            (["thinking": ["type": "enabled", "budget_tokens": 100]], "budget_tokens"),
            (["max_tokens": 1024, "thinking": ["type": "enabled", "budget_tokens": 1024]], "less than max_tokens"),
            (["temperature": 2], "temperature"), (["model": 5], "model"),
        ] as [(JSONObject, String)])
    func malformed(more: JSONObject, part: String) async throws {
        try await Provider.run { provider in
            let answer = try await provider.message("hi", more)
            #expect(answer.status == 400)
            let json = try answer.json
            #expect(json["type"] == "error" && json["error"]?["type"] == "invalid_request_error")
            #expect(json["error"]?["message"]?.text?.contains(part) == true)
            #expect(json["request_id"]?.text == answer.header("request-id"))
        }
    }

    @Test(
        "the newest version has no sampling settings",
        arguments: [("2023-06-01", 200), ("2026-10-21", 400), ("2020", 400)])
    func versions(version: String, status: Int) async throws {
        try await Provider.run { provider in
            var headers = Provider.anthropic
            headers[try #require(HTTPField.Name("anthropic-version"))] = version
            let body: JSON = [
                "model": "c", "max_tokens": 9, "temperature": 1, "messages": [["role": "user", "content": "x"]],
            ]
            #expect(try await provider.send("/v1/messages", body, headers: headers).status == status)
        }
    }

    @Test(
        "the key is taken from either header, its own first",
        arguments: [
            (["x-api-key": "sk-1"], 200), (["authorization": "Bearer sk-1"], 200),
            (["x-api-key": "bad", "authorization": "Bearer sk-1"], 401), ([:], 401),
        ] as [([String: String], Int)])
    func keys(headers: [String: String], status: Int) async throws {
        try await Provider.run { provider in
            var fields = Provider.fields(["anthropic-version": "2023-06-01", "content-type": "application/json"])
            for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
            let body: JSON = ["model": "c", "max_tokens": 9, "messages": [["role": "user", "content": "x"]]]
            let answer = try await provider.send("/v1/messages", body, headers: fields)
            #expect(answer.status == status)
            if status == 401 { #expect(try answer.json["error"]?["type"] == "authentication_error") }
        }
    }
}
