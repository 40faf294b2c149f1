// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Reading Messages requests") struct MessagesReaderTests {
    private static let head = #""model":"claude-x","max_tokens":100"#

    private func read(_ members: String) throws -> Conversation {
        try MessagesTrial.read("{\(Self.head),\"messages\":[{\"role\":\"user\",\"content\":\"Q\"}]\(members)}")
    }

    private func parts(_ role: String, _ blocks: String) throws -> [Part] {
        let turns = try MessagesTrial.read(
            "{\(Self.head),\"messages\":[{\"role\":\"\(role)\",\"content\":[\(blocks)]}]}"
        ).turns
        return turns.flatMap(\.parts)
    }

    @Test("Settings")
    func settings() throws {
        let conversation = try read(
            #","stream":true,"temperature":0.3,"top_k":5,"stop_sequences":["a"],"metadata":{"user_id":"u"},"service_tier":"auto""#
        )
        #expect(conversation.model == "claude-x")
        #expect(conversation.maxOutputTokens == 100)
        #expect(conversation.streams)
        #expect(conversation.sampling.temperature?.text == "0.3")
        #expect(conversation.sampling.topK?.text == "5")
        #expect(conversation.sampling.stop == ["a"])
        #expect(conversation.endUser == "u")
        #expect(conversation.serviceTier == "auto")
        #expect(conversation.extras.isEmpty)
    }

    @Test(
        "Thinking and effort",
        arguments: [
            (#""thinking":{"type":"enabled","budget_tokens":4000}"#, ReasoningSetting(budget: 4000)),
            (
                #""thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"max"}"#,
                ReasoningSetting(effort: .max, isAdaptive: true, shown: "summarized")
            ),
            (#""thinking":{"type":"disabled"}"#, ReasoningSetting(effort: ReasoningSetting.Effort.none)),
            (#""output_config":{"effort":"low"}"#, ReasoningSetting(effort: .low)),
        ])
    func thinking(_ members: String, _ setting: ReasoningSetting) throws {
        #expect(try read("," + members).reasoning == setting)
    }

    @Test("Thinking that has no neutral name is kept")
    func unknownThinking() throws {
        let conversation = try read(#","thinking":{"type":"between_tools"}"#)
        #expect(conversation.reasoning == nil)
        #expect(conversation.extras.members.map(\.name) == ["thinking"])
    }

    @Test(
        "Tool choice",
        arguments: [
            (#"{"type":"auto"}"#, ToolChoice.auto, nil), (#"{"type":"any"}"#, .required, nil),
            (#"{"type":"none"}"#, ToolChoice.none, nil),
            (#"{"type":"tool","name":"f","disable_parallel_tool_use":true}"#, .named("f"), false),
        ] as [(String, ToolChoice, Bool?)])
    func toolChoice(_ choice: String, _ expected: ToolChoice, _ parallel: Bool?) throws {
        let conversation = try read(",\"tool_choice\":\(choice)")
        #expect(conversation.toolChoice == expected)
        #expect(conversation.allowsParallelCalls == parallel)
    }

    @Test("Tools of the client and of Anthropic")
    func tools() throws {
        let hosted = #"{"type":"bash_20250124","name":"bash"}"#
        let conversation = try read(
            #","tools":[{"type":"custom","name":"f","input_schema":{"type":"object"},"strict":true},\#(hosted)]"#)
        let schema = try MessagesTrial.value(#"{"type":"object"}"#).fragment
        #expect(
            conversation.tools[0]
                == Tool(
                    "f", .function(parameters: schema, strict: true), extras: Extras(.anthropicMessages)))
        let definition = try MessagesTrial.value(hosted).fragment
        #expect(conversation.tools[1].kind == .hosted(origin: .anthropicMessages, definition))
        #expect(conversation.tools[1].name == "bash")
    }

    @Test("A signature seals its thinking, and redacted thinking is a seal")
    func seals() throws {
        let parts = try parts(
            "assistant",
            #"{"type":"thinking","thinking":"T","signature":"S"},{"type":"redacted_thinking","data":"D"},{"type":"thinking","thinking":"U","signature":""}"#
        )
        #expect(
            parts.map(\.content) == [
                .reasoning(Reasoning("T", seal: Seal(.anthropic, .signature, "S"))),
                .reasoning(Reasoning("", seal: Seal(.anthropic, .encrypted, "D"))),
                .reasoning(Reasoning("U")),
            ])
    }

    @Test("Seals of other issuers come back out of this dialect's places")
    func foreignSeals() throws {
        let openAI = Seal(.openAI, .encrypted, "gAAA", id: "rs_1")
        let gemini = Seal(.gemini, .signature, "CkQ=")
        let parts = try parts(
            "assistant",
            #"""
            {"type":"thinking","thinking":"Summary","signature":"\#(openAI.wrapped().text)"},
            {"type":"redacted_thinking","data":"\#(openAI.wrapped().text)"},
            {"type":"redacted_thinking","data":"\#(gemini.wrapped(call: "c1").text)"},
            {"type":"tool_use","id":"c0","name":"f","input":{}},{"type":"tool_use","id":"c1","name":"f","input":{}}
            """#)
        #expect(
            parts.map(\.content) == [
                .reasoning(Reasoning("Summary", isSummary: true, seal: openAI)),
                .reasoning(Reasoning("", seal: openAI)),
                .call(ToolCall(id: "c0", name: "f", arguments: .empty)),
                .call(ToolCall(id: "c1", name: "f", arguments: .empty, seal: gemini)),
            ])
    }

    @Test("What only this dialect has is carried whole")
    func opaque() throws {
        let block = #"{"type":"server_tool_use","id":"s","name":"web_search","input":{"q":1}}"#
        let fragment = try MessagesTrial.value(block).fragment
        #expect(try parts("assistant", block).map(\.content) == [.opaque(origin: .anthropicMessages, fragment)])
    }

    @Test("A request to count tokens needs no limit; one for an answer does")
    func limit() throws {
        let text = #"{"model":"m","messages":[{"role":"user","content":"Q"}]}"#
        #expect(try MessagesFormat.readCount(MessagesTrial.value(text)).maxOutputTokens == nil)
        #expect(try MessagesTrial.fault(text)?.path == "max_tokens")
    }

    // MARK: What is no request

    @Test(
        "A fault names the field",
        arguments: [
            (#"[]"#, ""), (#"{}"#, "model"), (#"{"model":1}"#, "model"), (#"{"model":"m"}"#, "messages"),
            (#"{"model":"m","messages":{}}"#, "messages"), (#"{"model":"m","messages":[]}"#, "messages"),
            (#"{"model":"m","messages":["x"]}"#, "messages[0]"),
            (#"{"model":"m","messages":[{"content":"x"}]}"#, "messages[0].role"),
            (#"{"model":"m","messages":[{"role":"robot","content":"x"}]}"#, "messages[0].role"),
            (#"{"model":"m","messages":[{"role":"user"}]}"#, "messages[0].content"),
            (#"{"model":"m","messages":[{"role":"user","content":3}]}"#, "messages[0].content"),
            (#"{"model":"m","messages":[{"role":"user","content":[3]}]}"#, "messages[0].content[0]"),
            (#"{"model":"m","messages":[{"role":"user","content":[{}]}]}"#, "messages[0].content[0].type"),
            (#"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#, "messages[0].content[0].text"),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"image"}]}]}"#,
                "messages[0].content[0].source"
            ),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":[]}]}]}]}"#,
                "messages[0].content[0].content[0].text"
            ),
            (
                #"{"model":"m","messages":[{"role":"assistant","content":[{"type":"tool_use","name":"f","input":"x"}]}]}"#,
                "messages[0].content[0].input"
            ),
            (#"{"model":"m","messages":[{"role":"user","content":"x"}],"system":1}"#, "system"),
            (#"{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":1.5}"#, "max_tokens"),
            (
                #"{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"name":"f"}]}"#,
                "tools[0].input_schema"
            ),
            (
                #"{"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"x"}}"#,
                "tool_choice.type"
            ),
            (#"{"model":"m","messages":[{"role":"user","content":"x"}],"stop_sequences":[1]}"#, "stop_sequences[]"),
            (
                #"{"model":"m","messages":[{"role":"user","content":"x"}],"thinking":{"type":"enabled"}}"#,
                "thinking.budget_tokens"
            ),
            (
                #"{"model":"m","messages":[{"role":"user","content":"x"}],"output_config":{"format":{"type":"json_schema"}}}"#,
                "output_config.format.schema"
            ),
        ])
    func faults(_ text: String, _ path: String) throws {
        #expect(try MessagesTrial.fault(text)?.path == path)
    }

    @Test(
        "No kind in any place makes the reader fall over",
        arguments: [
            "null", "true", "0", "1e400", #""""#, "[]", "{}", "[[[[]]]]", #"{"type":"text"}"#, #"[{"type":7}]"#,
        ])
    func wrongKinds(_ value: String) throws {
        let text = #"""
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Q"},{"role":"assistant","content":
            [{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[
            {"type":"tool_result","tool_use_id":"t","content":"r","is_error":true,"cache_control":{"type":"ephemeral"}},
            {"type":"image","source":{"type":"base64","media_type":"image/png","data":"x"}}]}],
            "system":[{"type":"text","text":"s"}],"tools":[{"name":"f","input_schema":{}}],"tool_choice":{"type":"auto"},
            "thinking":{"type":"enabled","budget_tokens":2000},"output_config":{"effort":"low","format":{"type":"json_schema","schema":{}}},
            "metadata":{"user_id":"u"},"stop_sequences":["s"],"temperature":1,"stream":false,"cache_control":{"type":"ephemeral"}}
            """#
        for replaced in try MessagesMutation.all(of: MessagesTrial.value(text), by: value) {
            let body = try MessagesTrial.value(replaced)
            // Either a fault that says what is wrong, or something that can be written.
            do {
                _ = try MessagesTrial.write(MessagesFormat.read(body))
            } catch let fault as FormatFault { #expect(!fault.message.isEmpty) }
        }
    }

    @Test("Content may be nested as deep as JSON may")
    func depth() throws {
        var content = #"[{"type":"text","text":"x"}]"#
        for _ in 0..<60 { content = #"[{"type":"tool_result","tool_use_id":"t","content":\#(content)}]"# }
        let conversation = try MessagesTrial.read(
            "{\(Self.head),\"messages\":[{\"role\":\"user\",\"content\":\(content)}]}")
        #expect(conversation.turns.count == 1)
    }
}

/// Copies of a document, each with one of its values replaced.
enum MessagesMutation {
    static func all(of value: JSONValue, by replacement: String) -> [String] {
        var mutants = [replacement]
        switch value.kind {
        case .object:
            let members = Array(value.members)
            for (index, member) in members.enumerated() {
                for mutant in all(of: member.value, by: replacement) {
                    let texts = members.enumerated().map { place, other in
                        "\"\(other.name.text)\":\(place == index ? mutant : other.value.fragment.text)"
                    }
                    mutants.append("{\(texts.joined(separator: ","))}")
                }
            }
        case .array:
            let elements = Array(value.elements)
            for (index, element) in elements.enumerated() {
                for mutant in all(of: element, by: replacement) {
                    let texts = elements.enumerated().map { $0 == index ? mutant : $1.fragment.text }
                    mutants.append("[\(texts.joined(separator: ","))]")
                }
            }
        default: break
        }
        return mutants
    }
}
