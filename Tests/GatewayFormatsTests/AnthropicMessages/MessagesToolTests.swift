// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Messages requests out of other dialects: tools and form") struct MessagesToolTests {
    private let question = Turn.foreign(.user, .foreignText("x"))
    private let tool = Tool("f", .function(parameters: nil, strict: nil), extras: Extras(.openAIChat))

    private func request(_ change: (inout Conversation) -> Void) -> Conversation {
        MessagesTrial.foreign([question], change)
    }

    private func fragment(_ text: String) throws -> JSONFragment { try MessagesTrial.value(text).fragment }

    // MARK: Tools

    @Test(
        "A tool's schema is one of an object",
        arguments: [
            (
                #"{"type":"object","properties":{"a":{"type":"string"}}}"#,
                #"{"type":"object","properties":{"a":{"type":"string"}}}"#
            ),
            (#"{"properties":{}}"#, #"{"type":"object","properties":{}}"#),
            (#"{}"#, #"{"type":"object","properties":{}}"#), (#"true"#, #"{"type":"object","properties":{}}"#),
            (#"{"type":["object","null"],"required":["a"]}"#, #"{"type":"object","required":["a"]}"#),
        ])
    func schemas(_ given: String, _ sent: String) throws {
        let parameters = try fragment(given)
        let conversation = request {
            $0.tools = [
                Tool("f", description: "d", .function(parameters: parameters, strict: nil), extras: Extras(.openAIChat))
            ]
        }
        let expected = "[{\"name\":\"f\",\"description\":\"d\",\"input_schema\":\(sent)}]"
        #expect(try MessagesTrial.member("tools", of: conversation) == expected)
    }

    @Test("A strict tool's schema is reduced to what strict tools take; where they are refused it is not strict")
    func strict() throws {
        let parameters = try fragment(
            #"{"type":"object","properties":{"n":{"type":"integer","minimum":1}},"required":["n"]}"#)
        let conversation = request {
            $0.tools = [Tool("f", .function(parameters: parameters, strict: true), extras: Extras(.openAIChat))]
        }
        let (body, report) = try MessagesTrial.write(conversation)
        #expect(
            body.contains(
                #"""
                "input_schema":{"type":"object","properties":{"n":{"type":"integer","description":"{minimum: 1}"}},"required":["n"],"additionalProperties":false},"strict":true
                """#))
        #expect(report.count(.emulated, .toolStrictness) == 1)
        var rules = TargetRules()
        rules.refusedFields = ["strict"]
        let loose = try MessagesTrial.write(conversation, rules)
        #expect(!loose.body.contains("strict") && loose.body.contains(#""minimum":1"#))
        #expect(loose.report.count(.dropped, .toolStrictness) == 1)
    }

    @Test("Tools that others run, or that take text, are reported as lost")
    func lostTools() throws {
        let hosted = try fragment(#"{"type":"web_search_preview"}"#)
        let conversation = request {
            $0.tools = [
                Tool("w", .hosted(origin: .openAIResponses, hosted), extras: Extras(.openAIResponses)),
                Tool("c", .custom(format: nil), extras: Extras(.openAIChat)),
            ]
            $0.toolChoice = .auto
        }
        let (body, report) = try MessagesTrial.write(conversation)
        #expect(!body.contains("tool"))
        #expect(
            report.fields(.dropped) == ["tools[].type=web_search_preview"]
                + [NeutralField.customTool, .toolChoice].names)
    }

    @Test(
        "Tool choice",
        arguments: [
            (ToolChoice.auto, nil, #"{"type":"auto"}"#), (.required, nil, #"{"type":"any"}"#),
            (ToolChoice.none, false, #"{"type":"none"}"#), (.named("f"), true, #"{"type":"tool","name":"f"}"#),
            (nil, false, #"{"type":"auto","disable_parallel_tool_use":true}"#), (nil, true, nil), (nil, nil, nil),
            (.required, false, #"{"type":"any","disable_parallel_tool_use":true}"#),
        ] as [(ToolChoice?, Bool?, String?)])
    func choice(_ choice: ToolChoice?, _ parallel: Bool?, _ sent: String?) throws {
        let conversation = request {
            $0.tools = [tool]
            $0.toolChoice = choice
            $0.allowsParallelCalls = parallel
        }
        #expect(try MessagesTrial.member("tool_choice", of: conversation) == sent)
    }

    @Test("A tool that is not sent cannot be chosen")
    func unknownChoice() throws {
        let (body, report) = try MessagesTrial.write(
            request {
                $0.tools = [tool, Tool("c", .custom(format: nil), extras: Extras(.openAIChat))]
                $0.toolChoice = .named("c")
            })
        #expect(!body.contains("tool_choice"))
        #expect(report.count(.dropped, .toolChoice) == 1)
    }

    @Test("Without tools there is no choice of them")
    func choiceWithoutTools() throws {
        let (body, report) = try MessagesTrial.write(
            request {
                $0.toolChoice = .required
                $0.allowsParallelCalls = false
            })
        #expect(!body.contains("tool"))
        #expect(report.fields(.dropped) == [NeutralField.toolChoice, .parallelCalls].names)
    }

    // MARK: Structured output

    private func output(_ schema: String, description: JSONString? = nil) throws -> OutputForm {
        .schema(OutputSchema(name: "n", description: description, schema: try fragment(schema), strict: true))
    }

    @Test(
        "A schema goes into output_config",
        arguments: [
            (
                #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#,
                #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#
            ),
            (
                #"{"$schema":"s","type":"object","properties":{"a":{"oneOf":[{"type":"string","format":"date"},{"type":"null"}]}}}"#,
                #"{"type":"object","properties":{"a":{"anyOf":[{"type":"string","format":"date"},{"type":"null"}]}},"additionalProperties":false}"#
            ),
            (
                ##"{"type":"array","items":{"$ref":"#/$defs/x"},"minItems":1,"maxItems":3,"description":"D","$defs":{"x":{"type":"string","pattern":"a\"b"}}}"##,
                ##"{"type":"array","items":{"$ref":"#/$defs/x"},"minItems":1,"$defs":{"x":{"type":"string","description":"{pattern: \"a\\\"b\"}"}},"description":"D\n\n{maxItems: 3}"}"##
            ),
            (
                #"{"type":["object","null"],"additionalProperties":{"type":"string"}}"#,
                #"{"type":["object","null"],"additionalProperties":false}"#
            ),
        ])
    func outputSchema(_ given: String, _ sent: String) throws {
        let form = try output(given)
        let conversation = request { $0.output = form }
        let config = try MessagesTrial.member("output_config", of: conversation)
        #expect(config == "{\"format\":{\"type\":\"json_schema\",\"schema\":\(sent)}}")
    }

    @Test("What a schema is for is told in it; what it can no longer say is reported")
    func schemaReport() throws {
        let plain = try output(#"{"type":"object","additionalProperties":false}"#, description: "Why")
        let (body, report) = try MessagesTrial.write(request { $0.output = plain })
        #expect(body.contains(#""description":"Why""#))
        #expect(report.count(.moved, .outputSchema) == 1)
        let rich = try output(#"{"type":"object","properties":{"a":{"minLength":3,"type":"string"}}}"#)
        #expect(try MessagesTrial.write(request { $0.output = rich }).report.count(.emulated, .outputSchema) == 1)
    }

    private var withoutSchemas: TargetRules {
        var rules = TargetRules()
        rules.takesOutputSchema = false
        return rules
    }

    @Test("A model without structured output must call a tool with the schema")
    func emulated() throws {
        let form = try output(#"{"type":"object","properties":{}}"#, description: "Why")
        let (body, report) = try MessagesTrial.write(request { $0.output = form }, withoutSchemas)
        #expect(body.contains(#""tools":[{"name":"sluice_structured_answer","description":"#))
        #expect(body.contains(#"besides.\nWhy","input_schema":{"type":"object","properties":{}}}]"#))
        #expect(
            body.contains(
                #""tool_choice":{"type":"tool","name":"sluice_structured_answer","disable_parallel_tool_use":true}"#))
        #expect(report.count(.emulated, .outputSchema) == 1)
    }

    @Test(
        "Beside the client's tools the model must call either; a call that must be made leaves no text to have a form")
    func emulatedBesideTools() throws {
        let form = try output(#"{"type":"object"}"#)
        let beside = request {
            $0.output = form
            $0.tools = [tool]
        }
        #expect(try MessagesTrial.member("tool_choice", of: beside, withoutSchemas) == #"{"type":"any"}"#)
        let forced = request {
            $0.output = form
            $0.tools = [tool]
            $0.toolChoice = .required
        }
        let (body, report) = try MessagesTrial.write(forced, withoutSchemas)
        #expect(!body.contains("sluice_structured_answer"))
        #expect(report.count(.dropped, .outputSchema) == 1)
    }

    @Test("The tool that stands for the answer is not thought about with a budget, whoever asked for it")
    func emulatedWhileThinking() throws {
        let native = try MessagesTrial.read(
            #"""
            {"model":"m","max_tokens":9000,"messages":[{"role":"user","content":"x"}],
            "thinking":{"type":"enabled","budget_tokens":2000},
            "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}}
            """#)
        var rules = withoutSchemas
        rules.reasoning = .budget
        let (body, report) = try MessagesTrial.write(native, rules)
        #expect(body.contains("sluice_structured_answer") && !body.contains("thinking"))
        #expect(report.fates.contains("dropped thinking") && report.fates.contains("emulated output_config.format"))
    }

    @Test("A target that refuses output_config gets no effort, and that is reported")
    func refusedOutputConfig() throws {
        var rules = TargetRules()
        rules.refusedFields = ["output_config"]
        let (body, report) = try MessagesTrial.write(request { $0.reasoning = ReasoningSetting(effort: .high) }, rules)
        #expect(!body.contains("output_config"))
        #expect(report.fates.contains("dropped output_config"))
    }

    @Test("A schema of no object, and any object at all, are told in words")
    func inWords() throws {
        let list = try output(#"{"type":"array"}"#)
        let (body, report) = try MessagesTrial.write(request { $0.output = list }, withoutSchemas)
        #expect(body.contains(#"and no code fence.\n{\"type\":\"array\"}""#))
        #expect(report.count(.emulated, .outputSchema) == 1)
        let object = try MessagesTrial.write(request { $0.output = .jsonObject })
        #expect(object.body.contains(#""system":"Answer with one JSON object"#))
        #expect(object.report.count(.emulated, .jsonObject) == 1)
    }
}
