// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@testable import GatewayFormats

@Suite("Gemini streams, read")
struct GeminiStreamReaderTests {
    private func events(_ chunks: [String], ends: Bool = true) throws -> [AnswerEvent] {
        var reader = GeminiStreamReader()
        var events: [AnswerEvent] = []
        for chunk in chunks { try reader.read(event: nil, try Gemini.json(chunk), into: &events) }
        if ends { reader.readEnd(into: &events) }
        return events
    }

    private func chunk(_ parts: String, _ more: String = "", top: String = "") -> String {
        #"{"candidates":[{"content":{"role":"model","parts":[\#(parts)]}\#(more)}],"modelVersion":"m","responseId":"r"\#(top)}"#
    }

    private func place(_ part: Int, choice: Int = 0) -> AnswerEvent.Place { .init(choice: choice, part: part) }

    private let began = AnswerEvent.began(.init(id: "r", model: "m"))

    @Test("text in pieces is one part; the usage told last counts")
    func text() throws {
        let events = try events([
            chunk(#"{"text":"Hel"}"#, top: #","usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":1}"#),
            chunk(#"{"text":"lo"}"#, top: #","usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2}"#),
            chunk(
                #"{"text":""}"#, #","finishReason":"STOP""#,
                top: #","usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":3,"thoughtsTokenCount":5}"#),
        ])
        #expect(
            events == [
                began, .opened(part: place(0), .text), .grew(part: place(0), .text("Hel")),
                .used(Usage(prompt: 4, completion: 1)), .grew(part: place(0), .text("lo")),
                .used(Usage(prompt: 4, completion: 2)), .used(Usage(prompt: 4, completion: 8, reasoning: 5)),
                .closed(part: place(0)), .stopped(choice: 0, Stop(.finished, native: "STOP")), .ended,
            ])
    }

    @Test("thoughts, text and whole calls are parts of their own; STOP in a later chunk after a call means calls")
    func calls() throws {
        let events = try events([
            chunk(#"{"text":"hm","thought":true}"#), chunk(#"{"text":"m","thought":true},{"text":"Now"}"#),
            chunk(
                #"{"functionCall":{"name":"f","args":{"a":1}},"thoughtSignature":"QUJD"},{"functionCall":{"name":"g"}}"#
            ),
            chunk("", #","finishReason":"STOP""#),
        ])
        #expect(
            events == [
                began, .opened(part: place(0), .reasoning(isSummary: true)), .grew(part: place(0), .text("hm")),
                .grew(part: place(0), .text("m")), .closed(part: place(0)), .opened(part: place(1), .text),
                .grew(part: place(1), .text("Now")), .closed(part: place(1)),
                .opened(part: place(2), .call(id: "call_gemini_r_0", name: "f")),
                .grew(part: place(2), .seal(Seal(.gemini, .signature, "QUJD"))),
                .grew(part: place(2), .arguments(#"{"a":1}"#)), .closed(part: place(2)),
                .opened(part: place(3), .call(id: "call_gemini_r_1", name: "g")),
                .grew(part: place(3), .arguments("{}")), .closed(part: place(3)),
                .stopped(choice: 0, Stop(.toolCalls, native: "STOP")), .ended,
            ])
    }

    @Test("a finish reason on every chunk stops nothing before the end")
    func repeatedReason() throws {
        let stop = #","finishReason":"STOP""#
        let events = try events([chunk(#"{"text":"a"}"#, stop), chunk(#"{"text":"b"}"#, stop)])
        #expect(events.filter { if case .stopped = $0 { true } else { false } }.count == 1)
        #expect(
            events.suffix(3) == [
                .closed(part: place(0)), .stopped(choice: 0, Stop(.finished, native: "STOP")), .ended,
            ])
    }

    @Test("a stream without a finish reason has not ended")
    func cut() throws {
        for chunks in [[chunk(#"{"text":"a"}"#)], [], [chunk("", #","finishReason":"FINISH_REASON_UNSPECIFIED""#)]] {
            let events = try events(chunks)
            #expect(!events.contains(.ended))
        }
        let twoOfTwo = try events([
            #"{"candidates":[{"index":0,"finishReason":"STOP"},{"index":1,"content":{"parts":[{"text":"b"}]}}]}"#
        ])
        #expect(!twoOfTwo.contains(.ended))
    }

    @Test("several candidates, each with parts of its own")
    func candidates() throws {
        let events = try events([
            #"{"candidates":[{"index":1,"content":{"parts":[{"text":"b"}]}},{"index":0,"content":{"parts":[{"text":"a"}]}}],"responseId":"r","modelVersion":"m"}"#,
            #"{"candidates":[{"index":0,"finishReason":"STOP"},{"index":1,"finishReason":"MAX_TOKENS"}]}"#,
        ])
        #expect(
            events == [
                began, .opened(part: place(0, choice: 1), .text), .grew(part: place(0, choice: 1), .text("b")),
                .opened(part: place(0), .text), .grew(part: place(0), .text("a")),
                .closed(part: place(0, choice: 1)), .stopped(choice: 1, Stop(.length, native: "MAX_TOKENS")),
                .closed(part: place(0)), .stopped(choice: 0, Stop(.finished, native: "STOP")), .ended,
            ])
    }

    @Test("a signature at the end of text, sources of text, and parts only Gemini has")
    func rest() throws {
        let events = try events([
            chunk(#"{"executableCode":{"code":"1"}},{"text":"x"}"#),
            chunk(#"{"text":"","thoughtSignature":"QUJD"}"#),
            chunk(#"{"text":"y"}"#, #","finishReason":"STOP","groundingMetadata":{"a":1}"#),
        ])
        let code = try Gemini.fragment(#"{"executableCode":{"code":"1"}}"#)
        let sources = try Gemini.fragment(#"{"groundingMetadata":{"a":1}}"#)
        let whole = Part(.opaque(origin: .gemini, code), extras: Extras(.gemini))
        #expect(
            events == [
                began, .opened(part: place(0), .whole(whole)), .closed(part: place(0)),
                .opened(part: place(1), .text), .grew(part: place(1), .text("x")), .closed(part: place(1)),
                .opened(part: place(2), .reasoning(isSummary: false)),
                .grew(part: place(2), .seal(Seal(.gemini, .signature, "QUJD"))), .closed(part: place(2)),
                .opened(part: place(3), .text), .grew(part: place(3), .text("y")),
                .grew(part: place(3), .opaque(origin: .gemini, sources)), .closed(part: place(3)),
                .stopped(choice: 0, Stop(.finished, native: "STOP")), .ended,
            ])
    }

    @Test("a refused prompt ends without content")
    func blocked() throws {
        let events = try events([#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}"#])
        #expect(
            events == [
                .began(.init(id: "", model: "")),
                .stopped(choice: 0, Stop(.contentFilter, native: "PROHIBITED_CONTENT")), .ended,
            ])
    }

    @Test(
        "an error in the stream ends it, however it is wrapped",
        arguments: [
            #"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#,
            #"[{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]"#,
        ])
    func failure(error: String) throws {
        let events = try events([chunk(#"{"text":"a"}"#), error, chunk(#"{"text":"b"}"#, #","finishReason":"STOP""#)])
        #expect(events.last == .failed(ProviderError(.overloaded, "The model is overloaded.", native: "UNAVAILABLE")))
    }

    @Test("arguments that come value by value become one object")
    func partialArguments() throws {
        let events = try events([
            chunk(#"{"functionCall":{"name":"f","id":"c","willContinue":true},"thoughtSignature":"QUJD"}"#),
            chunk(
                #"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"x","willContinue":true}],"willContinue":true}}"#
            ),
            chunk(
                #"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"y"},{"jsonPath":"$.l[1].n","numberValue":2.5}],"willContinue":true}}"#
            ),
            chunk(
                #"{"functionCall":{"partialArgs":[{"jsonPath":"$['b c']","boolValue":true},{"jsonPath":"$.z","nullValue":"NULL_VALUE"}]}}"#
            ),
            chunk("", #","finishReason":"STOP""#),
        ])
        #expect(
            events == [
                began, .opened(part: place(0), .call(id: "c", name: "f")),
                .grew(part: place(0), .seal(Seal(.gemini, .signature, "QUJD"))),
                .grew(part: place(0), .arguments(#"{"a":"xy","l":[null,{"n":2.5}],"b c":true,"z":null}"#)),
                .closed(part: place(0)), .stopped(choice: 0, Stop(.toolCalls, native: "STOP")), .ended,
            ])
    }

    @Test(
        "pieces without a proper path, or with one that leads to too much, are refused",
        arguments: ["a", "$", "$.a[-1]", "$[99999999999]", "$[b]", "$.a[", "$[90000][90000]", ""])
    func improperPaths(path: String) throws {
        let call =
            #"{"functionCall":{"name":"f","willContinue":true,"partialArgs":[{"jsonPath":"\#(path)","boolValue":true}]}}"#
        #expect { try events([chunk(call)]) } throws: {
            ($0 as? FormatFault)?.path == "candidates[0].content.parts[0].functionCall.partialArgs[0].jsonPath"
        }
    }

    @Test("a call of which pieces are missing is not made, and the stream has not ended")
    func unfinishedPieces() throws {
        let events = try events([
            chunk(#"{"functionCall":{"name":"f","willContinue":true}}"#), chunk("", #","finishReason":"STOP""#),
        ])
        #expect(events == [began])
    }

    @Test(
        "what is no response of Gemini's is refused with its place",
        arguments: [
            ("5", ""), (#"{"candidates":{}}"#, "candidates"), (#"{"candidates":[1]}"#, "candidates[0]"),
            (#"{"candidates":[{"content":[]}]}"#, "candidates[0].content"),
            (#"{"candidates":[{"content":{"parts":[{},{"text":1}]}}]}"#, "candidates[0].content.parts[1].text"),
            (
                #"{"candidates":[{"content":{"parts":[{"functionCall":{}}]}}]}"#,
                "candidates[0].content.parts[0].functionCall.name"
            ),
            (#"{"usageMetadata":{"promptTokenCount":[]}}"#, "usageMetadata.promptTokenCount"),
        ])
    func malformed(chunk: String, path: String) throws {
        #expect { try events([chunk]) } throws: { ($0 as? FormatFault)?.path == path }
    }
}
