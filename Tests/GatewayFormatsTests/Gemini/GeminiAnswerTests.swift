// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@testable import GatewayFormats

@Suite("Gemini answers")
struct GeminiAnswerTests {
    @Test("text, thoughts, calls, usage: cached within the prompt, thoughts within the completion")
    func whole() throws {
        let answer = try Gemini.readAnswer(
            #"""
            {"candidates":[{"content":{"role":"model","parts":[{"text":"hm","thought":true},{"text":"Let me see."},
                {"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"QUJD"},{"functionCall":{"name":"g"}}]},
              "finishReason":"STOP","index":0,"safetyRatings":[]}],
             "usageMetadata":{"promptTokenCount":20,"toolUsePromptTokenCount":3,"candidatesTokenCount":7,"thoughtsTokenCount":100,
               "cachedContentTokenCount":5,"totalTokenCount":130,"promptTokensDetails":[]},
             "modelVersion":"gemini-3-pro","responseId":"abc-1"}
            """#)
        #expect(answer.id == "abc-1")
        #expect(answer.model == "gemini-3-pro")
        #expect(answer.usage == Usage(prompt: 23, completion: 107, cached: 5, reasoning: 100))
        let choice = answer.choices[0]
        #expect(choice.stop == Stop(.toolCalls, native: "STOP"))
        let call = ToolCall(
            id: "call_gemini_abc-1_0", name: "f", arguments: .object(try Gemini.fragment(#"{"a":1}"#)),
            seal: Seal(.gemini, .signature, "QUJD"))
        #expect(
            choice.parts.map(\.content) == [
                .reasoning(Reasoning("hm", isSummary: true)), .text("Let me see."), .call(call),
                .call(ToolCall(id: "call_gemini_abc-1_1", name: "g", arguments: .empty)),
            ])
        #expect(choice.extras.members.map(\.name) == ["safetyRatings"])
    }

    @Test("identifiers of calls differ between answers, with and without an identifier of the answer")
    func identifiers() throws {
        func id(_ rest: String) throws -> JSONString? {
            let answer = try Gemini.readAnswer(
                #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]},"finishReason":"STOP"}]\#(rest)}"#
            )
            guard case .call(let call) = answer.choices[0].parts[0].content else { return nil }
            return call.id
        }
        let ids = try [
            "", #","usageMetadata":{"promptTokenCount":1}"#, #","responseId":"a""#,
            #","responseId":"\#(String(repeating: "x", count: 500))""#, #","responseId":"no.word!""#,
        ].map { try #require(try id($0)) }
        #expect(Set(ids).count == ids.count)
        var map = CallIDMap(.word)
        for id in ids { #expect(map(id) == id, "\(id.text) is no word") }
        #expect(try id("") == ids[0])
    }

    @Test(
        "why it stopped",
        arguments: [
            ("STOP", Stop.Reason.finished), ("MAX_TOKENS", .length), ("SAFETY", .contentFilter),
            ("RECITATION", .contentFilter), ("IMAGE_SAFETY", .contentFilter), ("MODEL_ARMOR", .contentFilter),
            ("LANGUAGE", .contentFilter), ("CONTINUATION", .paused), ("MALFORMED_FUNCTION_CALL", .failed),
            ("MISSING_THOUGHT_SIGNATURE", .failed), ("OTHER", .failed), ("NOVEL", .failed),
        ])
    func stops(word: String, reason: Stop.Reason) throws {
        let answer = try Gemini.readAnswer(
            #"{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"\#(word)"}]}"#)
        #expect(answer.choices[0].stop == Stop(reason, native: JSONString(word)))
        #expect(try Gemini.write(answer).json.contains(#""finishReason":"\#(word)""#))
    }

    @Test("a limit stays a limit, with calls too; an answer that does not say why it stopped has not finished")
    func truncated() throws {
        let call = #"{"functionCall":{"name":"f","args":{}}}"#
        let cut = try Gemini.readAnswer(
            #"{"candidates":[{"content":{"parts":[\#(call)]},"finishReason":"MAX_TOKENS"}]}"#)
        #expect(cut.choices[0].stop.reason == .length)
        let unsaid = try Gemini.readAnswer(#"{"candidates":[{"content":{"parts":[\#(call)]}}]}"#)
        #expect(unsaid.choices[0].stop == Stop(.failed))
    }

    @Test("a prompt that was refused is an answer without content, and goes back as it came")
    func blocked() throws {
        let body =
            #"{"promptFeedback":{"blockReason":"SAFETY","safetyRatings":[]},"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":0,"totalTokenCount":3}}"#
        let answer = try Gemini.readAnswer(body)
        #expect(answer.choices == [Answer.Choice([], Stop(.contentFilter, native: "SAFETY"), extras: Extras(.gemini))])
        #expect(try Gemini.write(answer).json == Gemini.canonical(body))
    }

    @Test(
        "no candidates and no reason is no answer", arguments: ["{}", #"{"candidates":[]}"#, #"{"promptFeedback":{}}"#])
    func nothing(body: String) {
        #expect(throws: FormatFault.self) { try Gemini.readAnswer(body) }
    }

    @Test(
        "an answer comes back as it was",
        arguments: [
            #"""
            {"candidates":[{"content":{"role":"model","parts":[{"text":"a","thought":true},{"text":"b","thoughtSignature":"QQ=="},
              {"executableCode":{"code":"1","language":"PYTHON"}},{"inlineData":{"mimeType":"image/png","data":"AAAA"},"thoughtSignature":"QQ=="}]},
              "finishReason":"STOP","index":0,"groundingMetadata":{"webSearchQueries":["q"]},"citationMetadata":{"citations":[]},"avgLogprobs":-0.1,
              "logprobsResult":{"chosenCandidates":[{"token":"b","tokenId":5,"logProbability":-0.25}],
                "topCandidates":[{"candidates":[{"token":"b","tokenId":5,"logProbability":-0.25},{"token":"c","logProbability":-2}]}],"logProbabilitySum":-0.25}},
              {"content":{"role":"model","parts":[]},"finishReason":"SAFETY","index":1}],
             "usageMetadata":{"promptTokenCount":4,"cachedContentTokenCount":1,"candidatesTokenCount":2,"thoughtsTokenCount":3,"totalTokenCount":9,"trafficType":"ON_DEMAND"},
             "modelVersion":"m","responseId":"r","createTime":"2026-01-01T00:00:00Z"}
            """#
        ])
    func identity(body: String) throws {
        let written = try Gemini.write(try Gemini.readAnswer(body))
        let expected = try Gemini.canonical(body)
        #expect(written.json == expected)
        #expect(!written.report.isLossy)
    }

    @Test("usage that is untrue is bounded, and a total larger than its parts is believed")
    func usage() throws {
        func usage(_ counts: String) throws -> Usage? {
            try Gemini.readAnswer(#"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":\#(counts)}"#).usage
        }
        #expect(try usage("{}") == .zero)
        #expect(
            try usage(#"{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":40}"#)
                == Usage(prompt: 10, completion: 30, reasoning: 25))
        #expect(
            try usage(#"{"promptTokenCount":-5,"candidatesTokenCount":9000000000000000000,"totalTokenCount":1}"#)
                == Usage(prompt: 0, completion: Usage.ceiling))
        #expect(throws: FormatFault.self) { try usage(#"{"promptTokenCount":"many"}"#) }
    }

    // MARK: For clients of Gemini's

    private func answer(_ parts: [Part], _ stop: Stop, usage: Usage? = nil) -> Answer {
        Answer(
            id: "id", model: "gpt", choices: [Answer.Choice(parts, stop, extras: Gemini.chat)], usage: usage,
            extras: Gemini.chat)
    }

    @Test("an answer of another provider in Gemini's words")
    func foreign() throws {
        let written = try Gemini.write(
            answer(
                [
                    Gemini.part(.reasoning(Reasoning("hm"))), Gemini.text("Hi"), Gemini.call("c1", "f", #"{"a":1}"#),
                    Gemini.call("c2", "g", ""),
                ], Stop(.toolCalls, native: "tool_calls"),
                usage: Usage(prompt: 120, completion: 50, cached: 90, cacheWrite: 20, reasoning: 8)))
        let expected = try Gemini.canonical(
            #"""
            {"candidates":[{"content":{"role":"model","parts":[{"text":"hm","thought":true},{"text":"Hi"},
               {"functionCall":{"id":"c1","name":"f","args":{"a":1}}},{"functionCall":{"id":"c2","name":"g","args":{}}}]},
               "finishReason":"STOP","index":0}],
             "usageMetadata":{"promptTokenCount":120,"cachedContentTokenCount":90,"candidatesTokenCount":42,"thoughtsTokenCount":8,"totalTokenCount":170},
             "modelVersion":"gpt","responseId":"id"}
            """#)
        #expect(written.json == expected)
        #expect(!written.report.isLossy)
    }

    @Test(
        "why it stopped, in Gemini's words",
        arguments: [
            (Stop.Reason.finished, "STOP"), (.toolCalls, "STOP"), (.stopString, "STOP"), (.length, "MAX_TOKENS"),
            (.contentFilter, "SAFETY"), (.paused, "STOP"), (.failed, "OTHER"),
        ])
    func foreignStops(reason: Stop.Reason, word: String) throws {
        let written = try Gemini.write(answer([Gemini.text("x")], Stop(reason, native: "novel")))
        #expect(written.json.contains(#""finishReason":"\#(word)""#))
    }

    @Test("a call whose arguments are no object is told of as Gemini does, and never made with others")
    func malformed() throws {
        let parts = [Gemini.call("a", "f", #"{"x":"#), Gemini.call("b", "g", "{}")]
        let written = try Gemini.write(answer(parts, Stop(.toolCalls)))
        #expect(written.json.contains(#""finishReason":"MALFORMED_FUNCTION_CALL""#))
        #expect(written.json.contains(#"Malformed function call: f with arguments {"x":"#))
        #expect(!written.json.contains(#""name":"f""#))
        #expect(written.report.isLossy)
        let cut = try Gemini.write(answer(parts, Stop(.length)))
        #expect(cut.json.contains(#""finishReason":"MAX_TOKENS""#))
    }

    @Test("a refusal is text; parts and fields of others are left out and told of")
    func others() throws {
        var answer = answer(
            [
                Gemini.part(.refusal("No.")),
                Gemini.part(.opaque(origin: .openAIChat, try Gemini.fragment(#"{"type":"audio"}"#))),
            ], Stop(.finished))
        answer.extras.members = [.init(name: "system_fingerprint", value: JSONFragment(1))]
        let written = try Gemini.write(answer)
        #expect(written.json.contains(#""parts":[{"text":"No."}]"#))
        #expect(written.fate("system_fingerprint") == .dropped)
        #expect(written.fate("messages[].content[].type=audio") == .dropped)
    }
}
