// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Messages requests out of other dialects: settings") struct MessagesSettingsTests {
    private let question = Turn.foreign(.user, .foreignText("x"))

    private func request(_ change: (inout Conversation) -> Void) -> Conversation {
        MessagesTrial.foreign([question], change)
    }

    private func number(_ text: String) throws -> JSONFragment { try MessagesTrial.value(text).fragment }

    // MARK: Limits and sampling

    @Test("The limit is the client's; without one it is the target's default, and reported")
    func limit() throws {
        #expect(try MessagesTrial.member("max_tokens", of: request { _ in }) == "100")
        let unlimited = request { $0.maxOutputTokens = nil }
        #expect(try MessagesTrial.member("max_tokens", of: unlimited) == "4096")
        #expect(try MessagesTrial.write(unlimited).report.count(.emulated, .maxOutputTokens) == 1)
    }

    @Test("Sampling settings have the names and ranges of the API")
    func sampling() throws {
        let hot = try number("1.7"), half = try number("0.5"), ten = try number("10")
        let (body, report) = try MessagesTrial.write(
            request {
                $0.sampling.temperature = hot
                $0.sampling.topP = half
                $0.sampling.topK = ten
                $0.sampling.stop = ["END", "\n"]
            })
        #expect(body.contains(#""temperature":1,"top_k":10,"stop_sequences":["END"]"#))
        #expect(report.fields(.emulated) == [NeutralField.temperature].names)
        #expect(report.fields(.dropped) == [NeutralField.topP, .stop].names)
    }

    @Test("A model that refuses sampling settings gets none")
    func refusedSampling() throws {
        var rules = TargetRules()
        rules.refusedFields = ["temperature", "top_p", "top_k", "stop_sequences"]
        let one = try number("1")
        let (body, report) = try MessagesTrial.write(
            request {
                $0.sampling.temperature = one
                $0.sampling.topP = one
                $0.sampling.topK = one
                $0.sampling.stop = ["END"]
            }, rules)
        for name in rules.refusedFields { #expect(!body.contains(name)) }
        #expect(report.fields(.dropped) == [NeutralField.temperature, .topP, .topK, .stop].names)
    }

    @Test("What the API has no setting for is reported")
    func unknown() throws {
        let one = try number("1")
        let report = try MessagesTrial.write(
            request {
                $0.sampling.seed = one
                $0.sampling.presencePenalty = one
                $0.sampling.frequencyPenalty = one
                $0.sampling.logprobs = true
                $0.sampling.topLogprobs = 2
                $0.sampling.logitBias = JSONFragment(literal: "{}")
                $0.metadata = JSONFragment(literal: "{}")
                $0.serviceTier = "flex"
            }
        ).report
        #expect(
            report.fields(.dropped)
                == [
                    NeutralField.metadata, .serviceTier, .seed, .presencePenalty, .frequencyPenalty, .logprobs,
                    .topLogprobs,
                    .logitBias,
                ].names)
    }

    @Test("Several answers are refused, not made one")
    func choices() throws {
        #expect(throws: FormatFault.self) { try MessagesTrial.write(request { $0.sampling.choices = 2 }) }
        #expect(try !MessagesTrial.write(request { $0.sampling.choices = 1 }).report.isLossy)
    }

    @Test(
        "The end user and the tier",
        arguments: [
            ("auto", #""service_tier":"auto""#), ("default", #""service_tier":"standard_only""#),
        ])
    func labels(_ tier: String, _ member: String) throws {
        let body = try MessagesTrial.write(
            request {
                $0.endUser = "u-1"
                $0.serviceTier = JSONString(tier)
                $0.streams = true
            }
        ).body
        #expect(body.contains(member))
        #expect(body.contains(#""metadata":{"user_id":"u-1"}"#))
        #expect(body.contains(#""stream":true"#))
    }

    // MARK: Thinking

    private func rules(_ form: TargetRules.ReasoningForm) -> TargetRules {
        var rules = TargetRules()
        rules.reasoning = form
        return rules
    }

    private func thinking(
        _ setting: ReasoningSetting, _ form: TargetRules.ReasoningForm, limit: Int64? = 64000
    ) throws -> (thinking: String?, config: String?) {
        let conversation = request {
            $0.reasoning = setting
            $0.maxOutputTokens = limit
        }
        return (
            try MessagesTrial.member("thinking", of: conversation, rules(form)),
            try MessagesTrial.member("output_config", of: conversation, rules(form))
        )
    }

    @Test(
        "An effort is adaptive thinking with that effort",
        arguments: [
            (ReasoningSetting(effort: .minimal), "low"), (ReasoningSetting(effort: .low), "low"),
            (ReasoningSetting(effort: .high), "high"), (ReasoningSetting(effort: .max), "max"),
            (ReasoningSetting(budget: 1500), "low"), (ReasoningSetting(budget: 5000), "medium"),
            (ReasoningSetting(budget: 24576), "high"),
        ])
    func adaptive(_ setting: ReasoningSetting, _ effort: String) throws {
        let written = try thinking(setting, .adaptive)
        #expect(written.thinking == #"{"type":"adaptive"}"#)
        #expect(written.config == "{\"effort\":\"\(effort)\"}")
    }

    @Test("A model without the effort gets the nearest it has")
    func efforts() throws {
        var rules = rules(.adaptive)
        rules.efforts = [.low, .medium, .high]
        let conversation = request { $0.reasoning = ReasoningSetting(effort: .xhigh) }
        #expect(try MessagesTrial.member("output_config", of: conversation, rules) == #"{"effort":"high"}"#)
    }

    @Test(
        "An effort is a budget for models that have only those",
        arguments: [
            (ReasoningSetting(effort: .minimal), 1024), (ReasoningSetting(effort: .low), 2048),
            (ReasoningSetting(effort: .medium), 8192), (ReasoningSetting(effort: .high), 16384),
            (ReasoningSetting(effort: .max), 32000), (ReasoningSetting(budget: 500), 1024),
            (ReasoningSetting(isAdaptive: true), 8192),
        ])
    func budget(_ setting: ReasoningSetting, _ tokens: Int) throws {
        let written = try thinking(setting, .budget)
        #expect(written.thinking == "{\"type\":\"enabled\",\"budget_tokens\":\(tokens)}")
        #expect(written.config == nil)
    }

    @Test("A budget stays below the client's limit, which is not raised")
    func fittedBudget() throws {
        #expect(try thinking(ReasoningSetting(effort: .high), .budget, limit: 2000).thinking?.contains("1999") == true)
        let tight = request {
            $0.reasoning = ReasoningSetting(effort: .high)
            $0.maxOutputTokens = 1024
        }
        let (body, report) = try MessagesTrial.write(tight, rules(.budget))
        #expect(!body.contains("thinking") && body.contains(#""max_tokens":1024"#))
        #expect(report.count(.dropped, .reasoning) == 1)
    }

    @Test("Without a limit there is room for the budget and the default")
    func roomForBudget() throws {
        let conversation = request {
            $0.reasoning = ReasoningSetting(effort: .high)
            $0.maxOutputTokens = nil
        }
        #expect(try MessagesTrial.member("max_tokens", of: conversation, rules(.budget)) == "20480")
    }

    @Test("No thinking is none", arguments: [TargetRules.ReasoningForm.adaptive, .budget, .effort, .none])
    func noThinking(_ form: TargetRules.ReasoningForm) throws {
        let written = try thinking(ReasoningSetting(effort: ReasoningSetting.Effort.none), form)
        #expect(written.thinking == nil && written.config == nil)
    }

    @Test("A model that thinks when nothing is said is told not to")
    func disabledThinking() throws {
        var rules = rules(.adaptive)
        rules.efforts = [.none, .low, .high]
        let conversation = request { $0.reasoning = ReasoningSetting(effort: ReasoningSetting.Effort.none) }
        #expect(try MessagesTrial.member("thinking", of: conversation, rules) == #"{"type":"disabled"}"#)
    }

    @Test("A model that takes none gets none, and that is reported")
    func refusedThinking() throws {
        let conversation = request { $0.reasoning = ReasoningSetting(effort: .high) }
        let (body, report) = try MessagesTrial.write(conversation, rules(.none))
        #expect(!body.contains("thinking") && !body.contains("effort"))
        #expect(report.count(.dropped, .reasoning) == 1)
    }

    @Test(
        "Whether thoughts are shown",
        arguments: [
            ("auto", "summarized"), ("detailed", "summarized"), ("none", "omitted"), ("omitted", "omitted"),
        ] as [(JSONString, String)])
    func display(_ shown: JSONString, _ display: String) throws {
        let written = try thinking(ReasoningSetting(effort: .low, shown: shown), .adaptive)
        #expect(written.thinking == "{\"type\":\"adaptive\",\"display\":\"\(display)\"}")
    }

    @Test("A model that thinks takes no sampling settings of its own")
    func samplingWhileThinking() throws {
        let half = try number("0.5"), ten = try number("10")
        let report = try MessagesTrial.write(
            request {
                $0.reasoning = ReasoningSetting(effort: .low)
                $0.sampling.temperature = half
                $0.sampling.topK = ten
            }, rules(.adaptive)
        ).report
        #expect(report.fields(.dropped) == [NeutralField.temperature, .topK].names)
    }

    @Test("A budget goes neither with a forced tool nor with calls made without signed thinking")
    func obstacles() throws {
        let call = Part.foreign(.call(ToolCall(id: "t", name: "f", arguments: .empty)))
        let result = Part.foreign(.result(ToolResult(callID: "t", content: [])))
        let sealed = Part.foreign(.reasoning(Reasoning("T", seal: Seal(.anthropic, .signature, "s"))))
        let tool = Tool("f", .function(parameters: nil, strict: nil), extras: Extras(.openAIChat))
        func thinks(_ turns: [Turn], _ choice: ToolChoice?, _ form: TargetRules.ReasoningForm) throws -> Bool {
            let conversation = MessagesTrial.foreign(turns) {
                $0.tools = [tool]
                $0.toolChoice = choice
                $0.maxOutputTokens = 9000
                $0.reasoning = ReasoningSetting(effort: .low)
            }
            return try MessagesTrial.member("thinking", of: conversation, rules(form)) != nil
        }
        let inProgress = [question, .foreign(.assistant, call), .foreign(.tool, result)]
        let thought = [question, .foreign(.assistant, sealed, call), .foreign(.tool, result)]
        #expect(try thinks([question], .auto, .budget))
        #expect(try !thinks([question], .required, .budget))
        #expect(try thinks([question], .required, .adaptive))
        #expect(try !thinks(inProgress, nil, .budget))
        #expect(try thinks(inProgress, nil, .adaptive))
        #expect(try thinks(thought, nil, .budget))
        #expect(try thinks(inProgress + [question], nil, .budget))
    }

    @Test(
        "A client of this dialect gets the form that the model has",
        arguments: [
            (#"{"type":"enabled","budget_tokens":9000}"#, TargetRules.ReasoningForm.adaptive, #"{"type":"adaptive"}"#),
            (
                #"{"type":"adaptive","display":"omitted"}"#, .budget,
                #"{"type":"enabled","budget_tokens":16384,"display":"omitted"}"#
            ),
            (#"{"type":"enabled","budget_tokens":9000}"#, .budget, #"{"type":"enabled","budget_tokens":9000}"#),
        ])
    func nativeConversion(_ said: String, _ form: TargetRules.ReasoningForm, _ written: String) throws {
        let conversation = try MessagesTrial.read(
            #"{"model":"m","max_tokens":20000,"messages":[{"role":"user","content":"x"}],"thinking":\#(said)}"#)
        #expect(try MessagesTrial.member("thinking", of: conversation, rules(form)) == written)
    }

    // MARK: Where it goes

    @Test("Bedrock and Vertex take what their paths and headers do not say")
    func targets() throws {
        let conversation = request { $0.streams = true }
        let bedrock = try MessagesTrial.write(conversation, for: .bedrock(betas: ["a-1", "b-2"])).body
        #expect(
            bedrock.hasPrefix(
                #"{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["a-1","b-2"],"max_tokens":100,"messages""#
            ))
        let vertex = try MessagesTrial.write(conversation, for: .vertex(version: "2026-10-21")).body
        #expect(vertex.hasPrefix(#"{"anthropic_version":"2026-10-21","max_tokens":100,"stream":true,"messages""#))
        let count = try MessagesTrial.write(conversation, for: .vertexCount()).body
        #expect(count.hasPrefix(#"{"anthropic_version":"vertex-2023-10-16","model":"claude-x","messages""#))
    }

    @Test("Counting tokens takes only what is counted")
    func counting() throws {
        let one = try number("1")
        let conversation = request {
            $0.sampling.temperature = one
            $0.sampling.stop = ["x"]
            $0.endUser = "u"
            $0.tools = [Tool("f", .function(parameters: nil, strict: nil), extras: Extras(.gemini))]
            $0.instructions = [Instruction(.system, [.foreignText("S")], extras: Extras(.gemini))]
        }
        #expect(
            try MessagesTrial.write(conversation, for: .anthropicCount).body == #"""
                {"model":"claude-x","messages":[{"role":"user","content":"x"}],"system":"S","tools":[{"name":"f","input_schema":{"type":"object","properties":{}}}]}
                """#)
        #expect(MessagesFormat.writeCountAnswer(2095) == Array(#"{"input_tokens":2095}"#.utf8))
        #expect(try MessagesFormat.readCountAnswer(MessagesTrial.value(#"{"input_tokens":2095}"#)) == 2095)
        #expect(throws: FormatFault.self) { try MessagesFormat.readCountAnswer(MessagesTrial.value("{}")) }
    }

    @Test("Fields of this dialect that the target refuses are left out and reported")
    func refusedExtras() throws {
        var rules = TargetRules()
        rules.refusedFields = ["mcp_servers"]
        let conversation = try MessagesTrial.read(
            #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"mcp_servers":[],"container":"c"}"#
        )
        let (body, report) = try MessagesTrial.write(conversation, rules)
        #expect(!body.contains("mcp_servers") && body.contains(#""container":"c""#))
        #expect(report.fates.contains("dropped mcp_servers"))
    }
}
