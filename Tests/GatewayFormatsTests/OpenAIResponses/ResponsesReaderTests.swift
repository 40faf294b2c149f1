// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Reading Responses requests") struct ResponsesReaderTests {
    private func turns(_ items: String...) throws -> [Turn] {
        try ResponsesTrial.read(#"{"model":"m","input":[\#(items.joined(separator: ","))]}"#).turns
    }

    @Test("Instructions and leading system and developer messages stand before the conversation")
    func instructions() throws {
        let conversation = try ResponsesTrial.read(
            #"""
            {"model":"m","instructions":"A","input":[{"role":"system","content":"B"},{"role":"developer","content":"C"},
            {"role":"user","content":"Q"},{"role":"developer","content":"D"}]}
            """#)
        #expect(conversation.instructions.map(\.role) == [.system, .system, .developer])
        #expect(
            conversation.instructions.map { $0.parts.map(\.content) } == [[.text("A")], [.text("B")], [.text("C")]])
        #expect(conversation.turns.map(\.role) == [.user, .instruction(.developer)])
    }

    @Test("Reasoning, words and calls that stand together are one turn, and so are results") func grouping() throws {
        let turns = try turns(
            #"{"role":"user","content":"Q"}"#,
            #"{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"S"}],"encrypted_content":"E"}"#,
            #"{"type":"message","role":"assistant","id":"msg_1","content":[{"type":"output_text","text":"I look."}]}"#,
            #"{"type":"function_call","call_id":"a","name":"f","arguments":"{\"x\":1}"}"#,
            #"{"type":"function_call","call_id":"b","name":"f","arguments":""}"#,
            #"{"type":"function_call_output","call_id":"a","output":"1"}"#,
            #"{"type":"function_call_output","call_id":"b","output":[{"type":"input_image","image_url":"data:image/png;base64,AA=="}]}"#
        )
        #expect(turns.map(\.role) == [.user, .assistant, .tool])
        let seal = Seal(.openAI, .encrypted, "E", id: "rs_1")
        #expect(
            turns[1].parts.map(\.content) == [
                .reasoning(Reasoning("S", isSummary: true, seal: seal)), .text("I look."),
                .call(ToolCall(id: "a", name: "f", arguments: .encoded(#"{"x":1}"#))),
                .call(ToolCall(id: "b", name: "f", arguments: .encoded(""))),
            ])
        let picture = Part(
            .media(Media(.image, .data("AA=="), mediaType: "image/png")), extras: Extras(.openAIResponses))
        #expect(
            turns[2].parts.map(\.content) == [
                .result(ToolResult(callID: "a", content: [Part(.text("1"), extras: Extras(.openAIResponses))])),
                .result(ToolResult(callID: "b", content: [picture])),
            ])
    }

    @Test("The seal of reasoning in several texts belongs to the last") func severalSummaries() throws {
        let turns = try turns(
            #"""
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"S"},{"type":"summary_text","text":"T"}],
            "content":[{"type":"reasoning_text","text":"C"}],"encrypted_content":"E"}
            """#)
        let seal = Seal(.openAI, .encrypted, "E", id: "rs_1")
        #expect(
            turns[0].parts.map(\.content) == [
                .reasoning(Reasoning("S", isSummary: true)), .reasoning(Reasoning("T", isSummary: true)),
                .reasoning(Reasoning("C", seal: seal)),
            ])
        #expect(turns[0].parts.map(\.id) == ["rs_1", "rs_1", "rs_1"])
    }

    @Test("Settings find their neutral places") func settings() throws {
        let conversation = try ResponsesTrial.read(
            ResponsesTrial.request(
                #"""
                "max_output_tokens":99,"temperature":0.5,"top_p":1e0,"top_logprobs":2,"parallel_tool_calls":false,"stream":true,
                "metadata":{"a":"b"},"service_tier":"flex","user":"u","reasoning":{"effort":"low","summary":"auto"},
                "text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}},
                "include":["message.output_text.logprobs"],"tool_choice":"required",
                "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}}]
                """#))
        #expect(conversation.maxOutputTokens == 99)
        #expect(conversation.sampling.temperature?.text == "0.5")
        #expect(conversation.sampling.topP?.text == "1e0")
        #expect(conversation.sampling.topLogprobs == 2 && conversation.sampling.logprobs == true)
        #expect(conversation.allowsParallelCalls == false && conversation.streams)
        #expect(conversation.metadata?.text == #"{"a":"b"}"#)
        #expect(conversation.serviceTier == "flex" && conversation.endUser == "u")
        #expect(conversation.reasoning == ReasoningSetting(effort: .low, shown: "auto"))
        guard case .schema(let schema)? = conversation.output else {
            Issue.record("no schema")
            return
        }
        #expect(schema.name == "n" && schema.strict == true && schema.schema.text == #"{"type":"object"}"#)
        #expect(conversation.toolChoice == .required)
        #expect(conversation.tools.map(\.name) == ["f"])
        #expect(conversation.extras.isEmpty)
    }

    @Test("Nulls are as good as absent") func nulls() throws {
        let conversation = try ResponsesTrial.read(
            ResponsesTrial.request(
                #"""
                "instructions":null,"tools":null,"tool_choice":null,"reasoning":null,"text":null,"include":null,"metadata":null,
                "previous_response_id":null,"stream":null,"temperature":null,"user":null,"parallel_tool_calls":null
                """#))
        #expect(conversation.extras.isEmpty && conversation.instructions.isEmpty && !conversation.streams)
    }

    @Test(
        "What is wrong is named, with its place and what to do",
        arguments: [
            (#"[]"#, "", "object"),
            (#"{"input":"x"}"#, "model", "missing"),
            (#"{"model":1,"input":"x"}"#, "model", "string"),
            (#"{"model":"m"}"#, "input", "missing"),
            (#"{"model":"m","input":7}"#, "input", "array"),
            (#"{"model":"m","input":["x"]}"#, "input[0]", "object"),
            (#"{"model":"m","input":[{"content":"x"}]}"#, "input[0].type", "missing"),
            (
                #"{"model":"m","input":[{"role":"user","content":"a"},{"role":"robot","content":"x"}]}"#,
                "input[1].role", "`user`"
            ),
            (#"{"model":"m","input":[{"role":"user"}]}"#, "input[0].content", "missing"),
            (#"{"model":"m","input":[{"role":"user","content":{}}]}"#, "input[0].content", "array"),
            (
                #"{"model":"m","input":[{"role":"user","content":[{"text":"x"}]}]}"#, "input[0].content[0].type",
                "missing"
            ),
            (
                #"{"model":"m","input":[{"role":"user","content":[{"type":"input_text"}]}]}"#,
                "input[0].content[0].text", "missing"
            ),
            (
                #"{"model":"m","input":[{"role":"user","content":[{"type":"input_image"}]}]}"#,
                "input[0].content[0].image_url",
                "`file_id`"
            ),
            (
                #"{"model":"m","input":[{"role":"user","content":[{"type":"input_file","filename":"x"}]}]}"#,
                "input[0].content[0].file_data", "`file_url`"
            ),
            (
                #"{"model":"m","input":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":1}}]}]}"#,
                "input[0].content[0].input_audio.data", "string"
            ),
            (
                #"{"model":"m","input":[{"type":"function_call","name":"f","arguments":"{}"}]}"#, "input[0].call_id",
                "missing"
            ),
            (
                #"{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":[]}]}"#,
                "input[0].arguments", "string"
            ),
            (#"{"model":"m","input":[{"type":"function_call_output","call_id":"c"}]}"#, "input[0].output", "missing"),
            (#"{"model":"m","input":[{"type":"reasoning","summary":{}}]}"#, "input[0].summary", "array"),
            (#"{"model":"m","input":"x","tools":{}}"#, "tools", "array"),
            (#"{"model":"m","input":"x","tools":[{"name":"f"}]}"#, "tools[0].type", "missing"),
            (#"{"model":"m","input":"x","tools":[{"type":"function"}]}"#, "tools[0].name", "missing"),
            (
                #"{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":"x"}]}"#,
                "tools[0].parameters", "object"
            ),
            (#"{"model":"m","input":"x","tool_choice":"any"}"#, "tool_choice", "`required`"),
            (#"{"model":"m","input":"x","tool_choice":{"type":"function"}}"#, "tool_choice.name", "missing"),
            (#"{"model":"m","input":"x","temperature":"hot"}"#, "temperature", "number"),
            (#"{"model":"m","input":"x","max_output_tokens":1.5}"#, "max_output_tokens", "whole number"),
            (#"{"model":"m","input":"x","stream":1}"#, "stream", "true or false"),
            (
                #"{"model":"m","input":"x","text":{"format":{"type":"json_schema","name":"n"}}}"#, "text.format.schema",
                "missing"
            ),
            (
                #"{"model":"m","input":"x","text":{"format":{"type":"json_schema","schema":{}}}}"#, "text.format.name",
                "missing"
            ),
            (#"{"model":"m","input":"x","reasoning":"high"}"#, "reasoning", "object"),
            (#"{"model":"m","input":"x","reasoning":{"effort":3}}"#, "reasoning.effort", "string"),
            (#"{"model":"m","input":"x","include":"all"}"#, "include", "array"),
        ])
    func faults(_ text: String, _ path: String, _ advice: String) throws {
        let fault = try #require(try ResponsesTrial.fault(text))
        #expect(fault.path == path)
        #expect(fault.message.contains(advice), "\(fault.message)")
    }

    @Test("No kind of value anywhere makes the reader stumble") func hostileKinds() throws {
        let whole = #"""
            {"model":"m","instructions":"i","input":[{"role":"user","content":[{"type":"input_text","text":"x",
            "prompt_cache_breakpoint":{"mode":"explicit"}},{"type":"input_image","image_url":"u","detail":"low"}]},
            {"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"e"},
            {"type":"function_call","id":"f","call_id":"c","name":"n","arguments":"{}"},
            {"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"x"}]}],
            "tools":[{"type":"function","name":"f","parameters":{},"strict":true}],"tool_choice":{"type":"function","name":"f"},
            "text":{"format":{"type":"json_schema","name":"n","schema":{}}},"reasoning":{"effort":"low"},"include":["a"]}
            """#
        let values = [#""""#, "0", "-1e300", "true", "null", "[]", "{}", "[[[]]]", #"[{}]"#, #""\u0000""#]
        let body = Array(whole.utf8)
        var written = 0
        for quote in body.indices where body[quote] == UInt8(ascii: ":") {
            for value in values {
                let end = body[(quote + 1)...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") }
                let text = String(decoding: body[...quote], as: UTF8.self) + value
                let changed = text + String(decoding: body[(end ?? body.endIndex)...], as: UTF8.self)
                guard let root = try? ResponsesTrial.value(changed) else { continue }
                guard let conversation = try? ResponsesFormat.read(root) else { continue }
                _ = try ResponsesTrial.write(conversation)
                written += 1
            }
        }
        #expect(written > 50)
    }

    @Test("Deep nesting is carried along") func deepNesting() throws {
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let text = ResponsesTrial.request(#""deep":\#(deep)"#)
        #expect(try ResponsesTrial.write(ResponsesTrial.read(text)).body.contains(deep))
    }
}
