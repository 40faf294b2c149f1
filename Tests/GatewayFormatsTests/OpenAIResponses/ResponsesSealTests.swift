// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Seals in the Responses API") struct ResponsesSealTests {
    private typealias Trial = ResponsesTrial

    private let question = Trial.turn(.user, .text("Q"))

    /// What a client that got `answer` sends as the history of its next request.
    private func history(of answer: Answer) throws -> Conversation {
        let output = try #require(try Trial.value(Trial.writeAnswer(answer).body)["output"])
        let items = output.elements.map(\.fragment.text)
        return try Trial.read(#"{"model":"m","input":[\#(items.joined(separator: ","))]}"#)
    }

    @Test("What OpenAI sealed goes to OpenAI as it was, with its identifier and summary") func ownSeal() throws {
        let seal = Seal(.openAI, .encrypted, "gAAA==", id: "rs_1")
        let turns = [
            question, Trial.turn(.assistant, .reasoning(Reasoning("S", isSummary: true, seal: seal)), .text("A")),
        ]
        let expected = try Trial.canonical(
            #"""
            [{"type":"message","role":"user","content":"Q"},
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"S"}],"encrypted_content":"gAAA=="},
            {"type":"message","role":"assistant","content":"A"}]
            """#)
        #expect(try Trial.member("input", of: Trial.foreign(turns)) == expected)
    }

    @Test("Nobody else's seal goes to OpenAI, nor does plain reasoning, unless the provider wants it")
    func foreignSeal() throws {
        let call = ToolCall(id: "c", name: "f", arguments: .empty, seal: Seal(.gemini, .signature, "SECRETC"))
        let turns = [
            question,
            Trial.turn(
                .assistant, .reasoning(Reasoning("Hm", seal: Seal(.anthropic, .signature, "SECRETA"))),
                .reasoning(Reasoning("So", seal: nil)), .call(call)),
        ]
        let (body, report) = try Trial.write(Trial.foreign(turns))
        #expect(!body.contains("SECRET") && !body.contains(#""type":"reasoning""#) && !body.contains("Hm"))
        let dropped = report.entries.filter { $0.fate == .dropped }
        #expect(dropped.contains { $0.reason.contains("issuer") && $0.count >= 1 })
        var rules = TargetRules()
        rules.wantsReasoningBack = true
        let wanted = try Trial.write(Trial.foreign(turns), rules).body
        #expect(wanted.contains(#""content":[{"type":"reasoning_text","text":"Hm"}]"#) && !wanted.contains("SECRET"))
    }

    @Test(
        "A foreign seal goes to the client wrapped and comes back as it was",
        arguments: [
            Seal(.anthropic, .signature, "Eq/+=="), Seal(.anthropic, .encrypted, "redacted"),
            Seal(.gemini, .signature, "gg==", id: "x.y"), Seal(.openAI, .encrypted, "E", id: "rs_1"),
        ])
    func throughClient(_ seal: Seal) throws {
        let reasoning = Reasoning(seal.kind == .signature ? "Hm" : "", isSummary: seal.issuer == .openAI, seal: seal)
        let history = try history(of: Trial.foreignAnswer([.reasoning(reasoning), .text("A")]))
        #expect(history.turns.map(\.role) == [.assistant])
        #expect(history.turns[0].parts.map(\.content) == [.reasoning(reasoning), .text("A")])
    }

    @Test("Each of several thoughts keeps its own seal") func severalThoughts() throws {
        let contents: [Part.Content] = [
            .reasoning(Reasoning("1", seal: Seal(.anthropic, .signature, "a"))),
            .reasoning(Reasoning("2", seal: Seal(.anthropic, .signature, "b"))),
            .call(ToolCall(id: "c", name: "f", arguments: .encoded("{}"))),
        ]
        #expect(try history(of: Trial.foreignAnswer(contents)).turns[0].parts.map(\.content) == contents)
    }

    @Test("The seal of a call goes through the client in a reasoning item and finds its call again") func sealOfCall()
        throws
    {
        let sealed = ToolCall(id: "a.1", name: "f", arguments: .encoded("{}"), seal: Seal(.gemini, .signature, "gg=="))
        let plain = ToolCall(id: "b", name: "f", arguments: .encoded("{}"))
        let history = try history(of: Trial.foreignAnswer([.text("A"), .call(sealed), .call(plain)]))
        #expect(history.turns[0].parts.map(\.content) == [.text("A"), .call(sealed), .call(plain)])
    }

    @Test("A seal of a call that is not there is nothing") func strayCallSeal() throws {
        let wrapped = Seal(.gemini, .signature, "gg==").wrapped(call: "gone").text
        let item = #"{"type":"reasoning","id":"rs_sluice_x_0","summary":[],"encrypted_content":"\#(wrapped)"}"#
        let conversation = try Trial.read(Trial.request(items: #"{"role":"user","content":"Q"}"#, item))
        #expect(conversation.turns.map(\.role) == [.user])
    }

    @Test("Items that Sluice made of another's answer do not go to OpenAI by identifier") func madeItems() throws {
        let call = ToolCall(id: "toolu_1", name: "f", arguments: .encoded("{}"))
        let history = try history(
            of: Trial.foreignAnswer([
                .reasoning(Reasoning("plain")), .reasoning(Reasoning("x", seal: Seal(.anthropic, .signature, "a"))),
                .text("A"), .call(call), .media(Media(.image, .data("iVBO"), mediaType: "image/png")),
            ]))
        let expected = try Trial.canonical(
            #"""
            [{"type":"message","role":"assistant","content":[{"type":"output_text","text":"A","annotations":[]}]},
            {"type":"function_call","call_id":"toolu_1","name":"f","arguments":"{}"}]
            """#
        ).replacing(#"[{"annotations":[],"text":"A","type":"output_text"}]"#, with: #""A""#)
        #expect(try Trial.member("input", of: history) == expected)
    }

    @Test("Through two gateways the seal of a streamed call is still its call's") func sealOfStreamedCall() throws {
        let place = AnswerEvent.Place(part: 0)
        let seal = Seal(.gemini, .signature, "gg==")
        let events: [AnswerEvent] = [
            .began(.init(id: "r", model: "m")), .opened(part: place, .call(id: "c", name: "f")),
            .grew(part: place, .arguments("{}")), .grew(part: place, .seal(seal)), .closed(part: place),
            .stopped(choice: 0, Stop(.toolCalls)), .ended,
        ]
        let read = try Trial.events(Trial.stream(events))
        #expect(read.dropFirst().dropLast(2) == events.dropFirst().dropLast(2))
    }
}
