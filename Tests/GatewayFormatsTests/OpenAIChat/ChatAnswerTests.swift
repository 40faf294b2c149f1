// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct ChatAnswerTests {
    private func answer(_ message: String, finish: String = #""stop""#, choice: String = "", top: String = "") -> String
    {
        """
        {"id":"c1","object":"chat.completion","created":7,"model":"m",\
        "choices":[{"index":0,"message":{"role":"assistant",\(message)},"finish_reason":\(finish)\(choice)}]\(top)}
        """
    }

    private func parts(_ message: String) throws -> [Part] {
        try ChatTrial.readAnswer(answer(message)).choices[0].parts
    }

    /// An answer of another dialect.
    private func foreign(_ parts: [Part], _ stop: Stop = Stop(.finished)) -> Answer {
        let extras = Extras(.anthropicMessages)
        return Answer(
            id: "msg_1", model: "m", created: 7, choices: [.init(parts, stop, extras: extras)], usage: nil,
            extras: extras)
    }

    private func expect(
        _ parts: [Part], writes message: String, finish: String = #""stop""#, _ stop: Stop = Stop(.finished),
        losses: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (body, report) = ChatTrial.writeAnswer(foreign(parts, stop))
        let expected = answer(message, finish: finish).replacing("\"c1\"", with: "\"msg_1\"")
        try expectJSON(body, expected, sourceLocation: sourceLocation)
        #expect(report.losses == losses, sourceLocation: sourceLocation)
    }

    // MARK: Reading

    @Test("Text, reasoning, a refusal, pictures and calls, in order")
    func message() throws {
        let parts = try parts(
            """
            "content":"so","refusal":"no","reasoning":"hm","images":[{"type":"image_url","image_url":{"url":"https://x"}}],
            "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]
            """)
        #expect(
            parts == [
                .chat(.reasoning(Reasoning("hm"))), .chat(.text("so")), .chat(.media(Media(.image, .url("https://x")))),
                .chat(.refusal("no")), .chat(.call(ToolCall(id: "a", name: "f", arguments: .encoded("{}")))),
            ])
    }

    @Test("Content may be null, empty, or a list with thinking, as Mistral's models have it")
    func content() throws {
        #expect(try parts(#""content":null"#) == [])
        #expect(try parts(#""content":"""#) == [])
        let list =
            #""content":[{"type":"thinking","thinking":[{"type":"text","text":"h"}]},{"type":"text","text":"a"}]"#
        #expect(try parts(list) == [.chat(.reasoning(Reasoning("h"))), .chat(.text("a"))])
    }

    @Test(
        "Why it stopped",
        arguments: [
            (#""stop""#, "", Stop.Reason.finished), (#""length""#, "", .length), (#""model_length""#, "", .length),
            (#""tool_calls""#, "", .toolCalls), (#""function_call""#, "", .toolCalls),
            (#""content_filter""#, "", .contentFilter), (#""error""#, "", .failed),
            (#""insufficient_system_resource""#, "", .failed), (#""eos""#, "", .finished), ("null", "", .finished),
            (#""stop""#, #","stop_reason":"END""#, .stopString), (#""stop""#, #","stop_reason":128009"#, .finished),
        ])
    func stop(_ word: String, _ more: String, _ reason: Stop.Reason) throws {
        let stop = try ChatTrial.readAnswer(answer(#""content":"a""#, finish: word, choice: more)).choices[0].stop
        #expect(stop.reason == reason)
        #expect(stop.matched == (reason == .stopString ? "END" : nil))
        #expect(stop.native.map { "\"\($0.text)\"" } ?? "null" == word)
    }

    @Test("An answer that calls says so, unless it was cut short")
    func stopWithCalls() throws {
        let call = #""tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]"#
        #expect(try ChatTrial.readAnswer(answer(call)).choices[0].stop.reason == .toolCalls)
        #expect(try ChatTrial.readAnswer(answer(call, finish: #""length""#)).choices[0].stop.reason == .length)
    }

    @Test(
        "Usage in one convention",
        arguments: [
            (
                #"{"prompt_tokens":120,"completion_tokens":5,"total_tokens":125,"prompt_tokens_details":{"cached_tokens":90,"cache_write_tokens":20}}"#,
                Usage(prompt: 120, completion: 5, cached: 90, cacheWrite: 20)
            ),
            (
                #"{"prompt_tokens":20,"completion_tokens":7,"total_tokens":127,"completion_tokens_details":{"reasoning_tokens":100}}"#,
                Usage(prompt: 20, completion: 107, reasoning: 100)
            ),
            (
                #"{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11,"prompt_cache_hit_tokens":4}"#,
                Usage(prompt: 10, completion: 1, cached: 4)
            ),
            (
                #"{"prompt_tokens":10,"completion_tokens":1,"num_cached_tokens":4,"prompt_tokens_details":null}"#,
                Usage(prompt: 10, completion: 1, cached: 4)
            ),
            (#"{"prompt_tokens":10,"completion_tokens":1000000000001}"#, nil), (#""lots""#, nil), ("null", nil),
        ])
    func usage(_ usage: String, _ expected: Usage?) throws {
        #expect(try ChatTrial.readAnswer(answer(#""content":"a""#, top: #","usage":\#(usage)"#)).usage == expected)
    }

    @Test("What is required and missing is filled in; several choices without numbers are told apart")
    func missing() throws {
        let answer = try ChatTrial.readAnswer(#"{"choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]}"#)
        #expect(answer.id == "" && answer.model == "" && answer.created == nil)
        #expect(answer.choices.map(\.index) == [0, 1])
    }

    @Test(
        "What is no answer is a fault, with its place",
        arguments: [
            (#"{"choices":[]}"#, "choices"), (#"{"error":{"message":"x"}}"#, "choices"),
            (#"{"choices":{}}"#, "choices"),
            (#"{"choices":[{}]}"#, "choices[0].message"), (#"{"choices":[{"message":7}]}"#, "choices[0].message"),
            (#"{"choices":[{"message":{"content":7}}]}"#, "choices[0].message.content"),
            (
                #"{"choices":[{"message":{"tool_calls":[{"function":{"arguments":"{}"}}]}}]}"#,
                "choices[0].message.tool_calls[0].function.name"
            ), ("[]", ""),
        ])
    func faults(_ body: String, _ path: String) throws {
        let fault = #expect(throws: FormatFault.self) { try ChatTrial.readAnswer(body) }
        #expect(fault?.path == path)
    }

    // MARK: Read and written again

    @Test(
        "An answer comes out as it was",
        arguments: [
            #""content":"a","refusal":null"#,
            #""content":null,"refusal":"no","annotations":[{"type":"url_citation"}],"audio":{"id":"x"}"#,
            #""content":"a","refusal":null,"reasoning_content":"hm""#,
            #""content":"b","refusal":null,"reasoning_content":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic-claude-v1","index":0}]"#,
            #""content":null,"refusal":null,"reasoning_details":[{"type":"reasoning.encrypted","data":"s","format":"anthropic-claude-v1","index":0}]"#,
            #""content":[{"type":"text","text":"a","x":1},{"type":"reference","reference_ids":[1]}],"refusal":null"#,
            #""content":"a","refusal":null,"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}]"#,
        ])
    func same(_ message: String) throws {
        let body = answer(
            message, choice: #","logprobs":{"content":[]},"content_filter_results":{}"#,
            top: #","system_fingerprint":"fp","service_tier":"default","citations":["u"]"#)
        let (written, report) = ChatTrial.writeAnswer(try ChatTrial.readAnswer(body))
        try expectJSON(written, body)
        #expect(report.losses == [])
    }

    @Test("Several choices, calls of both kinds, usage and the provider's own word come out as they were")
    func sameCalls() throws {
        let body = """
            {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":1,"message":{"role":"assistant",
            "content":null,"refusal":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\\"x\\":1}"}},
            {"id":"b","type":"custom","custom":{"name":"g","input":"x"}}]},"finish_reason":"tool_calls"},
            {"index":0,"message":{"role":"assistant","content":"a","refusal":null},"finish_reason":"stop",
            "native_finish_reason":"stop_sequence","stop_reason":"END"}],
            "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":3,
            "cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}}}
            """
        try expectJSON(ChatTrial.writeAnswer(try ChatTrial.readAnswer(body)).body, body)
    }

    // MARK: Out of other dialects

    @Test("Blocks of text are one text; calls have their arguments as text")
    func foreignText() throws {
        let arguments = Arguments.object(JSONFragment(literal: #"{"q":"\"é\""}"#))
        try expect(
            [
                .messages(.text("a ")), .messages(.text("b")),
                .messages(.call(ToolCall(id: "t", name: "f", arguments: arguments))),
                .messages(.call(ToolCall(id: nil, name: "g", arguments: .empty))),
            ],
            writes: """
                "content":"a b","refusal":null,"tool_calls":[
                {"id":"t","type":"function","function":{"name":"f","arguments":"{\\"q\\":\\"\\\\\\"é\\\\\\"\\"}"}},
                {"id":"call_msg_1_0_1","type":"function","function":{"name":"g","arguments":"{}"}}]
                """, finish: #""tool_calls""#, Stop(.toolCalls, native: "tool_calls"))
    }

    @Test(
        "Every reason to stop has a word; another of the provider's own stands beside it",
        arguments: [
            (Stop(.finished, native: "end_turn"), #""stop","native_finish_reason":"end_turn""#),
            (
                Stop(.stopString, native: "stop_sequence", matched: "X"),
                #""stop","native_finish_reason":"stop_sequence","stop_reason":"X""#
            ),
            (Stop(.length, native: "max_tokens"), #""length","native_finish_reason":"max_tokens""#),
            (Stop(.contentFilter, native: "refusal"), #""content_filter","native_finish_reason":"refusal""#),
            (Stop(.paused, native: "pause_turn"), #""stop","native_finish_reason":"pause_turn""#),
            (Stop(.failed, native: "malformed"), #""stop","native_finish_reason":"malformed""#),
            (Stop(.toolCalls), #""tool_calls""#),
        ])
    func foreignStops(_ stop: Stop, _ word: String) throws {
        try expect([.messages(.text("a"))], writes: #""content":"a","refusal":null"#, finish: word, stop)
    }

    @Test("What an answer has no place for is reported")
    func foreignLosses() throws {
        var cited = Part.messages(.text("a"))
        cited.extras.members = [.init(name: "citations", value: JSONFragment(literal: "[]"))]
        let block = JSONFragment(literal: #"{"type":"web_search_tool_result"}"#)
        try expect(
            [
                cited, .messages(.opaque(origin: .anthropicMessages, block)),
                .messages(.media(Media(.audio, .data("AA"), mediaType: "audio/wav"))),
            ],
            writes: #""content":"a","refusal":null"#,
            losses: [
                "dropped messages[].content[].citations", "dropped audio",
                "dropped messages[].content[].type=web_search_tool_result",
            ])
    }

    // MARK: Seals

    /// What a client sends back of an answer: its message, in its history.
    private func replayed(_ parts: [Part]) throws -> [Part] {
        let body = ChatTrial.writeAnswer(foreign(parts)).body
        let message = try Sample.value(body)["choices"]?.elements.first { _ in true }?["message"]
        return try ChatTrial.read(messages: message?.fragment.text ?? "").turns[0].parts
    }

    @Test(
        "Sealed reasoning survives a turn through a chat client: text, seal and order",
        arguments: [
            [
                Part.chat(.reasoning(Reasoning("t\u{e9}", seal: Seal(.anthropic, .signature, #"Eq+/\/=="#)))),
                .chat(.reasoning(Reasoning("", seal: Seal(.anthropic, .encrypted, "redacted")))), .chat(.text("a")),
                .chat(.reasoning(Reasoning("more", seal: Seal(.anthropic, .signature, "s2")))),
                .chat(.call(ToolCall(id: "x", name: "f", arguments: .encoded("{}")))),
            ],
            [
                .chat(.reasoning(Reasoning("sum", isSummary: true, seal: Seal(.openAI, .encrypted, "e", id: "rs_1")))),
                .chat(.reasoning(Reasoning("", seal: Seal(.openAI, .encrypted, "f", id: "rs_2")))), .chat(.text("a")),
            ],
            [
                .chat(.reasoning(Reasoning("plain"))), .chat(.text("a")),
                .chat(
                    .call(
                        ToolCall(
                            id: "x", name: "f", arguments: .encoded("{}"), seal: Seal(.gemini, .signature, "sig")))),
                .chat(
                    .call(
                        ToolCall(
                            id: "y.z", name: "f", arguments: .encoded("{}"), seal: Seal(.anthropic, .encrypted, "a.b")))
                ),
            ],
        ])
    func seals(_ parts: [Part]) throws {
        #expect(try replayed(parts) == parts)
    }
}
