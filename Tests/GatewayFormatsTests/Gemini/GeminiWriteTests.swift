// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("Gemini requests, written for conversations of other dialects: messages")
struct GeminiWriteTests {
    @Test("system text, turns, and late instructions")
    func turns() throws {
        var conversation = Gemini.conversation([
            (.user, [Gemini.text("Hello")]), (.assistant, [Gemini.text("Hi")]),
            (.instruction(.developer), [Gemini.text("Be kind.")]), (.user, [Gemini.text("Bye")]),
        ])
        conversation.instructions = [
            Instruction(.system, [Gemini.text("Be brief.")], extras: Gemini.chat),
            Instruction(.developer, [Gemini.text("Be exact.")], extras: Gemini.chat),
        ]
        let written = try Gemini.write(conversation)
        let expected = try Gemini.canonical(
            #"""
            {"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be exact."}]},
             "contents":[{"role":"user","parts":[{"text":"Hello"}]},{"role":"model","parts":[{"text":"Hi"}]},
                         {"role":"user","parts":[{"text":"Be kind."},{"text":"Bye"}]}]}
            """#)
        #expect(written.json == expected)
        #expect(written.fate(.lateInstruction) == .emulated)
        #expect(!written.report.isLossy)
    }

    @Test("instructions alone become the user's words, which Gemini insists on")
    func instructionsAlone() throws {
        var conversation = Gemini.conversation([])
        conversation.instructions = [Instruction(.system, [Gemini.text("Say hello.")], extras: Gemini.chat)]
        let written = try Gemini.write(conversation)
        #expect(written.json == #"{"contents":[{"parts":[{"text":"Say hello."}],"role":"user"}]}"#)
        #expect(written.fate(.instructions) == .emulated)
    }

    @Test(
        "parallel calls and their results: one content each, results named, in the order of the calls, before the text")
    func parallelCalls() throws {
        let conversation = Gemini.conversation([
            (.user, [Gemini.text("Weather?")]),
            (.assistant, [Gemini.text(""), Gemini.call("a", "here", #"{"x":1}"#), Gemini.call("b", "there", "")]),
            (.tool, [Gemini.result("b", [Gemini.text("rain")]), Gemini.result("a", [Gemini.text("sun")])]),
            (.user, [Gemini.text("And?")]),
        ])
        var rules = TargetRules()
        rules.reasoning = .budget
        let written = try Gemini.write(conversation, rules)
        let expected = try Gemini.canonical(
            #"""
            {"contents":[{"role":"user","parts":[{"text":"Weather?"}]},
              {"role":"model","parts":[{"functionCall":{"id":"a","name":"here","args":{"x":1}}},
                                       {"functionCall":{"id":"b","name":"there","args":{}}}]},
              {"role":"user","parts":[{"functionResponse":{"id":"a","name":"here","response":{"output":"sun"}}},
                                      {"functionResponse":{"id":"b","name":"there","response":{"output":"rain"}}},
                                      {"text":"And?"}]}]}
            """#)
        #expect(written.json == expected)
        #expect(!written.report.isLossy)
    }

    @Test("neighbouring tool turns are one content, in the order of the calls")
    func neighbouringResults() throws {
        let conversation = Gemini.conversation([
            (.assistant, [Gemini.call("a", "f", "{}"), Gemini.call("b", "f", "{}")]),
            (.tool, [Gemini.result("b", [Gemini.text("2")])]), (.tool, [Gemini.result("a", [Gemini.text("1")])]),
        ])
        let written = try Gemini.write(conversation)
        #expect(written.json.ranges(of: #""role":"user""#).count == 1)
        #expect(
            written.json.contains(
                #"{"functionResponse":{"id":"a","name":"f","response":{"output":"1"}}},{"functionResponse":{"id":"b""#))
    }

    @Test(
        "a result is what the tool gave: text as it is, JSON as JSON",
        arguments: [
            ("sunny", false, #"{"output":"sunny"}"#), (#"{\"a\":[1]}"#, false, #"{"a":[1]}"#),
            ("[1,2]", false, #"{"output":[1,2]}"#), ("boom", true, #"{"error":"boom"}"#),
            (#"{\"a\":1}"#, true, #"{"error":{"a":1}}"#), (#"{\"output\":1}"#, false, #"{"output":{"output":1}}"#),
            ("12345678901234567890", false, #"{"output":"12345678901234567890"}"#), ("", false, #"{"output":""}"#),
            (" {}", false, #"{"output":" {}"}"#), ("{broken", false, #"{"output":"{broken"}"#),
            (##"{\"$ref\":\"#/x\"}"##, false, ##"{"output":"{"$ref":"#/x"}"}"##),
        ])
    func results(text: String, isError: Bool, response: String) throws {
        let content = Part(.text(JSONString(escaped: Array(text.utf8)[...])), extras: Gemini.chat)
        let conversation = Gemini.conversation([
            (.assistant, [Gemini.call("a", "f", "{}")]), (.tool, [Gemini.result("a", [content], isError: isError)]),
        ])
        let written = try Gemini.write(conversation)
        #expect(written.json.contains(#""response":\#(response)"#))
        let again = try Gemini.read(String(decoding: written.bytes(of: conversation), as: UTF8.self))
        guard case .result(let result) = again.turns[1].parts[0].content else { throw UnexpectedPart() }
        let back = result.content.first?.text ?? result.structured.map { JSONString(holding: $0) }
        #expect(back?.text == content.text?.text)
        #expect(result.isError == isError)
    }

    struct UnexpectedPart: Error {}

    @Test("pictures in a result stand in it, or behind it where the target does not take that")
    func pictureInResult() throws {
        let picture = Gemini.part(.media(Media(.image, .data("AAAA"), mediaType: "image/png")))
        let conversation = Gemini.conversation([
            (.assistant, [Gemini.call("a", "f", "{}"), Gemini.call("b", "f", "{}")]),
            (.tool, [Gemini.result("a", [Gemini.text("see"), picture]), Gemini.result("b", [Gemini.text("ok")])]),
        ])
        let inside = try Gemini.write(conversation)
        #expect(
            inside.json.contains(
                #""parts":[{"inlineData":{"data":"AAAA","mimeType":"image/png"}}],"response":{"output":"see"}"#))
        var rules = TargetRules()
        rules.refusedFields = ["functionResponse.parts"]
        let behind = try Gemini.write(conversation, rules)
        #expect(behind.json.contains(#""response":{"output":"ok"}}},{"inlineData""#))
        #expect(behind.fate(.resultMedia) == .emulated)
    }

    @Test("a result of a call that is not there is refused, by the client's name for the field")
    func orphan() {
        let conversation = Gemini.conversation([(.tool, [Gemini.result("a", [Gemini.text("x")])])])
        #expect(throws: FormatFault.self) { try Gemini.write(conversation) }
    }

    @Test("arguments that are no object are sent as text in one")
    func malformedArguments() throws {
        let conversation = Gemini.conversation([(.assistant, [Gemini.call("a", "f", "{broken")])])
        let written = try Gemini.write(conversation)
        #expect(written.json.contains(#""args":{"arguments":"{broken"}"#))
        #expect(written.fate("messages[].tool_calls[].arguments") == .emulated)
    }

    @Test("pictures and documents, with the type that Gemini wants")
    func media() throws {
        let conversation = Gemini.conversation([
            (
                .user,
                [
                    Gemini.part(.media(Media(.image, .data("iVBORw0KGgoAAA")))),
                    Gemini.part(.media(Media(.image, .url("https://x/a.PNG?b=c.gif")))),
                    Gemini.part(.media(Media(.document, .text("plain")))),
                    Gemini.part(.media(Media(.audio, .data("AAAA"), mediaType: "audio/wav"))),
                    Gemini.part(.media(Media(.document, .data("AAAA"), mediaType: "application/pdf", name: "a.pdf"))),
                ]
            )
        ])
        let written = try Gemini.write(conversation)
        let expected = try Gemini.canonical(
            #"""
            {"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgoAAA"}},
              {"fileData":{"mimeType":"image/png","fileUri":"https://x/a.PNG?b=c.gif"}},
              {"inlineData":{"mimeType":"text/plain","data":"cGxhaW4="}},
              {"inlineData":{"mimeType":"audio/wav","data":"AAAA"}},
              {"inlineData":{"mimeType":"application/pdf","data":"AAAA"}}]}]}
            """#)
        #expect(written.json == expected)
        #expect(written.fate("messages[].content[].file.name") == .dropped)
    }

    @Test("what Gemini cannot be given is left out, with the reason")
    func leftOut() throws {
        var rules = TargetRules()
        rules.takesMediaURLs = false
        var turn = Turn(
            .user,
            [
                Gemini.text("x"), Gemini.part(.media(Media(.image, .url("https://x/a.png"), detail: "high"))),
                Gemini.part(.media(Media(.document, .file("file-1")))),
                Gemini.part(.opaque(origin: .openAIChat, try Gemini.fragment(#"{"type":"novel"}"#))),
                Part(.text("y"), cacheMark: CacheMark(), extras: Gemini.chat),
            ], name: "Ann", extras: Gemini.chat)
        turn.extras.members = [.init(name: "novel", value: JSONFragment(true))]
        var conversation = Gemini.conversation([])
        conversation.turns = [turn]
        let written = try Gemini.write(conversation, rules)
        #expect(written.json == #"{"contents":[{"parts":[{"text":"x"},{"text":"y"}],"role":"user"}]}"#)
        #expect(written.fate("messages[].content[].image_url") == .dropped)
        #expect(written.fate("messages[].content[].file") == .dropped)
        #expect(written.fate("messages[].content[].type=novel") == .dropped)
        #expect(written.fate("messages[].novel") == .dropped)
        #expect(written.fate("messages[].name") == .dropped)
        #expect(written.fate("messages[].content[].cache_control") == .emulated)
    }
}

extension Gemini.Written {
    /// The bytes as they were written, before they were made comparable.
    fileprivate func bytes(of conversation: Conversation) throws -> [UInt8] {
        var report = LossReport()
        return try GeminiFormat.write(conversation, TargetRules(), &report, JSONScanner())
    }
}
