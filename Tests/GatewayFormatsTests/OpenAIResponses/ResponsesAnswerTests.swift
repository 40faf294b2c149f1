// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite("Responses answers") struct ResponsesAnswerTests {
    private typealias Trial = ResponsesTrial

    /// An answer as OpenAI gives it, with `output` and `members`.
    private static func answer(_ output: String, _ members: String = #""status":"completed""#) -> String {
        #"""
        {"id":"resp_1","object":"response","created_at":1760000000.5,"model":"gpt-x","output":[\#(output)],\#(members),
        "error":null,"incomplete_details":null,"tools":[],"tool_choice":"auto","parallel_tool_calls":true,"temperature":1.0,
        "store":true,"usage":{"input_tokens":120,"input_tokens_details":{"cached_tokens":90,"cache_write_tokens":20},
        "output_tokens":30,"output_tokens_details":{"reasoning_tokens":7},"total_tokens":150}}
        """#
    }

    private static let message =
        #"{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"A","annotations":[]}]}"#
    private static let call =
        #"{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}","status":"completed"}"#

    // MARK: Reading

    @Test("An answer is read with its parts, usage and end; what repeats the request is not part of it") func reading()
        throws
    {
        let answer = try Trial.readAnswer(Self.answer("\(Self.message),\(Self.call)"))
        #expect(answer.id == "resp_1" && answer.model == "gpt-x" && answer.created == 1_760_000_000)
        #expect(answer.usage == Usage(prompt: 120, completion: 30, cached: 90, cacheWrite: 20, reasoning: 7))
        let choice = try #require(answer.choices.first)
        #expect(
            choice.parts.map(\.content) == [
                .text("A"), .call(ToolCall(id: "call_1", name: "f", arguments: .encoded("{}"))),
            ])
        #expect(choice.parts.map(\.id) == ["msg_1", "fc_1"])
        #expect(choice.stop == Stop(.toolCalls, native: "completed"))
        #expect(answer.extras.isEmpty)
    }

    @Test(
        "Why it ended",
        arguments: [
            (message, #""status":"completed""#, Stop.Reason.finished), (call, #""status":"completed""#, .toolCalls),
            (message, #""x":1"#, .finished),
            (call, #""status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}"#, .length),
            (message, #""status":"incomplete","incomplete_details":{"reason":"content_filter"}"#, .contentFilter),
            (message, #""status":"incomplete","incomplete_details":{"reason":"steered"}"#, .length),
            ("", #""status":"failed","error":{"code":"server_error","message":"m"}"#, .failed),
            ("", #""status":"cancelled""#, .failed),
        ])
    func stops(_ output: String, _ members: String, _ reason: Stop.Reason) throws {
        let text = #"{"id":"r","model":"m","output":[\#(output)],\#(members)}"#
        #expect(try Trial.readAnswer(text).choices.first?.stop.reason == reason)
    }

    @Test(
        "An answer that is not there yet, or is none, is a fault",
        arguments: [
            (#"{"output":[],"status":"queued"}"#, "status"), (#"{"output":[],"status":"in_progress"}"#, "status"),
            (#"{"status":"completed"}"#, "output"), (#"{"output":{}}"#, "output"), (#"[]"#, ""),
            (#"{"output":[{"type":"message","role":"assistant","content":7}]}"#, "output[0].content"),
            (#"{"output":[{"type":"function_call","call_id":"c","name":"f"}]}"#, "output[0].arguments"),
            (
                #"{"output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"x","logprobs":{}}]}]}"#,
                "output[0].content[0].logprobs"
            ),
        ])
    func faults(_ text: String, _ path: String) throws {
        let body = try Trial.value(text)
        do {
            _ = try ResponsesFormat.readAnswer(body)
            Issue.record("read without a fault")
        } catch { #expect(error.path == path) }
    }

    @Test(
        "Counts that nobody can believe do not break it",
        arguments: [
            #"{"input_tokens":-5,"output_tokens":9000000000000000000,"total_tokens":-9000000000000000000}"#, #""none""#,
            "[]",
            #"{"input_tokens":"7","output_tokens":1.5,"input_tokens_details":[]}"#,
        ])
    func absurdUsage(_ usage: String) throws {
        let answer = try Trial.readAnswer(#"{"output":[],"usage":\#(usage)}"#)
        #expect(answer.usage == nil)
    }

    @Test("Probabilities of tokens go the way of chat completions, and back") func logprobs() throws {
        let token = #"{"token":"A","logprob":-0.5,"bytes":[65],"top_logprobs":[]}"#
        let output =
            #"{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"A","logprobs":[\#(token)]}]}"#
        let answer = try Trial.readAnswer(Self.answer(output))
        #expect(answer.choices.first?.logprobs?.text == #"{"content":[\#(token)]}"#)
        #expect(try Trial.writeAnswer(answer).body.contains(#""logprobs":[\#(token)]"#))
    }

    // MARK: Both

    @Test(
        "What OpenAI says comes out as it was, given the request it repeats",
        arguments: [
            message, call,
            #"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"S"},{"type":"summary_text","text":"T"}],"encrypted_content":"E"}"#,
            #"{"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"C"}]}"#,
            #"{"type":"message","id":"m","role":"assistant","status":"completed","phase":"final_answer","content":[{"type":"output_text","text":"A","annotations":[{"type":"file_path","file_id":"f","index":1}]},{"type":"refusal","refusal":"no"}]}"#,
            #"{"type":"custom_tool_call","id":"ctc_1","call_id":"c","name":"n","input":"x","status":"completed"}"#,
            #"{"type":"image_generation_call","id":"ig_1","status":"completed","result":"iVBO","output_format":"png","quality":"low"}"#,
            #"{"type":"image_generation_call","id":"ig_1","status":"failed","result":null}"#,
            #"{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}}"#,
            #"{"type":"function_call_output","id":"fco_1","call_id":"c","output":"x","status":"completed"}"#,
            #"{"type":"an_item_to_come","x":1}"#,
        ])
    func roundTrip(_ item: String) throws {
        let extra = #""status":"completed","completed_at":1760000009,"service_tier":"default","a_field_to_come":[1]"#
        let given = try Trial.value(Self.answer(item, extra))
        let (body, _) = try Trial.writeAnswer(ResponsesFormat.readAnswer(given))
        let written = try Trial.value(body)
        // The official types let the list be absent; the writer gives it.
        let output = Trial.canonical(try #require(written["output"])).replacing(#""logprobs":[],"#, with: "")
        #expect(output == Trial.canonical(try #require(given["output"])))
        for name: StaticString in ["completed_at", "service_tier", "a_field_to_come", "usage", "status", "id", "model"]
        {
            #expect(written[name].map(Trial.canonical) == given[name].map(Trial.canonical), "\(name)")
        }
    }

    // MARK: Writing

    @Test("Another provider's answer: reasoning, one message, calls; tokens and end in OpenAI's terms") func writing()
        throws
    {
        let call = ToolCall(id: "toolu_1", name: "f", arguments: .object(JSONFragment(literal: #"{"a":1}"#)))
        let answer = Trial.foreignAnswer(
            [.reasoning(Reasoning("Hm")), .text("A"), .text("B"), .call(call)], Stop(.toolCalls))
        let (body, report) = try Trial.writeAnswer(answer)
        let written = try Trial.value(body)
        let expected = try Trial.canonical(
            #"""
            [{"type":"reasoning","id":"rs_sluice_msg_01_0","summary":[],"content":[{"type":"reasoning_text","text":"Hm"}]},
            {"type":"message","id":"msg_sluice_msg_01_1","role":"assistant","status":"completed","content":[
            {"type":"output_text","text":"A","annotations":[],"logprobs":[]},
            {"type":"output_text","text":"B","annotations":[],"logprobs":[]}]},
            {"type":"function_call","id":"fc_sluice_msg_01_2","call_id":"toolu_1","name":"f","arguments":"{\"a\":1}","status":"completed"}]
            """#)
        #expect(written["output"].map(Trial.canonical) == expected)
        #expect(written["id"]?.text == "resp_msg_01" && written["status"]?.text == "completed")
        #expect(written["created_at"]?.integer == 1_760_000_000)
        let usage = try Trial.canonical(
            #"""
            {"input_tokens":120,"input_tokens_details":{"cached_tokens":90,"cache_write_tokens":20},"output_tokens":30,
            "output_tokens_details":{"reasoning_tokens":7},"total_tokens":150}
            """#)
        #expect(written["usage"].map(Trial.canonical) == usage)
        #expect(!report.isLossy)
    }

    @Test(
        "How it ended",
        arguments: [
            (Stop(.finished), "completed", nil), (Stop(.paused), "completed", nil),
            (Stop(.toolCalls), "completed", nil),
            (Stop(.stopString, matched: "x"), "completed", nil), (Stop(.length), "incomplete", "max_output_tokens"),
            (Stop(.length, native: "model_context_window_exceeded"), "incomplete", "max_output_tokens"),
            (Stop(.contentFilter), "incomplete", "content_filter"), (Stop(.failed, native: "OTHER"), "failed", nil),
        ] as [(Stop, String, String?)])
    func endings(_ stop: Stop, _ status: String, _ reason: String?) throws {
        let written = try Trial.value(Trial.writeAnswer(Trial.foreignAnswer([.text("A")], stop)).body)
        #expect(written["status"]?.text == status)
        #expect(written["incomplete_details"]?["reason"]?.text == reason)
        #expect((written["error"]?["code"]?.text == "server_error") == (status == "failed"))
        let item = written["output"]?.elements.first { _ in true }
        #expect(item?["status"]?.text == (status == "completed" ? "completed" : "incomplete"))
    }

    @Test("A call without arguments has an empty object of them; one without an identifier gets one") func bareCall()
        throws
    {
        let answer = Trial.foreignAnswer([.call(ToolCall(id: nil, name: "f", arguments: .encoded(" ")))])
        let item = try Trial.value(Trial.writeAnswer(answer).body)["output"]?.elements.first { _ in true }
        #expect(item?["arguments"]?.text == "{}")
        #expect(item?["call_id"]?.text == "call_fc_sluice_msg_01_0")
    }

    @Test("Identifiers have at most 64 characters, whatever the provider's own") func longIdentifiers() throws {
        var answer = Trial.foreignAnswer([.reasoning(Reasoning("x")), .text("y")])
        for id in [String(repeating: "x", count: 300), "a/b:c\n", ""] {
            answer.id = JSONString(id)
            let items = try #require(try Trial.value(Trial.writeAnswer(answer).body)["output"]).elements.map { $0 }
            #expect(items.allSatisfy { (1...64).contains($0["id"]?.text?.count ?? 0) })
            #expect(Set(items.compactMap { $0["id"]?.text }).count == 2)
        }
    }

    @Test("A picture is an item of its own; what else has no place is dropped by name") func otherParts() throws {
        let foreign = JSONFragment(literal: #"{"type":"server_tool_use","id":"s"}"#)
        let answer = Trial.foreignAnswer([
            .media(Media(.image, .data("iVBO"), mediaType: "image/jpeg")), .opaque(origin: .anthropicMessages, foreign),
            .media(Media(.audio, .data("UklG"), mediaType: "audio/wav")),
        ])
        let (body, report) = try Trial.writeAnswer(answer)
        let expected = try Trial.canonical(
            #"""
            [{"type":"image_generation_call","id":"ig_sluice_msg_01_0","status":"completed","output_format":"jpeg","result":"iVBO"}]
            """#)
        #expect(try Trial.value(body)["output"].map(Trial.canonical) == expected)
        let fates = Trial.fates(report)
        #expect(fates.contains("dropped messages[].content[].type=server_tool_use"))
        #expect(fates.contains { $0.hasPrefix("dropped audio") } && fates.contains { $0.hasPrefix("moved") })
    }

    @Test("The settings of the request are repeated, and what OpenAI's clients require without one") func echo() throws
    {
        let request = try Trial.read(
            Trial.request(
                #"""
                "instructions":"Be brief.","tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true},
                {"type":"web_search"}],"tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,"temperature":0.5,
                "top_p":0.9,"max_output_tokens":9,"metadata":{"a":"b"},"reasoning":{"effort":"high","summary":"auto"},
                "text":{"format":{"type":"json_object"},"verbosity":"low"},"truncation":"auto","prompt_cache_key":"k"
                """#))
        let (body, _) = try Trial.writeAnswer(Trial.foreignAnswer([.text("A")]), to: request)
        let expected = try Trial.value(
            #"""
            {"instructions":"Be brief.","tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":true},
            {"type":"web_search"}],"tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,"temperature":0.5,
            "top_p":0.9,"max_output_tokens":9,"metadata":{"a":"b"},"reasoning":{"effort":"high","summary":"auto"},
            "text":{"format":{"type":"json_object"},"verbosity":"low"},"truncation":"auto","prompt_cache_key":"k",
            "store":false,"background":false,"previous_response_id":null,"error":null,"incomplete_details":null}
            """#)
        let written = try Trial.value(body)
        for member in expected.members {
            let found = written.members.first { $0.name == member.name }
            #expect(found.map { Trial.canonical($0.value) } == Trial.canonical(member.value), "\(member.name.text)")
        }
        let bare = try Trial.value(Trial.writeAnswer(Trial.foreignAnswer([])).body)
        #expect(bare["tools"].map(Trial.canonical) == "[]" && bare["tool_choice"]?.text == "auto")
        #expect(bare["parallel_tool_calls"]?.bool == true && bare["metadata"].map(Trial.canonical) == "{}")
        #expect(bare["text"].map(Trial.canonical) == #"{"format":{"type":"text"}}"#)
    }

    @Test("No member is written twice") func noDuplicates() throws {
        let request = try Trial.read(
            Trial.request(#""tool_choice":{"type":"mcp","server_label":"s"},"user":"u","safety_identifier":"s""#))
        let own = try Trial.readAnswer(
            Self.answer(Self.message, #""status":"failed","error":{"code":"server_error","message":"m"}"#))
        for answer in [own, Trial.foreignAnswer([.text("A")], Stop(.failed))] {
            let body = try Trial.value(Trial.writeAnswer(answer, to: request).body)
            let names = body.members.map(\.name.text)
            #expect(Set(names).count == names.count)
        }
    }
}
