// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@testable import GatewayFormats

@Suite("Gemini streams, written")
struct GeminiStreamWriterTests {
    private func stream<Writer: AnswerStreamWriter>(_ events: [AnswerEvent], _: Writer.Type) -> String {
        var writer = Writer(wantsUsage: false)
        var bytes: [UInt8] = []
        for event in events { writer.write(event, into: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The chunks of a stream of server-sent events.
    private func chunks(_ events: [AnswerEvent]) throws -> [String] {
        try stream(events, GeminiStreamWriter.self).split(separator: "\n\n").map { event in
            try #require(event.hasPrefix("data: "))
            return String(event.dropFirst(6))
        }
    }

    /// What the dialect's own reader makes of a written stream.
    private func reread(_ events: [AnswerEvent]) throws -> [AnswerEvent] {
        var reader = GeminiStreamReader()
        var read: [AnswerEvent] = []
        for chunk in try chunks(events) { try reader.read(event: nil, try Gemini.json(chunk), into: &read) }
        reader.readEnd(into: &read)
        return read
    }

    private func place(_ part: Int, choice: Int = 0) -> AnswerEvent.Place { .init(choice: choice, part: part) }

    private let began = AnswerEvent.began(.init(id: "r", model: "m"))
    private let stopped = AnswerEvent.stopped(choice: 0, Stop(.finished, native: "STOP"))

    private var simple: [AnswerEvent] {
        [
            began, .opened(part: place(0), .text), .grew(part: place(0), .text("Hel")),
            .grew(part: place(0), .text("lo")), .closed(part: place(0)), stopped,
            .used(Usage(prompt: 3, completion: 2)),
            .ended,
        ]
    }

    @Test("server-sent events: whole responses, the reason and the usage in the last, no [DONE]")
    func serverSentEvents() throws {
        #expect(
            stream(simple, GeminiStreamWriter.self) == #"""
                data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hel"}]},"index":0}],"modelVersion":"m","responseId":"r"}

                data: {"candidates":[{"content":{"role":"model","parts":[{"text":"lo"}]},"index":0}],"modelVersion":"m","responseId":"r"}

                data: {"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2,"totalTokenCount":5},"modelVersion":"m","responseId":"r"}


                """#)
    }

    @Test("each response of a turn that is whole has content, without which Google's Python client forgets the turn")
    func content() throws {
        let sources = try Gemini.fragment(#"{"groundingMetadata":{}}"#)
        let events =
            Array(simple.prefix(3)) + [.grew(part: place(0), .opaque(origin: .gemini, sources))] + simple.dropFirst(3)
        for chunk in try chunks(events) {
            let candidate = try Gemini.json(chunk)["candidates"]?.elements.first { _ in true }
            #expect(candidate?["content"]?["parts"]?.elements.isEmpty == false)
        }
        let filtered = try chunks([began, .stopped(choice: 0, Stop(.contentFilter)), .ended])
        #expect(
            filtered == [#"{"candidates":[{"finishReason":"SAFETY","index":0}],"modelVersion":"m","responseId":"r"}"#])
    }

    @Test("without alt=sse the same responses are one JSON array")
    func array() throws {
        let array = try Gemini.json(stream(simple, GeminiArrayStreamWriter.self))
        #expect(array.kind == .array)
        let expected = try chunks(simple).map { try Gemini.canonical($0) }
        let written = try array.elements.map { try Gemini.canonical($0.fragment.text) }
        #expect(written == expected)
        #expect(stream([.ended], GeminiArrayStreamWriter.self).hasPrefix("["))
        let failed = stream([began, .failed(ProviderError(.timeout, "late"))], GeminiArrayStreamWriter.self)
        #expect(failed == #"[{"error":{"code":504,"message":"late","status":"DEADLINE_EXCEEDED"}}]"# + "\n")
    }

    @Test("keep-alives are empty lines in both: Google's Python client takes a comment for a broken message")
    func idle() throws {
        #expect(stream([.idle], GeminiStreamWriter.self) == "\n")
        let array = stream([.idle] + simple.prefix(3) + [.idle] + simple.dropFirst(3), GeminiArrayStreamWriter.self)
        #expect(try Gemini.json(array).elements.map { _ in 1 }.count == 3)
    }

    @Test(
        "an error in the stream begins with its name and has a code, as Google's clients look for it",
        arguments: [
            (ProviderError.Kind.overloaded, 503, "UNAVAILABLE"), (.rateLimit, 429, "RESOURCE_EXHAUSTED"),
            (.failure, 500, "INTERNAL"), (.authentication, 401, "UNAUTHENTICATED"),
        ])
    func failure(kind: ProviderError.Kind, code: Int, status: String) throws {
        let written = stream(Array(simple.prefix(3)) + [.failed(ProviderError(kind, "why"))], GeminiStreamWriter.self)
        #expect(written.hasSuffix(#"data: {"error":{"code":\#(code),"message":"why","status":"\#(status)"}}"# + "\n\n"))
        #expect(!written.contains("finishReason"))
    }

    @Test("calls wait until they are whole, with interleaved arguments too")
    func interleavedCalls() throws {
        let events: [AnswerEvent] = [
            began, .opened(part: place(0), .call(id: "a", name: "f")),
            .opened(part: place(1), .call(id: "b", name: "g")),
            .grew(part: place(1), .arguments(#"{"y""#)), .grew(part: place(0), .arguments(#"{"x":"#)),
            .grew(part: place(0), .arguments("1}")), .grew(part: place(1), .arguments(":2}")),
            .grew(part: place(0), .seal(Seal(.gemini, .signature, "QUJD"))), .closed(part: place(0)),
            .closed(part: place(1)), .stopped(choice: 0, Stop(.toolCalls)), .ended,
        ]
        let chunks = try chunks(events)
        #expect(chunks.count == 3)
        #expect(
            chunks[0].contains(#"{"functionCall":{"id":"a","name":"f","args":{"x":1}},"thoughtSignature":"QUJD"}"#))
        #expect(chunks[1].contains(#"{"functionCall":{"id":"b","name":"g","args":{"y":2}}}"#))
        #expect(chunks[2].contains(#""finishReason":"STOP""#))
    }

    @Test("a call without arguments has an empty object, one that is no object is not made")
    func arguments() throws {
        func events(_ arguments: [JSONString], _ reason: Stop.Reason) -> [AnswerEvent] {
            [began, .opened(part: place(0), .call(id: nil, name: "f"))]
                + arguments.map { .grew(part: place(0), .arguments($0)) }
                + [.closed(part: place(0)), .stopped(choice: 0, Stop(reason)), .ended]
        }
        #expect(try chunks(events([], .toolCalls))[0].contains(#"{"functionCall":{"name":"f","args":{}}}"#))
        #expect(try chunks(events([""], .toolCalls))[0].contains(#""args":{}"#))
        let broken = try chunks(events([#"{"a"#], .toolCalls))
        #expect(broken.count == 1)
        #expect(broken[0].contains(#""finishReason":"MALFORMED_FUNCTION_CALL""#))
        let cut = try chunks(events([#"{"a"#], .length))
        #expect(cut[0].contains(#""finishReason":"MAX_TOKENS""#))
    }

    @Test("thoughts and their seals; a seal of another issuer travels wrapped")
    func thoughts() throws {
        let seal = Seal(.anthropic, .signature, "sig")
        let chunks = try chunks([
            began, .opened(part: place(0), .reasoning(isSummary: false)), .grew(part: place(0), .text("hm")),
            .grew(part: place(0), .seal(seal)), .closed(part: place(0)),
            .opened(part: place(1), .reasoning(isSummary: false)),
            .grew(part: place(1), .seal(Seal(.anthropic, .encrypted, "redacted"))), .closed(part: place(1)), stopped,
            .ended,
        ])
        #expect(chunks[0].contains(#""parts":[{"text":"hm","thought":true}]"#))
        let parts = chunks[0...2].map { chunk in
            (try? Gemini.json(chunk))?["candidates"]?.elements.first { _ in true }?["content"]?.fragment.text ?? ""
        }
        let read = try Gemini.read(#"{"contents":[\#(parts.joined(separator: ","))]}"#)
        #expect(
            read.turns.flatMap(\.parts).map(\.content) == [
                .reasoning(Reasoning("hm", isSummary: true)), .reasoning(Reasoning("", seal: seal)),
                .reasoning(Reasoning("", seal: Seal(.anthropic, .encrypted, "redacted"))),
            ])
    }

    @Test("what is written reads as the same events")
    func reread() throws {
        let code = Part(
            .opaque(origin: .gemini, try Gemini.fragment(#"{"executableCode":{}}"#)), extras: Extras(.gemini))
        let picture = Part(.media(Media(.image, .data("AAAA"), mediaType: "image/png")), extras: Extras(.gemini))
        let sources = try Gemini.fragment(#"{"groundingMetadata":{"a":1}}"#)
        let seal = Seal(.gemini, .signature, "QUJD")
        let events: [AnswerEvent] = [
            began, .opened(part: place(0), .reasoning(isSummary: true)), .grew(part: place(0), .text("a")),
            .grew(part: place(0), .text("b")), .grew(part: place(0), .seal(seal)), .closed(part: place(0)),
            .opened(part: place(1), .text), .grew(part: place(1), .text("c\\nd")),
            .grew(part: place(1), .opaque(origin: .gemini, sources)), .closed(part: place(1)),
            .opened(part: place(2), .reasoning(isSummary: false)), .grew(part: place(2), .seal(seal)),
            .closed(part: place(2)), .opened(part: place(3), .whole(code)), .closed(part: place(3)),
            .opened(part: place(4), .whole(picture)), .closed(part: place(4)),
            .opened(part: place(5), .call(id: "x", name: "f")), .grew(part: place(5), .seal(seal)),
            .grew(part: place(5), .arguments(#"{"a":1}"#)), .closed(part: place(5)),
            .used(Usage(prompt: 9, completion: 7, cached: 2, reasoning: 3)),
            .stopped(choice: 0, Stop(.toolCalls, native: "STOP")), .ended,
        ]
        let read = try reread(events)
        func withoutUsage(_ events: [AnswerEvent]) -> [AnswerEvent] {
            events.filter { if case .used = $0 { false } else { true } }
        }
        #expect(withoutUsage(read) == withoutUsage(events))
        #expect(
            read.last { if case .used = $0 { true } else { false } }
                == .used(Usage(prompt: 9, completion: 7, cached: 2, reasoning: 3)))
    }

    @Test("two candidates, each with its reason")
    func candidates() throws {
        let events: [AnswerEvent] = [
            began, .opened(part: place(0, choice: 1), .text), .grew(part: place(0, choice: 1), .text("b")),
            .opened(part: place(0), .text), .grew(part: place(0), .text("a")), .closed(part: place(0, choice: 1)),
            .stopped(choice: 1, Stop(.length, native: "MAX_TOKENS")), .closed(part: place(0)), stopped, .ended,
        ]
        #expect(try reread(events) == events)
    }

    @Test("what only other dialects have says nothing here")
    func opaque() throws {
        let foreign = try Gemini.fragment(#"{"type":"x"}"#)
        let part = Part(.opaque(origin: .openAIResponses, foreign), extras: Extras(.openAIResponses))
        let chunks = try chunks([
            began, .opened(part: place(0), .text), .grew(part: place(0), .opaque(origin: .anthropicMessages, foreign)),
            .closed(part: place(0)), .opened(part: place(1), .whole(part)), .closed(part: place(1)), stopped, .ended,
        ])
        #expect(chunks.count == 1)
    }
}
