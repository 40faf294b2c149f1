// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite("Messages answers") struct MessagesAnswerTests {
    private static let usage = #""usage":{"input_tokens":10,"output_tokens":5}"#

    private func message(_ content: String, _ rest: String = #""stop_reason":"end_turn","stop_sequence":null"#)
        -> String
    {
        "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[\(content)],\(rest),\(Self.usage)}"
    }

    private func foreign(
        _ parts: [Part], _ stop: Stop = Stop(.finished), usage: Usage? = Usage(prompt: 1, completion: 2)
    ) -> Answer {
        let choice = Answer.Choice(parts, stop, extras: Extras(.openAIChat))
        return Answer(id: "chatcmpl-9", model: "gpt", choices: [choice], usage: usage, extras: Extras(.openAIChat))
    }

    private func content(_ answer: Answer) throws -> String? {
        try MessagesTrial.value(MessagesTrial.writeAnswer(answer).body)["content"]?.fragment.text
    }

    // MARK: Reading

    @Test("Text, thinking and calls, in order")
    func parts() throws {
        let answer = try MessagesTrial.readAnswer(
            message(
                #"""
                {"type":"thinking","thinking":"T","signature":"S"},{"type":"text","text":"A"},
                {"type":"tool_use","id":"t1","name":"f","input":{"x":1}},{"type":"tool_use","id":"t2","name":"g","input":{}}
                """#, #""stop_reason":"tool_use""#))
        let arguments = Arguments.object(try MessagesTrial.value(#"{"x":1}"#).fragment)
        #expect(
            answer.choices[0].parts.map(\.content) == [
                .reasoning(Reasoning("T", seal: Seal(.anthropic, .signature, "S"))), .text("A"),
                .call(ToolCall(id: "t1", name: "f", arguments: arguments)),
                .call(ToolCall(id: "t2", name: "g", arguments: .empty)),
            ])
        #expect(answer.id == "msg_1" && answer.model == "m")
        #expect(answer.choices[0].stop == Stop(.toolCalls, native: "tool_use"))
    }

    @Test(
        "Reasons to stop",
        arguments: [
            ("end_turn", Stop.Reason.finished), ("max_tokens", .length), ("stop_sequence", .stopString),
            ("tool_use", .toolCalls), ("pause_turn", .paused), ("refusal", .contentFilter),
            ("model_context_window_exceeded", .length), ("a_reason_to_come", .finished),
        ])
    func stops(_ word: String, _ reason: Stop.Reason) throws {
        let call = #"{"type":"tool_use","id":"t","name":"f","input":{}}"#
        let answer = try MessagesTrial.readAnswer(
            message(call, "\"stop_reason\":\"\(word)\",\"stop_sequence\":\"END\""))
        #expect(answer.choices[0].stop.reason == reason)
        #expect(answer.choices[0].stop.native?.text == word)
        #expect(answer.choices[0].stop.matched == "END")
    }

    @Test("The prompt includes the cache, whichever way it is told")
    func usage() throws {
        let text = message("").replacing(
            Self.usage,
            with: #"""
                "usage":{"input_tokens":10,"cache_read_input_tokens":90,"cache_creation_input_tokens":20,
                "cache_creation":{"ephemeral_5m_input_tokens":15,"ephemeral_1h_input_tokens":5},"output_tokens":7,
                "output_tokens_details":{"thinking_tokens":3},"service_tier":"priority","server_tool_use":{"web_search_requests":1}}
                """#)
        let answer = try MessagesTrial.readAnswer(text)
        let usage = Usage(prompt: 120, completion: 7, cached: 90, cacheWrite: 20, cacheWriteHour: 5, reasoning: 3)
        #expect(answer.usage == usage)
        #expect(answer.serviceTier == "priority")
        #expect(answer.extras.members.map(\.name) == ["usage.server_tool_use"])
        let (body, report) = try MessagesTrial.writeAnswer(answer)
        #expect(
            body.contains(
                #"""
                "usage":{"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":90,"cache_creation":{"ephemeral_5m_input_tokens":15,"ephemeral_1h_input_tokens":5},"output_tokens":7,"output_tokens_details":{"thinking_tokens":3},"service_tier":"priority","server_tool_use":{"web_search_requests":1}}
                """#))
        #expect(!report.isLossy)
    }

    @Test("Counts that cannot be true are none", arguments: ["-1", "1e13", #""5""#, "1.5", "null"])
    func unbelievable(_ count: String) throws {
        let text = message("").replacing(#""output_tokens":5"#, with: "\"output_tokens\":\(count)")
        #expect(try MessagesTrial.readAnswer(text).usage == nil)
    }

    @Test("The tool that stands for structured output is the text it stands for")
    func structuredOutput() throws {
        let output = #"{"type":"tool_use","id":"t","name":"sluice_structured_answer","input":{"a": "b\nc"}}"#
        let answer = try MessagesTrial.readAnswer(message(output, #""stop_reason":"tool_use""#))
        #expect(answer.choices[0].parts.map(\.content) == [.text(#"{"a": "b\nc"}"#)])
        #expect(answer.choices[0].stop.reason == .finished)
        let cut = try MessagesTrial.readAnswer(message(output, #""stop_reason":"max_tokens""#))
        #expect(cut.choices[0].stop.reason == .length)
        let beside = output + #",{"type":"tool_use","id":"u","name":"f","input":{}}"#
        #expect(
            try MessagesTrial.readAnswer(message(beside, #""stop_reason":"tool_use""#)).choices[0].stop.reason
                == .toolCalls)
    }

    @Test("A refusal's explanation is told, and its details come back to a client of this dialect")
    func refusal() throws {
        let details = #"{"type":"refusal","category":"bio","explanation":"No."}"#
        let answer = try MessagesTrial.readAnswer(message("", #""stop_reason":"refusal","stop_details":\#(details)"#))
        #expect(answer.choices[0].parts.map(\.content) == [.refusal("No.")])
        let body = try MessagesTrial.writeAnswer(answer).body
        #expect(body.contains(#""content":[],"stop_reason":"refusal","stop_sequence":null,"stop_details":\#(details)"#))
    }

    @Test(
        "What is no answer is a fault",
        arguments: [
            ("[]", ""), ("{}", "content"), (#"{"content":"x"}"#, "stop_reason"), (#"{"content":[3]}"#, "content[0]"),
            (#"{"content":[{"type":"text"}],"stop_reason":"end_turn"}"#, "content[0].text"),
            (#"{"content":[],"stop_reason":1}"#, "stop_reason"), (#"{"content":[],"stop_reason":null}"#, "stop_reason"),
            (#"{"content":[],"stop_reason":"x","usage":[]}"#, "usage"),
            (#"{"content":[{"type":"tool_use","id":"t","input":{}}],"stop_reason":"tool_use"}"#, "content[0].name"),
        ])
    func faults(_ text: String, _ path: String) throws {
        let body = try MessagesTrial.value(text)
        do {
            _ = try MessagesFormat.readAnswer(body)
            Issue.record("no fault")
        } catch { #expect(error.path == path) }
    }

    // MARK: Read and written again

    @Test(
        "An answer comes out as it was",
        arguments: [
            #"{"type":"text","text":"A","citations":[{"type":"page_location","cited_text":"c"}]}"#,
            #"{"type":"thinking","thinking":"","signature":"S"},{"type":"redacted_thinking","data":"D"},{"type":"text","text":"A"}"#,
            #"{"type":"server_tool_use","id":"s","name":"web_search","input":{"q":"x"}},{"type":"web_search_tool_result","tool_use_id":"s","content":[]}"#,
            #"{"type":"tool_use","id":"t","name":"f","input":{"x":1},"caller":{"type":"direct"},"toolset_name":"b"}"#,
        ])
    func again(_ content: String) throws {
        let reason = content.contains("\"tool_use\"") ? "tool_use" : "pause_turn"
        let text = message(
            content, #""stop_reason":"\#(reason)","stop_sequence":null,"container":{"id":"c"},"context_management":{}"#)
        let expected = text.replacing(
            Self.usage,
            with:
                #""usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":5}"#
        )
        let (body, report) = try MessagesTrial.writeAnswer(MessagesTrial.readAnswer(text))
        #expect(try MessagesTrial.canonical(body) == MessagesTrial.canonical(expected))
        #expect(report.entries.isEmpty)
    }

    // MARK: Out of other dialects

    @Test("An answer of another dialect, whole")
    func foreignAnswer() throws {
        let answer = foreign(
            [
                .foreign(.reasoning(Reasoning("T"))), .foreignText("A"),
                .foreign(.call(ToolCall(id: "call_1", name: "f", arguments: .encoded(#"{"x":1}"#)))),
                .foreign(.call(ToolCall(id: "call_2", name: "g", arguments: .encoded("")))),
            ], Stop(.toolCalls, native: "tool_calls"),
            usage: Usage(prompt: 120, completion: 5, cached: 90, cacheWrite: 20))
        #expect(
            try MessagesTrial.writeAnswer(answer).body == #"""
                {"id":"msg_chatcmpl-9","type":"message","role":"assistant","model":"gpt","content":[{"type":"thinking","thinking":"T","signature":""},{"type":"text","text":"A"},{"type":"tool_use","id":"call_1","name":"f","input":{"x":1}},{"type":"tool_use","id":"call_2","name":"g","input":{}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":90,"output_tokens":5}}
                """#)
    }

    @Test("Seals of others travel wrapped, and come back from the client's history")
    func seals() throws {
        let reasoning = Reasoning("S", isSummary: true, seal: Seal(.openAI, .encrypted, "gAAA", id: "rs_1"))
        let hidden = Reasoning("", isSummary: false, seal: Seal(.openAI, .encrypted, "gBBB", id: "rs_2"))
        let call = ToolCall(id: "c.1", name: "f", arguments: .empty, seal: Seal(.gemini, .signature, "CkQ="))
        let parts: [Part] = [.foreign(.reasoning(reasoning)), .foreign(.reasoning(hidden)), .foreign(.call(call))]
        let content = try #require(try content(foreign(parts)))
        #expect(
            content.matches(of: /"type":"(\w+)"/).map { String($0.output.1) } == [
                "thinking", "redacted_thinking", "redacted_thinking", "tool_use",
            ])
        let history = try MessagesTrial.read(
            "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"assistant\",\"content\":\(content)}]}")
        #expect(history.turns[0].parts.map(\.content) == parts.map(\.content))
    }

    @Test(
        "The reason to stop tells the truth about calls",
        arguments: [
            (Stop(.finished, native: "stop"), true, "tool_use"), (Stop(.toolCalls), false, "end_turn"),
            (Stop(.length, native: "length"), true, "max_tokens"), (Stop(.contentFilter), false, "refusal"),
            (Stop(.paused), false, "pause_turn"), (Stop(.stopString), false, "end_turn"),
            (Stop(.length, native: "model_context_window_exceeded"), false, "model_context_window_exceeded"),
            (Stop(.failed, native: "OTHER"), false, "end_turn"),
        ])
    func stopWords(_ stop: Stop, _ hasCall: Bool, _ word: String) throws {
        let call = Part.foreign(.call(ToolCall(id: "t", name: "f", arguments: .empty)))
        let body = try MessagesTrial.writeAnswer(foreign(hasCall ? [call] : [.foreignText("A")], stop)).body
        #expect(body.contains("\"stop_reason\":\"\(word)\""))
    }

    @Test("The stop string is told where it is known")
    func stopString() throws {
        let body = try MessagesTrial.writeAnswer(foreign([], Stop(.stopString, matched: "END"))).body
        #expect(body.contains(#""stop_reason":"stop_sequence","stop_sequence":"END""#))
    }

    @Test("A refusal of another dialect is text, and the reason to stop")
    func foreignRefusal() throws {
        let body = try MessagesTrial.writeAnswer(foreign([.foreign(.refusal("No."))])).body
        #expect(body.contains(#""content":[{"type":"text","text":"No."}],"stop_reason":"refusal""#))
    }

    @Test("A call without an identifier gets one")
    func callIDs() throws {
        let call = Part.foreign(.call(ToolCall(id: nil, name: "f", arguments: .empty)))
        let ids = try #require(try content(foreign([call, call]))).matches(of: /"id":"([^"]+)"/).map { $0.output.1 }
        #expect(ids == ["toolu_chatcmpl9_1", "toolu_chatcmpl9_2"])
    }

    @Test("What a message has no place for is reported")
    func losses() throws {
        let image = Part.foreign(.media(Media(.image, .data("AA"))))
        var answer = foreign([.foreignText("A"), image], usage: nil)
        answer.choices[0].logprobs = JSONFragment(literal: "{}")
        answer.choices.append(answer.choices[0])
        answer.serviceTier = "flex"
        answer.extras.keep("system_fingerprint", try MessagesTrial.value("1"))
        let report = try MessagesTrial.writeAnswer(answer).report
        #expect(report.fields(.emulated) == ["usage"])
        #expect(
            report.fields(.dropped)
                == [NeutralField.choices, .image, .serviceTier, .logprobs].names + ["system_fingerprint"])
    }
}
