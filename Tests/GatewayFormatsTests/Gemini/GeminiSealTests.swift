// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("Gemini's thought signatures")
struct GeminiSealTests {
    private let sealed = Seal(.gemini, .signature, "QUJD")

    @Test("signatures come back with the call they came with, through a client of another dialect")
    func boundToCalls() throws {
        let conversation = Gemini.conversation([
            (.user, [Gemini.text("x")]),
            (.assistant, [Gemini.call("a", "f", "{}", seal: sealed), Gemini.call("b", "g", "{}")]),
            (.tool, [Gemini.result("a", [Gemini.text("1")]), Gemini.result("b", [Gemini.text("2")])]),
        ])
        let written = try Gemini.write(conversation)
        #expect(
            written.json.contains(
                #"{"functionCall":{"args":{},"id":"a","name":"f"},"thoughtSignature":"QUJD"},{"functionCall":{"args":{},"id":"b","name":"g"}}"#
            ))
        #expect(written.fate(.seal) == nil)
    }

    @Test("the first call of each turn of another model bears the documented stand-in, for models that want signatures")
    func standIn() throws {
        let conversation = Gemini.conversation([
            (.assistant, [Gemini.text("t"), Gemini.call("a", "f", "{}"), Gemini.call("b", "f", "{}")]),
            (.tool, [Gemini.result("a", [Gemini.text("1")]), Gemini.result("b", [Gemini.text("2")])]),
            (.assistant, [Gemini.call("c", "f", "{}")]), (.tool, [Gemini.result("c", [Gemini.text("3")])]),
        ])
        let three = try Gemini.write(conversation)
        let mark = #""thoughtSignature":"skip_thought_signature_validator""#
        #expect(three.json.ranges(of: mark).count == 2)
        #expect(three.json.contains(#"{"text":"t"},{"functionCall":{"args":{},"id":"a","name":"f"},\#(mark)}"#))
        #expect(three.json.contains(#"{"functionCall":{"args":{},"id":"c","name":"f"},\#(mark)}"#))
        #expect(three.fate(.seal) == .emulated)
        var rules = TargetRules()
        rules.reasoning = .budget
        let before = try Gemini.write(conversation, rules)
        #expect(!before.json.contains("thoughtSignature"))
        rules = TargetRules()
        rules.refusedFields = ["thoughtSignature"]
        let refusing = try Gemini.write(conversation, rules)
        #expect(!refusing.json.contains("thoughtSignature"))
    }

    @Test("calls of Gemini's own clients get none: an older model made them")
    func noStandInForOwn() throws {
        let written = try Gemini.rewritten(
            #"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]}]}"#)
        #expect(!written.json.contains("thoughtSignature"))
    }

    @Test("a signature on text returns to the text, wherever a dialect put it")
    func onText() throws {
        let read = try Gemini.readAnswer(
            #"""
            {"candidates":[{"content":{"role":"model","parts":[{"text":"hi","thoughtSignature":"QUJD"}]},"finishReason":"STOP"}]}
            """#)
        #expect(
            read.choices[0].parts.map(\.content) == [.text("hi"), .reasoning(Reasoning("", seal: sealed))])
        let carrier = Gemini.part(.reasoning(Reasoning("", seal: sealed)))
        let expected = #"{"contents":[{"parts":[{"text":"hi","thoughtSignature":"QUJD"}],"role":"model"}]}"#
        let behind = try Gemini.write(Gemini.conversation([(.assistant, [Gemini.text("hi"), carrier])]))
        #expect(behind.json == expected)
        let before = try Gemini.write(Gemini.conversation([(.assistant, [carrier, Gemini.text("hi")])]))
        #expect(before.json == expected)
        let alone = try Gemini.write(Gemini.conversation([(.assistant, [carrier, Gemini.call("a", "f", "{}")])]))
        #expect(alone.json.contains(#"{"text":"","thoughtSignature":"QUJD"},{"functionCall""#))
    }

    @Test("two parts with signatures stay two")
    func notMerged() throws {
        let body = #"""
            {"contents":[{"role":"model","parts":[{"text":"a","thoughtSignature":"QQ=="},{"text":"b","thoughtSignature":"Qg=="}]}]}
            """#
        let expected = try Gemini.canonical(body)
        #expect(try Gemini.rewritten(body).json == expected)
    }

    @Test("seals and thoughts of others never reach Gemini, unsigned thoughts of foreign clients neither")
    func foreignThoughts() throws {
        let conversation = Gemini.conversation([
            (
                .assistant,
                [
                    Gemini.part(.reasoning(Reasoning("secret", seal: Seal(.anthropic, .signature, "sig")))),
                    Gemini.part(.reasoning(Reasoning("", seal: Seal(.openAI, .encrypted, "enc", id: "rs_1")))),
                    Gemini.part(.reasoning(Reasoning("plain"))), Gemini.text("x"),
                ]
            )
        ])
        let written = try Gemini.write(conversation)
        #expect(written.json == #"{"contents":[{"parts":[{"text":"x"}],"role":"model"}]}"#)
        #expect(written.fate(.seal) == .dropped)
        #expect(written.fate(.reasoningText) == .dropped)
    }

    @Test(
        "clients of Gemini's get seals of others in place of signatures, as base64, and send them back",
        arguments: [
            Seal(.anthropic, .signature, "Ev/x+y=="), Seal(.anthropic, .encrypted, "ü\\n"),
            Seal(.openAI, .encrypted, "gAAA", id: "rs_1.2"), Seal(.gemini, .signature, "QUJD"),
        ])
    func wrapped(seal: Seal) throws {
        let signature = GeminiSeals.writeClient(seal)
        #expect(Base64.decode(signature) != nil)
        #expect(GeminiSeals.readClient(signature) == seal)
        // Google's Python client writes what it read as base64 in the alphabet for URLs.
        let urlSafe = signature.text.replacing("+", with: "-").replacing("/", with: "_")
        let back = GeminiSeals.readClient(JSONString(urlSafe))
        if seal.issuer != .gemini { #expect(back == seal) }
    }

    @Test("a call's foreign seal travels with the call")
    func onCalls() throws {
        let seal = Seal(.openAI, .encrypted, "enc", id: "rs_1")
        let call = ToolCall(id: "a", name: "f", arguments: .empty, seal: seal)
        let answer = Answer(
            id: "r", model: "m",
            choices: [Answer.Choice([Gemini.part(.call(call))], Stop(.toolCalls), extras: Gemini.chat)], usage: nil,
            extras: Gemini.chat)
        let written = try Gemini.write(answer)
        let content = try #require(
            try Gemini.json(written.json)["candidates"]?.elements.first { _ in true }?["content"])
        let read = try Gemini.read(#"{"contents":[\#(content.fragment.text)]}"#)
        guard case .call(let back) = read.turns[0].parts[0].content else { throw UnexpectedPart() }
        #expect(back.seal?.issuer == .openAI)
        #expect(back.seal?.value == "enc")
    }

    struct UnexpectedPart: Error {}

    @Test(
        "what is no wrapped seal is Gemini's own, whatever it looks like",
        arguments: ["", "c2x1aWNlLnNlYWwu", "c2x1aWNlLnNlYWwu!!!", "c2x1aWNlLnNlYWwu/w==", "not base64 at all"])
    func notWrapped(text: String) {
        let seal = GeminiSeals.readClient(JSONString(text))
        #expect(seal == Seal(.gemini, .signature, JSONString(text)))
    }

    @Test(
        "base64, in both alphabets, with padding and without",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("ûÿ¾", "w7vDv8K+"),
        ])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)).text == encoded)
        for form in [encoded, encoded.replacing("=", with: ""), encoded.replacing("+", with: "-")] {
            #expect(Base64.decode(JSONString(form)) == Array(text.utf8))
        }
    }

    @Test("what is no base64 is told apart", arguments: ["a", "ab$d", "abcde", "ä"])
    func noBase64(text: String) { #expect(Base64.decode(JSONString(text)) == nil) }
}
