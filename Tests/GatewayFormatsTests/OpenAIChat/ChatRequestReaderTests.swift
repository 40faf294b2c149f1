// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct ChatRequestReaderTests {
    // MARK: Messages

    @Test("Instructions, turns and their texts, however content is written")
    func messages() throws {
        let conversation = try ChatTrial.read(
            messages: """
                {"role":"system","content":"Be brief."},{"role":"developer","content":[{"type":"text","text":"Be kind."}]},
                {"role":"user","content":"Hi","name":"eve"},{"role":"assistant","content":"Hello"},
                {"role":"system","content":"Now shout."},
                {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}
                """)
        #expect(conversation.instructions.map(\.role) == [.system, .developer])
        #expect(conversation.instructions.map(\.parts) == [[.chat(.text("Be brief."))], [.chat(.text("Be kind."))]])
        #expect(
            conversation.turns == [
                .chat(.user, [.chat(.text("Hi"))], name: "eve"), .chat(.assistant, [.chat(.text("Hello"))]),
                .chat(.instruction(.system), [.chat(.text("Now shout."))]),
                .chat(.user, [.chat(.text("a")), .chat(.text("b"))]),
            ])
    }

    @Test("Calls and their results: results of one turn are one turn")
    func tools() throws {
        let conversation = try ChatTrial.read(
            messages: """
                {"role":"user","content":"Weather?"},
                {"role":"assistant","content":"","tool_calls":[
                  {"id":"a","type":"function","function":{"name":"f","arguments":"{\\"x\\":1}"}},
                  {"id":"b","type":"function","function":{"name":"g","arguments":""}},
                  {"id":"c","type":"custom","custom":{"name":"h","input":"SELECT 1"}}]},
                {"role":"tool","tool_call_id":"a","content":"sun"},
                {"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"rain"}]},
                {"role":"tool","tool_call_id":"c","content":""}
                """)
        let calls = [
            ToolCall(id: "a", name: "f", arguments: .encoded(#"{"x":1}"#)),
            ToolCall(id: "b", name: "g", arguments: .encoded("")),
            ToolCall(id: "c", name: "h", arguments: .text("SELECT 1")),
        ]
        #expect(conversation.turns[1].parts == calls.map { .chat(.call($0)) })
        let results = [
            ToolResult(callID: "a", content: [.chat(.text("sun"))]),
            ToolResult(callID: "b", content: [.chat(.text("rain"))]),
            ToolResult(callID: "c", content: [.chat(.text(""))]),
        ]
        #expect(conversation.turns.count == 3)
        #expect(conversation.turns[2] == .chat(.tool, results.map { .chat(.result($0)) }))
    }

    @Test("The older functions are tools")
    func olderFunctions() throws {
        let conversation = try ChatTrial.read(
            """
            {"model":"m","functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"},
            "messages":[{"role":"user","content":"go"},
            {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
            {"role":"function","name":"f","content":"done"}]}
            """)
        #expect(conversation.tools.map(\.name) == ["f"])
        #expect(conversation.toolChoice == .named("f"))
        #expect(conversation.turns[1].parts == [.chat(.call(ToolCall(id: nil, name: "f", arguments: .encoded("{}"))))])
        let result = ToolResult(callID: nil, name: "f", content: [.chat(.text("done"))])
        #expect(conversation.turns[2].parts == [.chat(.result(result))])
    }

    @Test(
        "Media, wherever their data are",
        arguments: [
            (
                #"{"type":"image_url","image_url":{"url":"data:image\/png;base64,iVBO\/A==","detail":"low"}}"#,
                Media(.image, .data("iVBO/A=="), mediaType: "image/png", detail: "low")
            ),
            (#"{"type":"image_url","image_url":{"url":"https://x/y.png"}}"#, Media(.image, .url("https://x/y.png"))),
            (#"{"type":"image_url","image_url":"https://x/y.png"}"#, Media(.image, .url("https://x/y.png"))),
            (#"{"type":"image_url","image_url":{"url":"data:,plain"}}"#, Media(.image, .url("data:,plain"))),
            (#"{"type":"video_url","video_url":{"url":"https://x/y"}}"#, Media(.video, .url("https://x/y"))),
            (
                #"{"type":"input_audio","input_audio":{"data":"AAAA","format":"mp3"}}"#,
                Media(.audio, .data("AAAA"), mediaType: "audio/mpeg")
            ),
            (
                #"{"type":"file","file":{"file_data":"data:text/csv;base64,AAAA","filename":"a.csv"}}"#,
                Media(.document, .data("AAAA"), mediaType: "text/csv", name: "a.csv")
            ),
            (
                #"{"type":"file","file":{"file_data":"AAAA"}}"#,
                Media(.document, .data("AAAA"), mediaType: "application/pdf")
            ),
            (#"{"type":"file","file":{"file_id":"file-1"}}"#, Media(.document, .file("file-1"))),
        ])
    func media(_ part: String, _ media: Media) throws {
        let conversation = try ChatTrial.read(messages: #"{"role":"user","content":[\#(part)]}"#)
        #expect(conversation.turns[0].parts == [.chat(.media(media))])
    }

    @Test(
        "Reasoning has two names, and a list for its seals",
        arguments: [
            (#""reasoning_content":"hm""#, [Reasoning("hm")]),
            (#""reasoning":"hm""#, [Reasoning("hm")]),
            (#""reasoning":"hm","reasoning_content":"""#, [Reasoning("hm")]),
            (
                #""content":[{"type":"thinking","thinking":[{"type":"text","text":"h"},{"type":"text","text":"m"}]}]"#,
                [Reasoning("hm")]
            ),
            (
                #""reasoning_content":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic-claude-v1","index":0}]"#,
                [Reasoning("hm", seal: Seal(.anthropic, .signature, "s"))]
            ),
            (
                #""reasoning_details":[{"type":"reasoning.encrypted","data":"d","format":"anthropic"},{"type":"reasoning.encrypted","data":"e","format":"google-gemini-v1"}]"#,
                [
                    Reasoning("", seal: Seal(.anthropic, .encrypted, "d")),
                    Reasoning("", seal: Seal(.gemini, .encrypted, "e")),
                ]
            ),
            (
                #""reasoning_details":[{"type":"reasoning.summary","summary":"hm","id":"rs_1"},{"type":"reasoning.encrypted","data":"d","id":"rs_1","format":"openai-responses-v1"}]"#,
                [Reasoning("hm", isSummary: true, seal: Seal(.openAI, .encrypted, "d", id: "rs_1"))]
            ),
        ])
    func reasoning(_ members: String, _ thoughts: [Reasoning]) throws {
        let conversation = try ChatTrial.read(messages: #"{"role":"assistant",\#(members)}"#)
        #expect(conversation.turns[0].parts == thoughts.map { .chat(.reasoning($0)) })
    }

    @Test("Reasoning without a known issuer of its seal stays as it came, beside the plain text")
    func unknownSeal() throws {
        let details = #"[{"type":"reasoning.encrypted","data":"d","format":"xai-responses-v1"}]"#
        let turn = try ChatTrial.read(
            messages: #"{"role":"assistant","reasoning":"hm","reasoning_details":\#(details)}"#
        ).turns[0]
        #expect(turn.parts == [.chat(.reasoning(Reasoning("hm")))])
        #expect(turn.extras.members.map(\.name) == ["reasoning_details"])
        #expect(turn.extras.members.map(\.value.text) == [details])
    }

    @Test("Calls carry seals where Google has them: its own in clear, others wrapped")
    func callSeals() throws {
        let foreign = Seal(.anthropic, .encrypted, "x.y").wrapped(call: "b")
        let conversation = try ChatTrial.read(
            messages: """
                {"role":"assistant","tool_calls":[
                {"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"sig"}}},
                {"id":"b","function":{"name":"f","arguments":"{}"},
                 "extra_content":{"google":{"thought_signature":"\(foreign.text)"}}}]}
                """)
        let seals = conversation.turns[0].parts.map { part -> Seal? in
            if case .call(let call) = part.content { call.seal } else { nil }
        }
        #expect(seals == [Seal(.gemini, .signature, "sig"), Seal(.anthropic, .encrypted, "x.y")])
    }

    @Test("Cache marks on parts, messages, tools and the request")
    func cacheMarks() throws {
        let conversation = try ChatTrial.read(
            """
            {"model":"m","cache_control":{"type":"ephemeral"},"messages":[
            {"role":"system","content":"s","cache_control":{"type":"ephemeral","ttl":"1h"}},
            {"role":"user","content":[{"type":"text","text":"a","prompt_cache_breakpoint":{"mode":"explicit","ttl":"30m"}},
            {"type":"text","text":"b"}]},
            {"role":"tool","tool_call_id":"x","content":[{"type":"text","text":"r","cache_control":{"type":"ephemeral"}}]}],
            "tools":[{"type":"function","function":{"name":"f"},"cache_control":{"type":"ephemeral"}},
            {"type":"function","function":{"name":"g","cache_control":{"type":"ephemeral"}}},
            {"type":"function","function":{"name":"h"}}]}
            """)
        #expect(conversation.cacheMark == CacheMark())
        #expect(conversation.instructions[0].parts == [.chat(.text("s"), cacheMark: CacheMark(lifetime: "1h"))])
        #expect(conversation.turns[0].parts.map(\.cacheMark) == [CacheMark(lifetime: "30m"), nil])
        #expect(conversation.turns[1].parts.map(\.cacheMark) == [CacheMark()])
        #expect(conversation.tools.map(\.cacheMark) == [CacheMark(), CacheMark(), nil])
    }

    // MARK: Settings

    @Test("Settings, with numbers as they were written")
    func settings() throws {
        let conversation = try ChatTrial.read(
            with: """
                "max_completion_tokens":50,"temperature":0.70,"top_p":1,"top_k":4e1,"seed":-3,"presence_penalty":1,
                "frequency_penalty":0,"stop":"END","n":2,"logprobs":true,"top_logprobs":3,"logit_bias":{"1":2},
                "stream":true,"stream_options":{"include_usage":true},"user":"u","metadata":{"a":"b"},"service_tier":"flex",
                "parallel_tool_calls":false
                """)
        let sampling = conversation.sampling
        #expect(conversation.maxOutputTokens == 50)
        #expect(sampling.temperature?.text == "0.70")
        #expect(sampling.topK?.text == "4e1")
        #expect(sampling.seed?.text == "-3")
        #expect(sampling.stop == ["END"])
        #expect(sampling.choices == 2)
        #expect(sampling.logprobs == true && sampling.topLogprobs == 3)
        #expect(sampling.logitBias?.text == #"{"1":2}"#)
        #expect(conversation.streams)
        #expect(conversation.endUser == "u")
        #expect(conversation.metadata?.text == #"{"a":"b"}"#)
        #expect(conversation.serviceTier == "flex")
        #expect(conversation.allowsParallelCalls == false)
        #expect(conversation.extras.isEmpty)
    }

    @Test(
        "Names that mean the same",
        arguments: [
            (#""max_tokens":5"#, #""max_completion_tokens":5"#), (#""random_seed":5"#, #""seed":5"#),
            (#""safety_identifier":"u""#, #""user":"u""#), (#""stop":["a"]"#, #""stop":"a""#),
            (#""tool_choice":"any""#, #""tool_choice":"required""#), (#""seed":null,"stop":null"#, #""stop":[]"#),
            (#""max_tokens":9,"max_completion_tokens":5"#, #""max_completion_tokens":5"#),
            (#""stream_options":{"include_usage":true}"#, #""stream":false"#),
        ])
    func aliases(_ one: String, _ other: String) throws {
        #expect(try ChatTrial.read(with: one) == ChatTrial.read(with: other))
    }

    @Test(
        "How much to think",
        arguments: [
            (#""reasoning_effort":"xhigh""#, ReasoningSetting(effort: .xhigh)),
            (#""reasoning_effort":"none""#, ReasoningSetting(effort: ReasoningSetting.Effort.none)),
            (#""thinking":{"type":"disabled"}"#, ReasoningSetting(effort: ReasoningSetting.Effort.none)),
            (#""thinking":{"type":"enabled","budget_tokens":2000}"#, ReasoningSetting(budget: 2000)),
            (
                #""thinking":{"type":"enabled"},"reasoning_effort":"low""#,
                ReasoningSetting(effort: .low, isAdaptive: true)
            ),
        ])
    func reasoningSetting(_ members: String, _ setting: ReasoningSetting) throws {
        #expect(try ChatTrial.read(with: members).reasoning == setting)
    }

    @Test("The form of the answer")
    func output() throws {
        #expect(try ChatTrial.read(with: #""response_format":{"type":"json_object"}"#).output == .jsonObject)
        let form = try ChatTrial.read(
            with: """
                "response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","strict":true,
                "schema":{"type":"object"}}}
                """
        ).output
        let schema = JSONFragment(literal: #"{"type":"object"}"#)
        #expect(form == .schema(OutputSchema(name: "n", description: "d", schema: schema, strict: true)))
    }

    @Test(
        "Which tool to call",
        arguments: [
            (#""auto""#, ToolChoice.auto), (#""none""#, ToolChoice.none), (#""required""#, .required),
            (#"{"type":"function","function":{"name":"f"}}"#, .named("f")),
            (#"{"type":"custom","custom":{"name":"f"}}"#, .named("f")),
        ])
    func toolChoice(_ choice: String, _ expected: ToolChoice) throws {
        #expect(try ChatTrial.read(with: #""tool_choice":\#(choice)"#).toolChoice == expected)
    }

    @Test("Tools of every kind")
    func toolKinds() throws {
        let tools = try ChatTrial.read(
            with: """
                "tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,"parameters":{}}},
                {"type":"function","function":{"name":"g"}},
                {"type":"custom","custom":{"name":"h","format":{"type":"text"}}},{"type":"browser_search"}]
                """
        ).tools
        #expect(
            tools.map(\.kind) == [
                .function(parameters: JSONFragment(literal: "{}"), strict: true),
                .function(parameters: nil, strict: nil),
                .custom(format: JSONFragment(literal: #"{"type":"text"}"#)),
                .hosted(origin: .openAIChat, JSONFragment(literal: #"{"type":"browser_search"}"#)),
            ])
        #expect(tools.map(\.name) == ["f", "g", "h", "browser_search"])
        #expect(tools[0].description == "d")
    }

    @Test("What the neutral form does not know is kept, where it stood")
    func extras() throws {
        let conversation = try ChatTrial.read(
            """
            {"model":"m","verbosity":"low","store":null,"tool_choice":{"type":"allowed_tools"},"new":{"a":[1]},
            "messages":[{"role":"user","weight":0,"content":[{"type":"text","text":"x","future":1},
            {"type":"image_url","image_url":{"url":"https://x","zoom":2}},{"type":"hologram","size":3}]}],
            "tools":[{"type":"function","defer":true,"function":{"name":"f","returns":{}}}]}
            """)
        #expect(conversation.extras.members.map(\.name) == ["tool_choice", "verbosity", "store", "new"])
        #expect(conversation.turns[0].extras.members.map(\.name) == ["weight"])
        let parts = conversation.turns[0].parts
        #expect(parts.map { $0.extras.members.map(\.name) } == [["future"], ["image_url.zoom"], []])
        let hologram = JSONFragment(literal: #"{"type":"hologram","size":3}"#)
        #expect(parts[2].content == .opaque(origin: .openAIChat, hologram))
        #expect(conversation.tools[0].extras.members.map(\.name) == ["function.returns", "defer"])
    }
}
