// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// Requests of other dialects, written as chat completions.
@Suite struct ChatRequestWriterTests {
    private func rules(_ set: (inout TargetRules) -> Void) -> TargetRules { RoundTripFormat.rules(set) }

    private func expect(
        _ conversation: Conversation, _ rules: TargetRules = TargetRules(), writes expected: String,
        losses: [String] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (body, report) = try ChatTrial.write(conversation, rules)
        try expectJSON(body, expected, sourceLocation: sourceLocation)
        #expect(report.losses == losses, sourceLocation: sourceLocation)
    }

    // MARK: Messages

    @Test("Instructions and turns of text")
    func text() throws {
        let conversation = Conversation.messages([
            .messages(.user, [.messages(.text("a"))]), .messages(.assistant, [.messages(.text("b"))]),
            .messages(.user, [.messages(.text("c")), .messages(.text("d"))]),
        ]) {
            $0.instructions = [Instruction(.system, [.messages(.text("s"))], extras: Extras(.anthropicMessages))]
        }
        try expect(
            conversation,
            writes: """
                {"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"a"},
                {"role":"assistant","content":"b"},
                {"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}]}
                """)
    }

    @Test("A provider that takes text in one piece gets it joined")
    func joinedText() throws {
        let conversation = Conversation.messages([
            .messages(.user, [.messages(.text("c"), cacheMark: CacheMark()), .messages(.text("d"))]),
            .messages(.user, [.messages(.text("c")), .messages(.media(Media(.image, .url("https://x"))))]),
        ])
        try expect(
            conversation, rules { $0.takesTextParts = false },
            writes: """
                {"model":"m","messages":[{"role":"user","content":"c\\nd"},{"role":"user","content":[
                {"type":"text","text":"c"},{"type":"image_url","image_url":{"url":"https://x"}}]}]}
                """, losses: ["dropped cache_control", "moved messages[].content"])
    }

    @Test("Roles follow what the model knows; late instructions stand first where they must")
    func instructionRoles() throws {
        let conversation = Conversation.messages([
            .messages(.user, [.messages(.text("a"))]), .messages(.instruction(.developer), [.messages(.text("late"))]),
            .messages(.user, [.messages(.text("b"))]),
        ]) {
            $0.instructions = [Instruction(.developer, [.messages(.text("s"))], extras: Extras(.anthropicMessages))]
        }
        try expect(
            conversation,
            writes: """
                {"model":"m","messages":[{"role":"developer","content":"s"},{"role":"user","content":"a"},
                {"role":"developer","content":"late"},{"role":"user","content":"b"}]}
                """)
        try expect(
            conversation,
            rules {
                $0.takesLateInstructions = false
                $0.takesDeveloperRole = false
            },
            writes: """
                {"model":"m","messages":[{"role":"system","content":"s"},{"role":"system","content":"late"},
                {"role":"user","content":"a"},{"role":"user","content":"b"}]}
                """, losses: ["moved system", "moved messages[].role=system"])
    }

    @Test("Parallel calls and their results")
    func parallelTools() throws {
        let calls = [
            ToolCall(id: "a", name: "f", arguments: .object(JSONFragment(literal: #"{"q":"\"x\""}"#))),
            ToolCall(id: "b", name: "g", arguments: .empty),
        ]
        let results = [
            ToolResult(callID: "a", content: [.messages(.text("1"))]),
            ToolResult(callID: "b", content: [], structured: JSONFragment(literal: #"{"n":[2]}"#)),
        ]
        try expect(
            .messages([
                .messages(.assistant, [.messages(.text("so"))] + calls.map { .messages(.call($0)) }),
                .messages(.tool, results.map { .messages(.result($0)) }),
                .messages(.user, [.messages(.text("then"))]),
            ]),
            writes: """
                {"model":"m","messages":[{"role":"assistant","content":"so","tool_calls":[
                {"id":"a","type":"function","function":{"name":"f","arguments":"{\\"q\\":\\"\\\\\\"x\\\\\\"\\"}"}},
                {"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"{\\"n\\":[2]}"},
                {"role":"user","content":"then"}]}
                """)
    }

    @Test("Pictures and failures of results: one in the next message, the other in the text")
    func resultMedia() throws {
        let image = Part.messages(.media(Media(.image, .data("AA=="), mediaType: "image/gif")))
        let results = [
            ToolResult(callID: "a", content: [.messages(.text("seen")), image]),
            ToolResult(callID: "b", content: [image]),
            ToolResult(callID: "c", content: [.messages(.text("boom"))], isError: true),
        ]
        let gif = #"{"type":"image_url","image_url":{"url":"data:image/gif;base64,AA=="}}"#
        try expect(
            .messages([
                .messages(.tool, results.map { .messages(.result($0)) }),
                .messages(.user, [.messages(.text("then"))]),
            ]),
            writes: """
                {"model":"m","messages":[{"role":"tool","tool_call_id":"a","content":"seen"},
                {"role":"tool","tool_call_id":"b","content":"See the next message."},
                {"role":"tool","tool_call_id":"c","content":"Error: boom"},
                {"role":"user","content":[{"type":"text","text":"Result of the call a:"},\(gif),
                {"type":"text","text":"Result of the call b:"},\(gif),{"type":"text","text":"then"}]}]}
                """,
            losses: [
                "moved messages[].content[].tool_result.content", "emulated messages[].content[].tool_result.is_error",
            ])
    }

    @Test("What results carry over has a message of its own where the user says nothing")
    func resultMediaAlone() throws {
        let image = Part.messages(.media(Media(.image, .url("https://x"))))
        let result = ToolResult(callID: "a", content: [image])
        let body = try ChatTrial.write(.messages([.messages(.tool, [.messages(.result(result))])])).body
        try expectJSON(
            body,
            """
            {"model":"m","messages":[{"role":"tool","tool_call_id":"a","content":"See the next message."},
            {"role":"user","content":[{"type":"text","text":"Result of the call a:"},
            {"type":"image_url","image_url":{"url":"https://x"}}]}]}
            """)
    }

    @Test("Identifiers take the form the provider wants, and still belong together", arguments: [9, 24])
    func callIDs(_ length: Int) throws {
        let long = ToolCall(id: "toolu_01ABCDEFGHIJKLMNOP.QR", name: "f", arguments: .empty)
        let fitting = ToolCall(id: "abcdEF789", name: "f", arguments: .empty)
        let conversation = Conversation.messages([
            .messages(.assistant, [.messages(.call(long)), .messages(.call(fitting))]),
            .messages(
                .tool,
                [
                    .messages(.result(ToolResult(callID: fitting.id, content: []))),
                    .messages(.result(ToolResult(callID: long.id, content: []))),
                ]),
        ])
        let form: TargetRules.CallIDForm = length == 9 ? .nineAlphanumeric : .word
        let (body, report) = try ChatTrial.write(conversation, rules { $0.callIDs = form })
        let messages = Sample.elements(try Sample.value(body)["messages"])
        let calls = Sample.elements(messages[0]["tool_calls"])
        let ids = calls.compactMap { $0["id"]?.text }
        #expect(ids[0].utf8.count == length && ids[0].utf8.allSatisfy { $0 >= 0x30 })
        #expect(ids[1] == "abcdEF789")
        #expect(messages[1]["tool_call_id"]?.text == ids[1])
        #expect(messages[2]["tool_call_id"]?.text == ids[0])
        #expect(report.losses == ["moved messages[].content[].tool_use.id"])
    }

    @Test("Order that the dialect does not have is reported")
    func order() throws {
        let call = Part.messages(.call(ToolCall(id: "a", name: "f", arguments: .empty)))
        let turn = Turn.messages(.assistant, [call, .messages(.text("after"))])
        #expect(try ChatTrial.write(.messages([turn])).report.losses == ["moved messages[].content[]"])
    }

    // MARK: Media

    @Test(
        "Media in the forms the dialect has",
        arguments: [
            (
                Media(.image, .data("/9j/AA")),
                #"{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/AA"}}"#
            ),
            (
                Media(.audio, .data("AA"), mediaType: "audio/x-wav"),
                #"{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}"#
            ),
            (
                Media(.audio, .data("AA"), mediaType: "audio/flac"),
                #"{"type":"input_audio","input_audio":{"data":"AA","format":"flac"}}"#
            ),
            (
                Media(.document, .data("AA"), mediaType: "application/pdf", name: "t"),
                #"{"type":"file","file":{"file_data":"data:application/pdf;base64,AA","filename":"t"}}"#
            ),
            (
                Media(.video, .data("AA"), mediaType: "video/webm"),
                #"{"type":"video_url","video_url":{"url":"data:video/webm;base64,AA"}}"#
            ),
        ])
    func media(_ media: Media, _ expected: String) throws {
        try expect(
            .messages([.messages(.user, [.messages(.media(media))])]),
            writes: #"{"model":"m","messages":[{"role":"user","content":[\#(expected)]}]}"#)
    }

    @Test(
        "Media without a form are reported",
        arguments: [
            (Media(.document, .file("f")), "dropped messages[].content[].document"),
            (Media(.document, .url("https://x")), "dropped messages[].content[].document"),
            (Media(.image, .file("f")), "dropped messages[].content[].image"),
            (Media(.audio, .url("https://x")), "dropped audio"),
            (Media(.document, .text("plain")), "emulated messages[].content[].document"),
            (Media(.document, .data("AA")), "moved messages[].content[].document"),
        ])
    func lostMedia(_ media: Media, _ loss: String) throws {
        let conversation = Conversation.messages([.messages(.user, [.messages(.media(media))])])
        #expect(try ChatTrial.write(conversation).report.losses == [loss])
    }

    @Test("Pictures by address are for providers that fetch, and for users' messages")
    func imageURLs() throws {
        let image = Part.messages(.media(Media(.image, .url("https://x"))))
        let text = Part.messages(.text("a"))
        let conversation = Conversation.messages([.messages(.user, [text, image])])
        try expect(
            conversation, rules { $0.takesMediaURLs = false },
            writes: #"{"model":"m","messages":[{"role":"user","content":"a"}]}"#,
            losses: ["dropped messages[].content[].image"])
        try expect(
            .messages([.messages(.assistant, [text, image])]),
            writes: #"{"model":"m","messages":[{"role":"assistant","content":"a"}]}"#,
            losses: ["dropped messages[].content[].image"])
    }

    @Test("What only another dialect has is reported by its type")
    func opaque() throws {
        let fragment = JSONFragment(literal: #"{"type":"server_tool_use","id":"x"}"#)
        let opaque = Part.messages(.opaque(origin: .anthropicMessages, fragment))
        var text = Part.messages(.text("a"))
        text.extras.members = [.init(name: "citations", value: JSONFragment(literal: "[]"))]
        try expect(
            .messages([.messages(.assistant, [opaque, text])]) { conversation in
                conversation.extras.members = [.init(name: "container", value: JSONFragment(literal: "1"))]
                conversation.tools = [
                    Tool(
                        "w", .hosted(origin: .anthropicMessages, JSONFragment(literal: #"{"type":"web_search_1"}"#)),
                        extras: Extras(.anthropicMessages))
                ]
            },
            writes: #"{"model":"m","messages":[{"role":"assistant","content":"a"}]}"#,
            losses: [
                "dropped messages[].content[].type=server_tool_use", "dropped messages[].content[].citations",
                "dropped tools[].type=web_search_1", "dropped container",
            ])
    }

    // MARK: Reasoning

    private static let thought = Part.messages(.reasoning(Reasoning("hm", seal: Seal(.anthropic, .signature, "sig"))))

    @Test("Reasoning goes back as plain text where it is wanted, and its seal to nobody who cannot read it")
    func reasoning() throws {
        let conversation = Conversation.messages([.messages(.assistant, [Self.thought, .messages(.text("a"))])])
        try expect(
            conversation, writes: #"{"model":"m","messages":[{"role":"assistant","content":"a"}]}"#,
            losses: ["dropped messages[].content[].thinking.signature", "dropped messages[].content[].thinking"])
        try expect(
            conversation, rules { $0.wantsReasoningBack = true },
            writes: #"{"model":"m","messages":[{"role":"assistant","content":"a","reasoning_content":"hm"}]}"#,
            losses: ["dropped messages[].content[].thinking.signature"])
        try expect(
            conversation,
            rules {
                $0.wantsReasoningBack = true
                $0.reasoningField = .reasoning
            },
            writes: #"{"model":"m","messages":[{"role":"assistant","content":"a","reasoning":"hm"}]}"#,
            losses: ["dropped messages[].content[].thinking.signature"])
        try expect(
            conversation, rules { $0.handsSealsTo = [.anthropic] },
            writes: """
                {"model":"m","messages":[{"role":"assistant","content":"a","reasoning_details":[{"type":"reasoning.text",
                "text":"hm","signature":"sig","format":"anthropic-claude-v1","index":0}]}]}
                """)
    }

    @Test("DeepSeek's tool loop: every message of the assistant has its reasoning")
    func deepSeekLoop() throws {
        let turns = (1...3).flatMap { number -> [Turn] in
            let call = ToolCall(id: JSONString("c\(number)"), name: "f", arguments: .empty)
            return [
                .messages(
                    .assistant,
                    [.messages(.reasoning(Reasoning(JSONString("thought \(number)")))), .messages(.call(call))]),
                .messages(.tool, [.messages(.result(ToolResult(callID: call.id, content: [.messages(.text("r"))])))]),
            ]
        }
        let (body, report) = try ChatTrial.write(.messages(turns), rules { $0.wantsReasoningBack = true })
        let messages = Sample.elements(try Sample.value(body)["messages"])
        #expect(
            messages.compactMap { $0["reasoning_content"]?.text } == ["thought 1", "thought 2", "thought 3"])
        #expect(report.losses == [])
    }

    @Test(
        "How much to think, in the words of the target",
        arguments: [
            (ReasoningSetting(effort: .high), TargetRules.ReasoningForm.effort, #""high""# as String?, nil as String?),
            (ReasoningSetting(budget: 1024), .effort, #""low""#, "emulated thinking"),
            (ReasoningSetting(budget: 5000), .effort, #""medium""#, "emulated thinking"),
            (ReasoningSetting(budget: 9000), .effort, #""high""#, "emulated thinking"),
            (ReasoningSetting(isAdaptive: true), .effort, nil, "emulated thinking"),
            (ReasoningSetting(effort: .high, shown: "auto"), .effort, #""high""#, "dropped thinking.display"),
            (ReasoningSetting(effort: .high), .none, nil, "dropped thinking"),
        ])
    func effort(
        _ setting: ReasoningSetting, _ form: TargetRules.ReasoningForm, _ effort: String?, _ loss: String?
    ) throws {
        let conversation = Conversation.messages([.messages(.user, [])]) { $0.reasoning = setting }
        let rules = rules { $0.reasoning = form }
        #expect(try ChatTrial.member("reasoning_effort", of: conversation, rules) == effort)
        #expect(try ChatTrial.write(conversation, rules).report.losses == [loss].compactMap { $0 })
    }

    @Test("An effort that the model does not know becomes the next it has")
    func knownEfforts() throws {
        let conversation = Conversation.messages([.messages(.user, [])]) {
            $0.reasoning = ReasoningSetting(effort: .max)
        }
        let rules = rules { $0.efforts = [.low, .high] }
        #expect(try ChatTrial.member("reasoning_effort", of: conversation, rules) == #""high""#)
    }

    @Test("Servers with a thinking object get one")
    func thinkingObject() throws {
        let conversation = Conversation.messages([.messages(.user, [])]) {
            $0.reasoning = ReasoningSetting(budget: 3000)
        }
        let thinking = try ChatTrial.member("thinking", of: conversation, rules { $0.reasoning = .budget })
        #expect(thinking == #"{"budget_tokens":3000,"type":"enabled"}"#)
    }

    // MARK: Settings

    @Test("Settings under the names the target has; what it refuses is reported")
    func settings() throws {
        let conversation = Conversation.messages([.messages(.user, [.messages(.text("a"))])]) {
            $0.maxOutputTokens = 9
            $0.sampling.seed = JSONFragment(literal: "7")
            $0.sampling.temperature = JSONFragment(literal: "0.5")
            $0.endUser = "u"
            $0.streams = true
        }
        try expect(
            conversation,
            rules {
                $0.outputLimitField = .maxTokens
                $0.renamedFields = ["seed": "random_seed", "user": "safety_identifier"]
                $0.refusedFields = ["temperature", "stream_options"]
            },
            writes: """
                {"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":9,"random_seed":7,
                "safety_identifier":"u","stream":true}
                """, losses: ["dropped temperature"])
    }

    @Test("No choice among tools that are not there")
    func strayToolChoice() throws {
        let conversation = Conversation.messages([.messages(.user, [.messages(.text("a"))])]) {
            $0.toolChoice = .required
            $0.allowsParallelCalls = false
        }
        try expect(
            conversation, writes: #"{"model":"m","messages":[{"role":"user","content":"a"}]}"#,
            losses: ["dropped tool_choice", "dropped tool_choice.disable_parallel_tool_use"])
    }

    @Test("A schema for the answer; a model that takes none is told it")
    func schema() throws {
        let conversation = Conversation.messages([.messages(.user, [.messages(.text("a"))])]) {
            $0.output = .schema(OutputSchema(schema: JSONFragment(literal: #"{"type":"object"}"#)))
        }
        try expect(
            conversation,
            writes: """
                {"model":"m","messages":[{"role":"user","content":"a"}],
                "response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}}}
                """, losses: ["moved output_config.format"])
        try expect(
            conversation, rules { $0.takesOutputSchema = false },
            writes: """
                {"model":"m","messages":[{"role":"system","content":
                "Answer with nothing but one JSON object that fulfils this JSON Schema:\\n{\\"type\\":\\"object\\"}"},
                {"role":"user","content":"a"}],"response_format":{"type":"json_object"}}
                """, losses: ["emulated output_config.format"])
    }

    @Test("Cache marks in the form that the target takes")
    func cacheMarks() throws {
        func conversation(_ lifetime: JSONString?) -> Conversation {
            .messages([.messages(.user, [.messages(.text("a"), cacheMark: CacheMark(lifetime: lifetime))])])
        }
        func expectMark(_ lifetime: JSONString?, _ form: TargetRules.CacheMarkForm, _ mark: String, _ loss: String?)
            throws
        {
            try expect(
                conversation(lifetime), rules { $0.cacheMarks = form },
                writes: #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a",\#(mark)}]}]}"#,
                losses: [loss].compactMap { $0 })
        }
        try expectMark("1h", .control, #""cache_control":{"type":"ephemeral","ttl":"1h"}"#, nil)
        try expectMark(nil, .breakpoint, #""prompt_cache_breakpoint":{"mode":"explicit"}"#, nil)
        try expectMark("12h", .breakpoint, #""prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}"#, nil)
        try expectMark("5m", .breakpoint, #""prompt_cache_breakpoint":{"mode":"explicit"}"#, "moved cache_control")
        try expect(
            conversation(nil), writes: #"{"model":"m","messages":[{"role":"user","content":"a"}]}"#,
            losses: ["dropped cache_control"])
    }

    @Test("Names of participants, and extras that the provider refuses")
    func refusedNames() throws {
        let conversation = try ChatTrial.read(
            #"{"model":"m","store":true,"verbosity":"low","messages":[{"role":"user","content":"a","name":"eve"}]}"#)
        try expect(
            conversation, rules { $0.refusedFields = ["messages[].name", "store"] },
            writes: #"{"model":"m","verbosity":"low","messages":[{"role":"user","content":"a"}]}"#,
            losses: ["dropped messages[].name", "dropped store"])
    }
}
