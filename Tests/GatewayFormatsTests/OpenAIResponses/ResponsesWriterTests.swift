// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Writing conversations of other dialects as Responses requests") struct ResponsesWriterTests {
    private typealias Trial = ResponsesTrial

    private let hello = Trial.turn(.user, .text("Hello"))

    private func input(_ turns: Turn..., rules: TargetRules = TargetRules()) throws -> String? {
        try Trial.member("input", of: Trial.foreign(turns), rules)
    }

    private func input(is expected: String, _ turns: Turn..., rules: TargetRules = TargetRules()) throws {
        let written = try Trial.member("input", of: Trial.foreign(turns), rules)
        #expect(try written == Trial.canonical(expected))
    }

    // MARK: Instructions

    @Test("One system text becomes `instructions`; what follows keeps its order, role and parts")
    func instructions() throws {
        func instruction(_ role: Instruction.Role, _ texts: JSONString...) -> Instruction {
            Instruction(role, texts.map { Part(.text($0), extras: Extras(.openAIChat)) }, extras: Extras(.openAIChat))
        }
        let conversation = Trial.foreign([hello], from: .openAIChat) {
            $0.instructions = [instruction(.system, "A"), instruction(.developer, "B", "C"), instruction(.system, "D")]
        }
        #expect(try Trial.member("instructions", of: conversation) == #""A""#)
        let expected = try Trial.canonical(
            #"""
            [{"type":"message","role":"developer","content":[{"type":"input_text","text":"B"},{"type":"input_text","text":"C"}]},
            {"type":"message","role":"system","content":"D"},{"type":"message","role":"user","content":"Hello"}]
            """#)
        #expect(try Trial.member("input", of: conversation) == expected)
        var rules = TargetRules()
        rules.takesDeveloperRole = false
        #expect(try Trial.member("input", of: conversation, rules)?.contains("developer") == false)
    }

    @Test("A system message in the middle stays there, or goes first where the model wants it so")
    func lateInstructions() throws {
        let late = Trial.turn(.instruction(.system), .text("Shout."))
        try input(
            is: #"""
                [{"type":"message","role":"user","content":"Hello"},{"type":"message","role":"system","content":"Shout."},
                {"type":"message","role":"user","content":"Hello"}]
                """#, hello, late, hello)
        var rules = TargetRules()
        rules.takesLateInstructions = false
        let conversation = Trial.foreign([hello, late])
        let (body, report) = try Trial.write(conversation, rules)
        let input = try Trial.value(body)["input"]?.elements.compactMap { $0["role"]?.text }
        #expect(input == ["system", "user"])
        #expect(Trial.fates(report).contains("emulated messages[].role=system"))
    }

    // MARK: Tools

    @Test("A turn with words and parallel calls becomes one item each; results follow by their calls' identifiers")
    func toolLoop() throws {
        try input(
            is: #"""
                [{"type":"message","role":"user","content":"Hello"},{"type":"message","role":"assistant","content":"I look."},
                {"type":"function_call","call_id":"toolu_1","name":"f","arguments":"{\"a\": 1}"},
                {"type":"function_call","call_id":"toolu_2","name":"g","arguments":"{}"},
                {"type":"function_call_output","call_id":"toolu_1","output":"one"},
                {"type":"function_call_output","call_id":"toolu_2","output":"[1,2]"}]
                """#,
            hello,
            Trial.turn(
                .assistant, .text("I look."),
                .call(ToolCall(id: "toolu_1", name: "f", arguments: .object(try Trial.value(#"{"a": 1}"#).fragment))),
                .call(ToolCall(id: "toolu_2", name: "g", arguments: .encoded("")))),
            Trial.turn(
                .tool,
                .result(
                    ToolResult(callID: "toolu_1", content: [Part(.text("one"), extras: Extras(.anthropicMessages))])),
                .result(ToolResult(callID: "toolu_2", content: [], structured: try Trial.value("[1,2]").fragment))))
    }

    @Test("A result with pictures is a list of parts, and says that it is an error") func resultWithPicture() throws {
        let parts = [
            Part(.text("boom"), extras: Extras(.anthropicMessages)),
            Part(.media(Media(.image, .data("AA=="), mediaType: "image/png")), extras: Extras(.anthropicMessages)),
        ]
        let conversation = Trial.foreign([
            hello, Trial.turn(.assistant, .call(ToolCall(id: "c", name: "f", arguments: .empty))),
            Trial.turn(.tool, .result(ToolResult(callID: "c", content: parts, isError: true))),
        ])
        let (body, report) = try Trial.write(conversation)
        let output = try #require(try Trial.value(body)["input"]?.elements.map { $0 }.last?["output"])
        let expected = try Trial.canonical(
            #"""
            [{"type":"input_text","text":"Error: boom"},
            {"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"auto"}]
            """#)
        #expect(Trial.canonical(output) == expected)
        #expect(Trial.fates(report).contains("emulated messages[].content[].tool_result.is_error"))
    }

    @Test("Calls and results without identifiers are linked by order and name") func missingIdentifiers() throws {
        let call = Part.Content.call(ToolCall(id: nil, name: "f", arguments: .empty))
        func result(_ text: JSONString) -> Part.Content {
            .result(ToolResult(callID: nil, name: "f", content: [Part(.text(text), extras: Extras(.gemini))]))
        }
        let conversation = Trial.foreign(
            [hello, Trial.turn(.assistant, call, call), Trial.turn(.tool, result("1"), result("2"))], from: .gemini)
        let items = try #require(try Trial.value(Trial.write(conversation).body)["input"]).elements.map { $0 }
        let ids = items.compactMap { $0["call_id"]?.text }
        #expect(ids.count == 4 && ids[0] != ids[1] && ids[0] == ids[2] && ids[1] == ids[3])
    }

    @Test("Functions are flat and not strict unless they say so; a custom tool's grammar is flat")
    func tools() throws {
        let conversation = Trial.foreign([hello], from: .openAIChat) { conversation in
            func tool(_ name: JSONString, _ kind: Tool.Kind) -> Tool { Tool(name, kind, extras: Extras(.openAIChat)) }
            let schema = JSONFragment(literal: #"{"type":"object","properties":{"a":{}}}"#)
            let format = JSONFragment(literal: #"{"type":"grammar","grammar":{"definition":"x","syntax":"lark"}}"#)
            conversation.tools = [
                tool("f", .function(parameters: schema, strict: nil)),
                tool("g", .function(parameters: nil, strict: true)),
                tool("c", .custom(format: format)),
            ]
            conversation.toolChoice = .named("c")
            conversation.allowsParallelCalls = false
        }
        let expected = try Trial.canonical(
            #"""
            [{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":{}}},"strict":false},
            {"type":"function","name":"g","parameters":{"type":"object","properties":{}},"strict":true},
            {"type":"custom","name":"c","format":{"type":"grammar","definition":"x","syntax":"lark"}}]
            """#)
        #expect(try Trial.member("tools", of: conversation) == expected)
        #expect(try Trial.member("tool_choice", of: conversation) == Trial.canonical(#"{"type":"custom","name":"c"}"#))
        #expect(try Trial.member("parallel_tool_calls", of: conversation) == "false")
    }

    @Test("Without tools there is nothing to choose and nothing to run in parallel") func strayToolSettings() throws {
        let conversation = Trial.foreign([hello]) {
            $0.toolChoice = .auto
            $0.allowsParallelCalls = false
        }
        let (body, report) = try Trial.write(conversation)
        #expect(!body.contains("tool_choice") && !body.contains("parallel_tool_calls"))
        #expect(Trial.fates(report).contains("dropped tool_choice"))
        #expect(Trial.fates(report).contains("dropped tool_choice.disable_parallel_tool_use"))
    }

    @Test("Another provider's hosted tool is dropped by name") func hostedTool() throws {
        let conversation = Trial.foreign([hello]) {
            let definition = JSONFragment(literal: #"{"type":"web_search_20260318","name":"web_search"}"#)
            $0.tools = [
                Tool("web_search", .hosted(origin: .anthropicMessages, definition), extras: Extras(.anthropicMessages))
            ]
        }
        let (body, report) = try Trial.write(conversation)
        #expect(!body.contains("tools"))
        #expect(Trial.fates(report).contains("dropped tools[].type=web_search_20260318"))
    }

    // MARK: Content

    @Test(
        "Pictures and documents of every source",
        arguments: [
            (
                Media(.image, .data("AA=="), mediaType: "image/webp"),
                #"{"type":"input_image","image_url":"data:image/webp;base64,AA==","detail":"auto"}"#
            ),
            (
                Media(.image, .url("https://x"), detail: "low"),
                #"{"type":"input_image","image_url":"https://x","detail":"low"}"#
            ),
            (
                Media(.document, .data("JVBE"), mediaType: "application/pdf", name: "a.pdf"),
                #"{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}"#
            ),
            (
                Media(.document, .url("https://x/a.pdf"), name: "a.pdf"),
                #"{"type":"input_file","filename":"a.pdf","file_url":"https://x/a.pdf"}"#
            ),
            (Media(.document, .text("plain"), name: "T"), #"{"type":"input_text","text":"T\n\nplain"}"#),
        ])
    func media(_ media: Media, _ expected: String) throws {
        let written = try Trial.member("input", of: Trial.foreign([Trial.turn(.user, .text("Q"), .media(media))]))
        let message =
            #"[{"type":"message","role":"user","content":[{"type":"input_text","text":"Q"},\#(expected)]}]"#
        #expect(try written == Trial.canonical(message))
    }

    @Test(
        "What the API has no place for is dropped by name",
        arguments: [
            (Media(.video, .data("AA=="), mediaType: "video/mp4"), "dropped video"),
            (Media(.audio, .data("AA=="), mediaType: "audio/wav"), "dropped audio"),
            (Media(.image, .file("file_of_anthropic")), "dropped messages[].content[].image"),
        ])
    func lostMedia(_ media: Media, _ fate: String) throws {
        let (body, report) = try Trial.write(Trial.foreign([Trial.turn(.user, .text("Q"), .media(media))]))
        #expect(!body.contains("AA==") && !body.contains("file_of"))
        #expect(Trial.fates(report).contains(fate))
    }

    @Test("Cache marks are left to OpenAI's own caching, or written where the model takes them") func cacheMarks()
        throws
    {
        var turn = hello
        turn.parts[0].cacheMark = CacheMark(lifetime: "1h")
        let conversation = Trial.foreign([turn]) { conversation in
            let part = Part(.text("S"), cacheMark: CacheMark(lifetime: "5m"), extras: Extras(.anthropicMessages))
            conversation.instructions = [Instruction(.system, [part], extras: Extras(.anthropicMessages))]
            conversation.cacheMark = CacheMark()
        }
        let (body, report) = try Trial.write(conversation)
        #expect(!body.contains("breakpoint"))
        let marks = report.entries.first { $0.field == "cache_control" }
        #expect(marks?.fate == .emulated && marks?.count == 3)
        var rules = TargetRules()
        rules.cacheMarks = .breakpoint
        let expected = try Trial.canonical(
            #"""
            [{"type":"message","role":"system","content":[{"type":"input_text","text":"S","prompt_cache_breakpoint":{"mode":"explicit"}}]},
            {"type":"message","role":"user","content":[
            {"type":"input_text","text":"Hello","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}}]}]
            """#)
        #expect(try Trial.member("input", of: conversation, rules) == expected)
    }
}
