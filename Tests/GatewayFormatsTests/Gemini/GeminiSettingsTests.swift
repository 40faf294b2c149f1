// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("Gemini requests, written for conversations of other dialects: tools and settings")
struct GeminiSettingsTests {
    private func written(
        _ rules: TargetRules = TargetRules(), _ set: (inout Conversation) throws -> Void
    ) throws -> Gemini.Written {
        var conversation = Gemini.conversation([])
        try set(&conversation)
        return try Gemini.write(conversation, rules)
    }

    private func function(_ name: JSONString, _ schema: String?, strict: Bool? = nil) throws -> Tool {
        let parameters = try schema.map { try Gemini.fragment($0) }
        return Tool(name, description: "d", .function(parameters: parameters, strict: strict), extras: Gemini.chat)
    }

    @Test("functions take JSON Schema as it is, or Google's form where the target refuses that")
    func functions() throws {
        let schema = #"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#
        let tools = [try function("f", schema, strict: true), try function("g", nil)]
        let plain = try written { $0.tools = tools }
        #expect(
            plain.json
                == #"{"tools":[{"functionDeclarations":[{"description":"d","name":"f","parametersJsonSchema":{"additionalProperties":false,"properties":{"a":{"type":"string"}},"type":"object"}},{"description":"d","name":"g"}]}]}"#
        )
        #expect(plain.fate("tools[].function.strict") == .dropped)
        var rules = TargetRules()
        rules.refusedFields = ["parametersJsonSchema"]
        let reduced = try written(rules) { $0.tools = tools }
        #expect(
            reduced.json
                == #"{"tools":[{"functionDeclarations":[{"description":"d","name":"f","parameters":{"properties":{"a":{"type":"STRING"}},"type":"OBJECT"}},{"description":"d","name":"g"}]}]}"#
        )
    }

    @Test("a function without parameters has none in Google's form, which refuses an empty object")
    func noParameters() throws {
        var rules = TargetRules()
        rules.refusedFields = ["parametersJsonSchema"]
        let tool = try function("f", #"{"type":"object","properties":{}}"#)
        let written = try written(rules) { $0.tools = [tool] }
        #expect(written.json == #"{"tools":[{"functionDeclarations":[{"description":"d","name":"f"}]}]}"#)
    }

    @Test(
        "a schema of parameters is of an object, also where the client leaves that out",
        arguments: [("{}", #"{"type":"object"}"#), (#"{"properties":{}}"#, #"{"properties":{},"type":"object"}"#)])
    func untypedParameters(schema: String, expected: String) throws {
        let tool = try function("f", schema)
        let written = try written { $0.tools = [tool] }
        #expect(written.json.contains(#""parametersJsonSchema":\#(expected)"#))
    }

    @Test("tools of other providers are left out, tools that take text become functions")
    func otherTools() throws {
        let written = try written {
            $0.tools = [
                Tool(
                    "s", .hosted(origin: .openAIChat, try Gemini.fragment(#"{"type":"web_search"}"#)),
                    extras: Gemini.chat),
                Tool("c", .custom(format: nil), extras: Gemini.chat),
            ]
        }
        #expect(
            written.json
                == #"{"tools":[{"functionDeclarations":[{"name":"c","parameters":{"properties":{"input":{"type":"STRING"}},"required":["input"],"type":"OBJECT"}}]}]}"#
        )
        #expect(written.fate("tools[].type=web_search") == .dropped)
        #expect(written.fate("tools[].custom") == .emulated)
    }

    @Test(
        "which function to call",
        arguments: [
            (ToolChoice.auto, #"{"mode":"AUTO"}"#), (.none, #"{"mode":"NONE"}"#), (.required, #"{"mode":"ANY"}"#),
            (.named("f"), #"{"allowedFunctionNames":["f"],"mode":"ANY"}"#),
        ])
    func toolChoice(choice: ToolChoice, config: String) throws {
        let tool = try function("f", nil)
        let written = try written {
            $0.tools = [tool]
            $0.toolChoice = choice
            $0.allowsParallelCalls = false
        }
        #expect(written.json.contains(#""toolConfig":{"functionCallingConfig":\#(config)}"#))
        #expect(written.fate("tool_choice") == .kept)
        #expect(written.fate("parallel_tool_calls") == .dropped)
    }

    @Test("no tools, no settings for them")
    func settingsWithoutTools() throws {
        let written = try written {
            $0.toolChoice = .required
            $0.allowsParallelCalls = true
        }
        #expect(written.json == "{}")
        #expect(written.fate("tool_choice") == .dropped)
        #expect(written.fate("parallel_tool_calls") == .dropped)
    }

    @Test("limits and sampling under Gemini's names, each told of")
    func sampling() throws {
        let written = try written {
            $0.maxOutputTokens = 10
            $0.sampling.temperature = try Gemini.fragment("0.70")
            $0.sampling.topP = JSONFragment(1)
            $0.sampling.topK = JSONFragment(2)
            $0.sampling.seed = JSONFragment(3)
            $0.sampling.presencePenalty = JSONFragment(0)
            $0.sampling.frequencyPenalty = JSONFragment(1)
            $0.sampling.stop = ["a", "b", "c", "d", "e", "f"]
            $0.sampling.choices = 2
            $0.sampling.logprobs = true
            $0.sampling.topLogprobs = 4
            $0.sampling.logitBias = JSONFragment(literal: "{}")
        }
        let expected = try Gemini.canonical(
            #"""
            {"generationConfig":{"maxOutputTokens":10,"temperature":0.70,"topP":1,"topK":2,"seed":3,"presencePenalty":0,
              "frequencyPenalty":1,"candidateCount":2,"responseLogprobs":true,"logprobs":4,"stopSequences":["a","b","c","d","e"]}}
            """#)
        #expect(written.json == expected)
        #expect(written.fate("max_completion_tokens") == .kept)
        #expect(written.fate("n") == .kept)
        #expect(written.fate("logit_bias") == .dropped)
        #expect(written.report.entries.contains { $0.field == "stop" && $0.fate == .dropped })
    }

    @Test("what the model refuses is left out")
    func refused() throws {
        var rules = TargetRules()
        rules.refusedFields = ["temperature", "seed", "thinkingConfig"]
        let written = try written(rules) {
            $0.sampling.temperature = JSONFragment(1)
            $0.sampling.seed = JSONFragment(1)
            $0.reasoning = ReasoningSetting(effort: .high)
        }
        #expect(written.json == "{}")
        #expect(written.report.short == "dropped=temperature,seed,reasoning_effort")
    }

    @Test(
        "effort as a level, or as a budget of tokens, never both",
        arguments: [
            (ReasoningSetting(effort: .low), TargetRules.ReasoningForm.effort, #"{"thinkingLevel":"LOW"}"#),
            (ReasoningSetting(effort: ReasoningSetting.Effort.none), .effort, #"{"thinkingLevel":"MINIMAL"}"#),
            (ReasoningSetting(effort: .max), .effort, #"{"thinkingLevel":"HIGH"}"#),
            (ReasoningSetting(budget: 1024), .effort, #"{"thinkingLevel":"LOW"}"#),
            (
                ReasoningSetting(budget: 8192, shown: "auto"), .effort,
                #"{"includeThoughts":true,"thinkingLevel":"HIGH"}"#
            ),
            (
                ReasoningSetting(effort: .medium, shown: "omitted"), .budget,
                #"{"includeThoughts":false,"thinkingBudget":8192}"#
            ),
            (ReasoningSetting(effort: ReasoningSetting.Effort.none), .budget, #"{"thinkingBudget":0}"#),
            (ReasoningSetting(effort: .high), .budget, #"{"thinkingBudget":24576}"#),
            (ReasoningSetting(effort: .max), .budget, #"{"thinkingBudget":24576}"#),
            (ReasoningSetting(budget: 777), .budget, #"{"thinkingBudget":777}"#),
            (ReasoningSetting(isAdaptive: true), .budget, #"{"thinkingBudget":-1}"#),
        ])
    func reasoning(setting: ReasoningSetting, form: TargetRules.ReasoningForm, config: String) throws {
        var rules = TargetRules()
        rules.reasoning = form
        let written = try written(rules) { $0.reasoning = setting }
        #expect(written.json == #"{"generationConfig":{"thinkingConfig":\#(config)}}"#)
        #expect(!written.report.isLossy)
    }

    @Test(
        "a model is asked for the nearest effort it knows",
        arguments: [
            (ReasoningSetting.Effort.none, Set([ReasoningSetting.Effort.low, .high]), "LOW"),
            (.medium, [.low, .high], "HIGH"), (.max, [.low, .high], "HIGH"),
            (.max, [.low, .high, .xhigh], "XHIGH"), (.xhigh, [.minimal, .low], "LOW"),
        ] as [(ReasoningSetting.Effort, Set<ReasoningSetting.Effort>, String)])
    func nearestEffort(
        wanted: ReasoningSetting.Effort, known: Set<ReasoningSetting.Effort>, level: String
    ) throws {
        var rules = TargetRules()
        rules.efforts = known
        let written = try written(rules) { $0.reasoning = ReasoningSetting(effort: wanted) }
        #expect(written.json == #"{"generationConfig":{"thinkingConfig":{"thinkingLevel":"\#(level)"}}}"#)
        #expect(written.fate("reasoning_effort") == .emulated)
    }

    @Test("a model that does not think is not told to")
    func noThinking() throws {
        var rules = TargetRules()
        rules.reasoning = .none
        let written = try written(rules) { $0.reasoning = ReasoningSetting(effort: .high) }
        #expect(written.json == "{}")
        #expect(written.fate("reasoning_effort") == .dropped)
    }

    @Test("the form of the answer")
    func outputForm() throws {
        let object = try written { $0.output = .jsonObject }
        #expect(object.json == #"{"generationConfig":{"responseMimeType":"application/json"}}"#)
        let schema = OutputSchema(
            name: "n", description: "d", schema: try Gemini.fragment(#"{"type":"object","properties":{}}"#),
            strict: true)
        let json = try written { $0.output = .schema(schema) }
        #expect(
            json.json
                == #"{"generationConfig":{"responseJsonSchema":{"properties":{},"type":"object"},"responseMimeType":"application/json"}}"#
        )
        #expect(json.fate("response_format") == .kept)
        var rules = TargetRules()
        rules.refusedFields = ["responseJsonSchema"]
        let native = try written(rules) { $0.output = .schema(schema) }
        #expect(
            native.json
                == #"{"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT"}}}"#)
        rules.takesOutputSchema = false
        let none = try written(rules) { $0.output = .schema(schema) }
        #expect(none.json == #"{"generationConfig":{"responseMimeType":"application/json"}}"#)
        #expect(none.fate("response_format") == .dropped)
    }

    @Test("metadata as labels where they fit, service tiers by their meaning, end users not at all")
    func labels() throws {
        let set: (inout Conversation) throws -> Void = {
            $0.metadata = try Gemini.fragment(
                #"{"team":"a-1","Upper":"x","long":"\#(String(repeating: "x", count: 64))"}"#)
            $0.serviceTier = "default"
            $0.endUser = "u"
            $0.extras.members = [.init(name: "store", value: JSONFragment(true))]
        }
        let vertex = try written(TargetRules(), set)
        #expect(vertex.json == #"{"labels":{"team":"a-1"},"serviceTier":"standard"}"#)
        #expect(vertex.report.short == "dropped=metadata,user,store")
        var rules = TargetRules()
        rules.refusedFields = ["labels", "serviceTier"]
        let gemini = try written(rules, set)
        #expect(gemini.json == "{}")
        #expect(gemini.report.short == "dropped=metadata,service_tier,user,store")
    }
}
