// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

/// What of a request counts as read by a model, and what does not.
@Suite struct PromptReadingTests {
    /// Forty small letters: ten tokens at OpenAI.
    private static let words = "the quick brown fox jumps over lazy dogs"

    private func body(_ members: String, _ endpoint: Endpoint = .chatCompletions) -> String {
        request(endpoint, members)
    }

    /// What `members` add to the estimate of a small body.
    private func added(_ members: String, _ endpoint: Endpoint = .chatCompletions) throws -> Int64 {
        try estimate(body(members, endpoint), endpoint) - estimate(body("", endpoint), endpoint)
    }

    @Test(
        "A string that a model reads counts, wherever the API has it",
        arguments: [
            (Endpoint.chatCompletions, #"{"role":"user","content":"WORDS"}"#),
            (.chatCompletions, #"{"role":"user","content":[{"type":"text","text":"WORDS"}]}"#),
            (.chatCompletions, #"{"role":"assistant","content":null,"refusal":"WORDS"}"#),
            (.chatCompletions, #"{"role":"assistant","reasoning_content":"WORDS"}"#),
            (
                .chatCompletions,
                #"{"role":"assistant","tool_calls":[{"id":"call_12345678","type":"function","function":{"name":"","arguments":"WORDS"}}]}"#
            ),
            (.chatCompletions, #"{"role":"assistant","function_call":{"name":"WORDS","arguments":""}}"#),
            (.chatCompletions, #"{"role":"tool","tool_call_id":"call_12345678","content":"WORDS"}"#),
            (.chatCompletions, #"{"role":"user","name":"WORDS","content":""}"#),
            (.chatCompletions, #"{"role":"user","content":"","something_new":{"of":["WORDS"]}}"#),
        ])
    func chatStrings(_ endpoint: Endpoint, _ message: String) throws {
        func messages(_ text: String) -> String {
            "{\"model\":\"m\",\"messages\":[\(message.replacing("WORDS", with: text))]}"
        }
        #expect(try estimate(messages(Self.words), endpoint) - estimate(messages(""), endpoint) == 10)
    }

    @Test(
        "So do the strings of Anthropic's blocks",
        arguments: [
            #"{"type":"text","text":"WORDS"}"#, #"{"type":"thinking","thinking":"WORDS","signature":""}"#,
            #"{"type":"tool_result","tool_use_id":"toolu_1","content":"WORDS"}"#,
            #"{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"WORDS"}]}"#,
            #"{"type":"tool_use","id":"toolu_1","name":"WORDS","input":{}}"#,
            #"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"WORDS"}}"#,
            #"{"type":"document","source":{"type":"content","content":[{"type":"text","text":"WORDS"}]}}"#,
            #"{"type":"document","title":"WORDS","source":{"type":"text","media_type":"text/plain","data":""}}"#,
            #"{"type":"search_result","source":"WORDS","title":"","content":[]}"#,
        ])
    func anthropicStrings(_ block: String) throws {
        func content(_ text: String) -> String { "[\(block.replacing("WORDS", with: text))]" }
        // Fifteen tokens: Anthropic's tokenizer has up to half as many again.
        #expect(
            try estimate(content: content(Self.words), .messages) - estimate(content: content(""), .messages) == 15)
    }

    @Test(
        "So do those of responses, completions and embeddings",
        arguments: [
            (Endpoint.responses, #""input":"WORDS""#), (.responses, #""input":[{"role":"user","content":"WORDS"}]"#),
            (.responses, #""input":[{"role":"user","content":[{"type":"input_text","text":"WORDS"}]}]"#),
            (.responses, #""input":[{"type":"function_call","call_id":"call_1","name":"","arguments":"WORDS"}]"#),
            (.responses, #""input":[{"type":"function_call_output","call_id":"call_1","output":"WORDS"}]"#),
            (
                .responses,
                #""input":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"WORDS"}]}]"#
            ),
            (.responses, #""input":"","instructions":"WORDS""#),
            (.responses, #""input":"","prompt":{"id":"pmpt_1","variables":{"city":"WORDS"}}"#),
            (.completions, #""prompt":"WORDS""#), (.completions, #""prompt":["WORDS",""]"#),
            (.completions, #""prompt":"","suffix":"WORDS""#), (.embeddings, #""input":"WORDS""#),
            (.embeddings, #""input":["","WORDS"]"#), (.messages, #""max_tokens":1,"messages":[],"system":"WORDS""#),
            (.messages, #""max_tokens":1,"messages":[],"system":[{"type":"text","text":"WORDS"}]"#),
        ])
    func otherStrings(_ endpoint: Endpoint, _ members: String) throws {
        func body(_ text: String) -> String {
            "{\"model\":\"m\",\(members.replacing("WORDS", with: text)),\"n\":null}"
        }
        let difference = try estimate(body(Self.words), endpoint) - estimate(body(""), endpoint)
        // One that is empty is rounded up.
        #expect((9...15).contains(difference), "\(difference)")
    }

    @Test(
        "Ids, labels and settings do not count",
        arguments: [
            #""user":"WORDS""#, #""metadata":{"a":"WORDS"}"#, #""stop":["WORDS"]"#,
            #""seed":123456789,"temperature":0.7"#,
            #""prompt_cache_key":"WORDS""#, #""stream_options":{"x":"WORDS"}"#, #""logit_bias":{"50256":-100}"#,
        ])
    func settings(_ members: String) throws {
        #expect(try added(members.replacing("WORDS", with: Self.words)) == 0)
    }

    @Test(
        "Nor do those inside of messages",
        arguments: [
            #"{"role":"WORDS","content":"hi"}"#, #"{"role":"user","content":[{"type":"WORDS","text":"hi"}]}"#,
            #"{"role":"tool","tool_call_id":"WORDS","content":"hi"}"#,
            #"{"role":"assistant","id":"WORDS","status":"WORDS","content":"hi"}"#,
            #"{"role":"user","content":"hi","cache_control":{"type":"WORDS"}}"#,
            #"{"role":"assistant","content":"hi","annotations":[{"text":"WORDS"}]}"#,
        ])
    func labels(_ message: String) throws {
        func messages(_ text: String) -> String {
            "{\"model\":\"m\",\"messages\":[\(message.replacing("WORDS", with: text))]}"
        }
        #expect(try estimate(messages(Self.words)) == estimate(messages("")))
    }

    @Test("White space, framing and numbers of a body do not count")
    func framing() throws {
        let dense = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":1}"#
        let spread = dense.replacing(#/([{}\[\]:,])/#) { "\($0.output.0)\n        " }.replacing(
            ":1", with: ":100000000000")
        #expect(try estimate(spread) == estimate(dense))
    }

    @Test("Each message counts a few tokens, and so does the answer's beginning")
    func messages() throws {
        func body(_ count: Int) -> String {
            let messages = Array(repeating: #"{"role":"user","content":""}"#, count: count).joined(separator: ",")
            return "{\"model\":\"m\",\"messages\":[\(messages)]}"
        }
        #expect(try estimate(body(1)) == 7)
        #expect(try estimate(body(10)) == 43)
        #expect(try estimate(body(0)) == 1)
    }

    @Test(
        "Token numbers count one each",
        arguments: [
            ("[1,2,3]", 3), ("[[1,2],[3,4,5]]", 5), ("[100257,100258]", 2), (#"["abcd",[1,2]]"#, 3), ("[]", 1),
        ])
    func tokenNumbers(_ input: String, _ tokens: Int64) throws {
        #expect(try estimate("{\"model\":\"m\",\"input\":\(input)}", .embeddings) == tokens)
        #expect(try estimate("{\"model\":\"m\",\"prompt\":\(input)}", .completions) == tokens)
    }

    @Test("A schema counts with its keys, wherever one can be given")
    func schemas() throws {
        let schema = #"{"type":"object","properties":{"a_long_property_name":{"type":"string","maxLength":1000}}}"#
        let wheres = [
            #""tools":[{"type":"function","function":{"name":"f","parameters":SCHEMA}}]"#,
            #""functions":[{"name":"f","parameters":SCHEMA}]"#,
            #""response_format":{"type":"json_schema","json_schema":{"name":"f","schema":SCHEMA}}"#,
            #""text":{"format":{"type":"json_schema","name":"f","schema":SCHEMA}}"#,
            #""output_config":{"format":{"type":"json_schema","schema":SCHEMA}}"#,
        ]
        for place in wheres {
            let with = try added(place.replacing("SCHEMA", with: schema))
            let without = try added(place.replacing("SCHEMA", with: "{}"))
            #expect((20...45).contains(with - without), "\(place): \(with - without)")
        }
        #expect(try added(#""text":{"verbosity":"WORDS"}"#.replacing("WORDS", with: Self.words)) == 0)
    }

    @Test("A tool's input is JSON that is shown to the model")
    func toolInput() throws {
        let small = try estimate(content: #"[{"type":"tool_use","id":"t","name":"f","input":{}}]"#, .messages)
        let large = try estimate(
            content:
                #"[{"type":"tool_use","id":"t","name":"f","input":{"path":"a.swift","lines":[1,200],"all":true}}]"#,
            .messages)
        #expect((15...30).contains(large - small), "\(large - small)")
    }

    @Test("Anthropic's own instructions for tools count once, and its own tools at the most they add")
    func anthropicTools() throws {
        let schema = #"{"name":"f","input_schema":{"type":"object"}}"#
        let one = try added("\"tools\":[\(schema)]", .messages)
        let two = try added("\"tools\":[\(schema),\(schema)]", .messages)
        let builtIn = try added(#""tools":[{"type":"computer_20250124","name":"computer"}]"#, .messages)
        #expect(one > 530 && two - one < 30 && builtIn > 530 + 735)
        #expect(try added(#""tools":[]"#, .messages) == 0)
    }

    @Test("What the provider has encrypted counts as the text that it can hold")
    func sealed() throws {
        let sealed = String(repeating: "Ab0+", count: 400)
        for block in [
            #"{"type":"thinking","thinking":"","signature":"SEALED"}"#,
            #"{"type":"redacted_thinking","data":"SEALED"}"#,
        ] {
            let content = "[\(block.replacing("SEALED", with: sealed))]"
            #expect(try estimate(content: content, .messages) == 300)
        }
        let reasoning = #"{"model":"m","input":[{"type":"reasoning","summary":[],"encrypted_content":"SEALED"}]}"#
        #expect(try estimate(reasoning.replacing("SEALED", with: sealed), .responses) == 300 + 7)
    }
}
