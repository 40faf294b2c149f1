// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Messages requests out of other dialects: messages") struct MessagesWriterTests {
    private let text = Part.foreignText("x")

    private func call(_ id: JSONString?, _ name: JSONString = "f", _ arguments: Arguments = .empty) -> Part {
        .foreign(.call(ToolCall(id: id, name: name, arguments: arguments)))
    }

    private func result(_ id: JSONString?, _ parts: Part..., name: JSONString? = nil, isError: Bool = false) -> Part {
        .foreign(.result(ToolResult(callID: id, name: name, content: parts, isError: isError)))
    }

    private func messages(_ turns: [Turn], _ rules: TargetRules = TargetRules()) throws -> String? {
        try MessagesTrial.member("messages", of: MessagesTrial.foreign(turns), rules)
    }

    // MARK: Turns

    @Test("Neighbours of one role share a message")
    func merging() throws {
        let turns: [Turn] = [
            .foreign(.user, .foreignText("A")), .foreign(.user, .foreignText("B")),
            .foreign(.assistant, .foreignText("C")), .foreign(.assistant, call("t")),
        ]
        #expect(
            try messages(turns) == #"""
                [{"role":"user","content":[{"type":"text","text":"A"},{"type":"text","text":"B"}]},{"role":"assistant","content":[{"type":"text","text":"C"},{"type":"tool_use","id":"t","name":"f","input":{}}]}]
                """#)
    }

    @Test("All results of a turn are in one message, before any text")
    func results() throws {
        let turns: [Turn] = [
            .foreign(.user, text), .foreign(.assistant, call("A"), call("B")),
            .foreign(.tool, result("A", .foreignText("1"))), .foreign(.tool, result("B", .foreignText("2"))),
            .foreign(.user, .foreignText("And?")),
        ]
        #expect(
            try messages(turns)?.contains(
                #"""
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"A","content":"1"},{"type":"tool_result","tool_use_id":"B","content":"2"},{"type":"text","text":"And?"}]}]
                """#) == true)
    }

    @Test("Results of all forms stay results")
    func resultForms() throws {
        let object = try MessagesTrial.value(#"{"a":[1]}"#).fragment
        let image = Part.foreign(.media(Media(.image, .data("iVBO"), mediaType: "image/jpg")))
        let turns: [Turn] = [
            .foreign(.assistant, call("A"), call("B"), call("C"), call("D")),
            .foreign(
                .tool, result("A", .foreignText(#"[1,"2"]"#), isError: true), result("B", .foreignText("see"), image),
                .foreign(.result(ToolResult(callID: "C", content: [], structured: object))), result("D")),
        ]
        #expect(
            try messages(turns)?.contains(
                #"""
                [{"type":"tool_result","tool_use_id":"A","content":"[1,\"2\"]","is_error":true},{"type":"tool_result","tool_use_id":"B","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"iVBO"}}]},{"type":"tool_result","tool_use_id":"C","content":"{\"a\":[1]}"},{"type":"tool_result","tool_use_id":"D"}]
                """#) == true)
    }

    @Test("Calls and results without identifiers are linked by tool and order")
    func links() throws {
        let turns: [Turn] = [
            .foreign(.assistant, call(nil, "f"), call(nil, "g"), call(nil, "f")),
            .foreign(.tool, result(nil, name: "g"), result(nil, name: "f"), result(nil, name: "f")),
        ]
        let written = try #require(try messages(turns))
        let ids = written.matches(of: /"(?:id|tool_use_id)":"([^"]+)"/).map { String($0.output.1) }
        #expect(ids.count == 6)
        #expect(Set(ids).count == 3)
        #expect([ids[3], ids[4], ids[5]] == [ids[1], ids[0], ids[2]])
    }

    @Test("Identifiers take the form that the API wants, the same in call and result")
    func callIDs() throws {
        var rules = TargetRules()
        rules.callIDs = .word
        let turns: [Turn] = [
            .foreign(.assistant, call("functions.f:0"), call("call_1")),
            .foreign(.tool, result("functions.f:0"), result("call_1")),
        ]
        let written = try #require(try messages(turns, rules))
        let ids = written.matches(of: /"(?:id|tool_use_id)":"([^"]+)"/).map { String($0.output.1) }
        #expect(ids[0] == ids[2])
        #expect(ids[0].wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil)
        #expect(ids[1] == "call_1" && ids[3] == "call_1")
    }

    @Test(
        "Arguments are an object",
        arguments: [
            (Arguments.encoded(""), "{}"), (.encoded(#"{"a": 1.50}"#), #"{"a": 1.50}"#), (.empty, "{}"),
            (.encoded("[1"), #"{"arguments":"[1"}"#), (.text("SELECT 1"), #"{"input":"SELECT 1"}"#),
        ])
    func arguments(_ arguments: Arguments, _ input: String) throws {
        #expect(
            try messages([.foreign(.assistant, call("t", "f", arguments))])?.contains("\"input\":\(input)}") == true)
    }

    @Test("Texts without a visible character are left out, and messages without content with them")
    func blanks() throws {
        let turns: [Turn] = [
            .foreign(.user, text), .foreign(.assistant, .foreignText(""), call("t")), .foreign(.tool, result("t")),
            .foreign(.assistant, .foreignText(" \n")),
        ]
        let (body, report) = try MessagesTrial.write(MessagesTrial.foreign(turns))
        #expect(body.contains(#"{"role":"assistant","content":[{"type":"tool_use""#))
        #expect(!body.contains(#""text":"""#) && !body.contains(#"\n"#))
        #expect(report.count(.dropped, .textParts) == 2)
        #expect(report.fates.contains("dropped messages[]"))
    }

    @Test("A participant's name is reported as lost")
    func names() throws {
        let report = try MessagesTrial.write(MessagesTrial.foreign([.foreign(.user, text, name: "Ada")])).report
        #expect(report.count(.dropped, .participantName) == 1)
    }

    // MARK: Instructions

    @Test("What stands before the conversation is system, in order")
    func system() throws {
        var conversation = MessagesTrial.foreign([.foreign(.user, text)])
        conversation.instructions = [
            Instruction(.system, [.foreignText("S")], extras: Extras(.openAIChat)),
            Instruction(.developer, [.foreignText("D")], extras: Extras(.openAIChat)),
        ]
        let expected = #"[{"type":"text","text":"S"},{"type":"text","text":"D"}]"#
        #expect(try MessagesTrial.member("system", of: conversation) == expected)
        conversation.instructions.removeLast()
        #expect(try MessagesTrial.member("system", of: conversation) == #""S""#)
    }

    @Test("Later instructions wait until the model is to speak, after the user")
    func lateInstructions() throws {
        let late = Turn.foreign(.instruction(.developer), .foreignText("S"))
        let turns: [Turn] = [
            .foreign(.user, .foreignText("A")), late, .foreign(.user, .foreignText("B")), late,
            .foreign(.assistant, .foreignText("C")), late, .foreign(.user, .foreignText("D")),
        ]
        let roles = try #require(try messages(turns)).matches(of: /"role":"(\w+)"/).map { String($0.output.1) }
        #expect(roles == ["user", "system", "assistant", "user", "system"])
    }

    @Test("Instructions between two turns of the assistant have no place there")
    func instructionsAfterAssistant() throws {
        let late = Turn.foreign(.instruction(.system), .foreignText("S"))
        let turns: [Turn] = [.foreign(.user, text), .foreign(.assistant, text), late, .foreign(.assistant, text)]
        let conversation = MessagesTrial.foreign(turns)
        #expect(try MessagesTrial.member("system", of: conversation) == #""S""#)
        #expect(try MessagesTrial.member("messages", of: conversation)?.contains("system") == false)
    }

    @Test("Instructions that may not stand in the conversation go to system")
    func earlyInstructions() throws {
        var rules = TargetRules()
        rules.takesLateInstructions = false
        let conversation = MessagesTrial.foreign([
            .foreign(.user, text), .foreign(.instruction(.system), .foreignText("S")), .foreign(.assistant, text),
        ])
        #expect(try MessagesTrial.member("system", of: conversation, rules) == #""S""#)
        #expect(try MessagesTrial.write(conversation, rules).report.count(.moved, .lateInstruction) == 1)
    }

    // MARK: Media

    @Test(
        "Pictures and documents",
        arguments: [
            (
                Media(.image, .data("/9j/4AA")),
                #"{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/4AA"}}"#
            ),
            (Media(.image, .url("https://x/y")), #"{"type":"image","source":{"type":"url","url":"https://x/y"}}"#),
            (
                Media(.document, .data("JVBERi0="), mediaType: "application/pdf", name: "a.pdf"),
                #"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},"title":"a.pdf"}"#
            ),
            (
                Media(.document, .data("YSxiCg=="), mediaType: "text/csv", name: "t"),
                #"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"a,b\n"},"title":"t"}"#
            ),
            (
                Media(.document, .text("plain")),
                #"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}}"#
            ),
        ])
    func media(_ media: Media, _ block: String) throws {
        let written = try messages([.foreign(.user, .foreign(.media(media)))])
        #expect(written == "[{\"role\":\"user\",\"content\":[\(block)]}]")
    }

    @Test(
        "What the API takes no media of is left out and reported",
        arguments: [
            (Media(.audio, .data("AA")), NeutralField.audio),
            (Media(.video, .data("AA")), .video),
            (Media(.image, .file("file-1")), .image),
            (Media(.image, .url("gs://b/o")), .imageURL),
            (Media(.document, .data("AA"), mediaType: "application/zip"), .document),
            (Media(.document, .data("/w=="), mediaType: "text/plain"), .document),
        ])
    func unknownMedia(_ media: Media, _ field: NeutralField) throws {
        let (body, report) = try MessagesTrial.write(
            MessagesTrial.foreign([.foreign(.user, text, .foreign(.media(media)))]))
        #expect(body.contains(#""messages":[{"role":"user","content":"x"}]"#))
        #expect(report.count(.dropped, field) == 1)
    }

    @Test("A target that fetches nothing gets no URL")
    func noURLs() throws {
        var rules = TargetRules()
        rules.takesMediaURLs = false
        let image = Part.foreign(.media(Media(.image, .url("https://x/y"))))
        let (body, report) = try MessagesTrial.write(MessagesTrial.foreign([.foreign(.user, text, image)]), rules)
        #expect(!body.contains("https://x/y"))
        #expect(report.count(.dropped, .imageURL) == 1)
        let native = try MessagesTrial.read(
            #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"x"},{"type":"image","source":{"type":"url","url":"https://x/y"}}]}]}"#
        )
        #expect(try !MessagesTrial.write(native, rules).body.contains("https://x/y"))
    }

    @Test("A picture that the assistant made goes into the user's next message")
    func assistantMedia() throws {
        let image = Part.foreign(.media(Media(.image, .data("iVBO"), mediaType: "image/png")))
        let turns: [Turn] = [.foreign(.user, text), .foreign(.assistant, image, text), .foreign(.user, text)]
        #expect(
            try messages(turns)?.hasSuffix(
                #"""
                {"role":"assistant","content":"x"},{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}},{"type":"text","text":"x"}]}]
                """#) == true)
        let report = try MessagesTrial.write(MessagesTrial.foreign(Array(turns.dropLast()))).report
        #expect(report.count(.dropped, .image) == 1)
    }

    // MARK: Thinking of earlier turns

    @Test("Anthropic's own seals go back before the calls, others and unsigned thinking do not")
    func seals() throws {
        let own = Part.foreign(.reasoning(Reasoning("T", seal: Seal(.anthropic, .signature, "c2ln"))))
        let redacted = Part.foreign(.reasoning(Reasoning("", seal: Seal(.anthropic, .encrypted, "ZGF0"))))
        let other = Part.foreign(.reasoning(Reasoning("S", seal: Seal(.openAI, .encrypted, "gAAA"))))
        let bare = Part.foreign(.reasoning(Reasoning("U")))
        let sealed = Part.foreign(
            .call(ToolCall(id: "t", name: "f", arguments: .empty, seal: Seal(.gemini, .signature, "CkQ"))))
        let turns: [Turn] = [.foreign(.user, text), .foreign(.assistant, own, redacted, other, bare, sealed)]
        let (body, report) = try MessagesTrial.write(MessagesTrial.foreign(turns))
        #expect(
            body.contains(
                #"""
                "content":[{"type":"thinking","thinking":"T","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0"},{"type":"tool_use","id":"t","name":"f","input":{}}]
                """#))
        #expect(report.count(.dropped, .seal) == 2)
        #expect(report.count(.dropped, .reasoningText) == 2)
        #expect(!body.contains("gAAA") && !body.contains("CkQ") && !body.contains("\"U\""))
    }

    @Test("An imitator that wants its thinking back gets it in clear, without anybody's seal")
    func imitators() throws {
        var rules = TargetRules()
        rules.wantsReasoningBack = true
        let sealed = Part.foreign(.reasoning(Reasoning("S", seal: Seal(.openAI, .encrypted, "gAAA"))))
        let turns: [Turn] = [.foreign(.user, text), .foreign(.assistant, .foreign(.reasoning(Reasoning("T"))), sealed)]
        #expect(
            try messages(turns, rules)?.hasSuffix(
                #"""
                "content":[{"type":"thinking","thinking":"T","signature":""},{"type":"thinking","thinking":"S","signature":""}]}]
                """#) == true)
    }

    // MARK: Cache marks

    @Test("Marks go to parts, tools and system, with the two lifetimes there are")
    func cacheMarks() throws {
        let marked = Part.foreign(.text("x"), cacheMark: CacheMark(lifetime: "1h"))
        let conversation = MessagesTrial.foreign([.foreign(.user, marked)]) {
            $0.instructions = [
                Instruction(.system, [.foreign(.text("S"), cacheMark: CacheMark())], extras: Extras(.openAIChat))
            ]
            $0.tools = [
                Tool(
                    "f", .function(parameters: nil, strict: nil), cacheMark: CacheMark(lifetime: "24h"),
                    extras: Extras(.openAIChat))
            ]
        }
        let (body, report) = try MessagesTrial.write(conversation)
        #expect(body.contains(#"{"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}"#))
        #expect(body.contains(#"{"type":"text","text":"S","cache_control":{"type":"ephemeral"}}"#))
        #expect(
            body.contains(#""input_schema":{"type":"object","properties":{}},"cache_control":{"type":"ephemeral"}"#))
        #expect(report.count(.kept, .cacheMark) == 3)
        #expect(report.count(.emulated, .cacheMark) == 1)
    }

    @Test("Of more marks than four the last ones stay")
    func surplusMarks() throws {
        let marks = (0..<6).map { Part.foreign(.text(JSONString("t\($0)")), cacheMark: CacheMark()) }
        let turn = Turn(.user, marks, extras: Extras(.openAIChat))
        let (body, report) = try MessagesTrial.write(MessagesTrial.foreign([turn]))
        #expect(body.components(of: "cache_control") == 4)
        #expect(body.contains(#"{"type":"text","text":"t1"},{"type":"text","text":"t2","cache_control""#))
        #expect(report.count(.dropped, .cacheMark) == 2)
    }

    // MARK: What has no place

    @Test("Everything that has no place is reported under its own name")
    func losses() throws {
        let opaque = try MessagesTrial.value(#"{"type":"input_thing"}"#)
        let conversation = MessagesTrial.foreign([
            .foreign(.user, text, .foreign(.opaque(origin: .openAIChat, opaque.fragment)))
        ]) {
            $0.extras.keep("store", opaque)
            $0.turns[0].extras.keep("annotations", opaque)
            $0.turns[0].parts[0].extras.keep("detail", opaque)
        }
        let (body, report) = try MessagesTrial.write(conversation)
        #expect(!body.contains("input_thing"))
        #expect(
            Set(report.fields(.dropped)) == [
                "store", "messages[].annotations", "messages[].content[].detail",
                "messages[].content[].type=input_thing",
            ])
    }

    @Test("A refusal of an earlier turn is text")
    func refusal() throws {
        let turns: [Turn] = [.foreign(.user, text), .foreign(.assistant, .foreign(.refusal("No.")))]
        #expect(try messages(turns)?.hasSuffix(#"{"role":"assistant","content":"No."}]"#) == true)
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
