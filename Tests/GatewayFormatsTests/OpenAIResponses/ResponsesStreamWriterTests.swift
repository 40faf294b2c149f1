// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite("Writing Responses streams") struct ResponsesStreamWriterTests {
    private typealias Trial = ResponsesTrial

    private static let began = AnswerEvent.began(.init(id: "msg_01", model: "claude-x", created: 1_760_000_000))
    private static let usage = AnswerEvent.used(Usage(prompt: 10, completion: 5))

    private static func place(_ part: Int) -> AnswerEvent.Place { AnswerEvent.Place(part: part) }

    /// A part that opens, grows and closes.
    private static func part(
        _ number: Int, _ opening: AnswerEvent.Opening, _ growths: AnswerEvent.Growth...
    ) -> [AnswerEvent] {
        [.opened(part: place(number), opening)] + growths.map { .grew(part: place(number), $0) }
            + [.closed(part: place(number))]
    }

    private static func whole(_ events: [AnswerEvent], _ reason: Stop.Reason = .finished) -> [AnswerEvent] {
        [began] + events + [.stopped(choice: 0, Stop(reason)), usage, .ended]
    }

    @Test("A message: its events in OpenAI's order") func message() throws {
        let stream = Trial.stream(Self.whole(Self.part(0, .text, .text("Hel"), .text("lo"))))
        #expect(
            try Trial.types(stream) == [
                "created", "in_progress", "output_item.added", "content_part.added", "output_text.delta",
                "output_text.delta", "output_text.done", "content_part.done", "output_item.done", "completed",
            ])
        let data = try Trial.data(stream)
        #expect(data.map { $0["sequence_number"]?.integer } == (0..<10).map(Int64.init))
        #expect(data[0]["response"]?["status"]?.text == "in_progress")
        #expect(data[0]["response"]?["output"].map(Trial.canonical) == "[]")
        #expect(data[6]["text"]?.text == "Hello")
        #expect(data[7]["part"]?["text"]?.text == "Hello")
        let item = try #require(data[8]["item"])
        #expect(data[9]["response"]?["output"].map(Trial.canonical) == "[\(Trial.canonical(item))]")
        #expect(data[9]["response"]?["usage"]?["total_tokens"]?.integer == 15)
        #expect(Set(data[3...7].compactMap { $0["item_id"]?.text }) == [item["id"]?.text ?? ""])
    }

    @Test(
        "Each kind of part has its own events",
        arguments: [
            (
                part(0, .refusal, .text("no")),
                ["content_part.added", "refusal.delta", "refusal.done", "content_part.done"]
            ),
            (
                part(0, .reasoning(isSummary: true), .text("S")),
                [
                    "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.done",
                    "reasoning_summary_part.done",
                ]
            ),
            (
                part(0, .reasoning(isSummary: false), .text("S")),
                ["content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done"]
            ),
            (
                part(0, .call(id: "c", name: "f"), .arguments("{}")),
                ["function_call_arguments.delta", "function_call_arguments.done"]
            ),
            (
                part(
                    0,
                    .whole(
                        Part(.call(ToolCall(id: "c", name: "f", arguments: .text("x"))), extras: Extras(.openAIChat)))),
                ["custom_tool_call_input.delta", "custom_tool_call_input.done"]
            ),
            (part(0, .whole(Part(.media(Media(.image, .data("iVBO"))), extras: Extras(.gemini)))), []),
            (
                part(
                    0,
                    .whole(
                        Part(
                            .opaque(origin: .openAIResponses, JSONFragment(literal: #"{"type":"x"}"#)),
                            extras: Extras(.openAIResponses)))), []
            ),
        ] as [([AnswerEvent], [String])])
    func kinds(_ events: [AnswerEvent], _ expected: [String]) throws {
        #expect(
            try Trial.types(Trial.stream(Self.whole(events)))
                == ["created", "in_progress", "output_item.added"] + expected + ["output_item.done", "completed"])
    }

    @Test("Reasoning that only carries a seal shows no text") func sealOnly() throws {
        let seal = Seal(.anthropic, .encrypted, "redacted")
        let stream = Trial.stream(Self.whole(Self.part(0, .reasoning(isSummary: true), .seal(seal))))
        #expect(
            try Trial.types(stream) == ["created", "in_progress", "output_item.added", "output_item.done", "completed"])
        let item = try Trial.data(stream)[3]["item"]
        #expect(item?["encrypted_content"]?.text == seal.wrapped().text)
    }

    @Test("Calls whose arguments come by turns are told apart by their number") func interleavedCalls() throws {
        let events: [AnswerEvent] = [
            .opened(part: Self.place(0), .call(id: "a", name: "f")),
            .opened(part: Self.place(1), .call(id: "b", name: "g")),
            .grew(part: Self.place(1), .arguments(#"{"b""#)), .grew(part: Self.place(0), .arguments("{}")),
            .grew(part: Self.place(1), .arguments(":1}")), .closed(part: Self.place(0)), .closed(part: Self.place(1)),
        ]
        let stream = Trial.stream(Self.whole(events, .toolCalls))
        let deltas = try Trial.data(stream).filter { $0["type"]?.text?.hasSuffix("arguments.delta") == true }
        #expect(deltas.map { $0["output_index"]?.integer } == [1, 0, 1])
        let done = try Trial.data(stream).filter { $0["type"]?.text?.hasSuffix("arguments.done") == true }
        #expect(done.map { $0["arguments"]?.text } == ["{}", #"{"b":1}"#])
    }

    @Test("Arguments are one object, also where none came", arguments: [[], [""], ["", " "], [#"{"a""#, ":1}"]])
    func arguments(_ pieces: [String]) throws {
        let growths = pieces.map { AnswerEvent.grew(part: Self.place(0), .arguments(JSONString($0))) }
        let events =
            [.opened(part: Self.place(0), .call(id: "c", name: "f"))] + growths + [.closed(part: Self.place(0))]
        let data = try Trial.data(Trial.stream(Self.whole(events, .toolCalls)))
        let deltas = data.filter { $0["type"]?.text?.hasSuffix("arguments.delta") == true }
        let joined = deltas.compactMap { $0["delta"]?.text }.joined()
        let done = try #require(
            data.first { $0["type"]?.text?.hasSuffix("arguments.done") == true }?["arguments"]?.text)
        #expect(try ResponsesTrial.value(done).kind == .object)
        #expect(joined.trimmingPrefix(" ") == done.trimmingPrefix(" "))
    }

    @Test("Parts that follow each other in a message or in reasoning are one item") func joining() throws {
        let events =
            Self.part(0, .reasoning(isSummary: true), .text("S"))
            + Self.part(1, .reasoning(isSummary: true), .text("T"))
            + Self.part(2, .text, .text("A")) + Self.part(3, .refusal, .text("B"))
            + Self.part(4, .call(id: "c", name: "f"), .arguments("{}")) + Self.part(5, .text, .text("C"))
        let stream = Trial.stream(Self.whole(events))
        let response = try #require(try Trial.data(stream).last?["response"])
        let items = try #require(response["output"]).elements.map { $0 }
        #expect(items.compactMap { $0["type"]?.text } == ["reasoning", "message", "function_call", "message"])
        #expect(items[0]["summary"]?.elements.map { $0["text"]?.text } == ["S", "T"])
        #expect(items[1]["content"]?.elements.map { $0["type"]?.text } == ["output_text", "refusal"])
        let added = try Trial.data(stream).filter { $0["type"]?.text == "response.output_item.added" }
        #expect(added.map { $0["output_index"]?.integer } == [0, 1, 2, 3])
    }

    @Test("A text that stays open while a call comes ends its item when it ends") func overlappingText() throws {
        let events: [AnswerEvent] =
            [.opened(part: Self.place(0), .text), .grew(part: Self.place(0), .text("A"))]
            + Self.part(1, .call(id: "c", name: "f"), .arguments("{}"))
            + [.grew(part: Self.place(0), .text("B")), .closed(part: Self.place(0))]
        let data = try Trial.data(Trial.stream(Self.whole(events)))
        let done = data.filter { $0["type"]?.text == "response.output_item.done" }
        #expect(done.map { $0["output_index"]?.integer } == [1, 0])
        let first = data.last?["response"]?["output"]?.elements.first { _ in true }
        #expect(first?["content"]?.elements.map { $0["text"]?.text } == ["AB"])
    }

    @Test(
        "How it ends",
        arguments: [
            (Stop.Reason.finished, "completed", "completed", nil), (.toolCalls, "completed", "completed", nil),
            (.length, "incomplete", "incomplete", "max_output_tokens"),
            (.contentFilter, "incomplete", "incomplete", "content_filter"), (.failed, "failed", "incomplete", nil),
        ] as [(Stop.Reason, String, String, String?)])
    func endings(_ reason: Stop.Reason, _ type: String, _ itemStatus: String, _ details: String?) throws {
        let stream = Trial.stream(Self.whole(Self.part(0, .text, .text("A")), reason))
        let last = try #require(try Trial.data(stream).last)
        #expect(last["type"]?.text == "response.\(type)")
        #expect(last["response"]?["status"]?.text == type)
        #expect(last["response"]?["incomplete_details"]?["reason"]?.text == details)
        #expect(last["response"]?["output"]?.elements.map { $0["status"]?.text } == [itemStatus])
    }

    @Test("A failure ends what is open, tells its cause, and makes OpenAI's clients raise an error") func failure()
        throws
    {
        let events: [AnswerEvent] = [
            Self.began, .opened(part: Self.place(0), .text), .grew(part: Self.place(0), .text("par")),
            .failed(ProviderError(.overloaded, "busy \"now\"")),
        ]
        let stream = Trial.stream(events)
        #expect(
            try Trial.types(stream).suffix(4) == [
                "output_text.done", "content_part.done", "output_item.done", "failed",
            ])
        let last = try #require(try Trial.data(stream).last)
        #expect(last["error"]?["message"]?.text == #"busy "now""#)
        #expect(last["response"]?["error"]?["code"]?.text == "server_error")
        #expect(last["response"]?["status"]?.text == "failed")
        guard case .failed(let read)? = try Trial.events(stream).last else {
            Issue.record("read as no failure")
            return
        }
        #expect(read.message == #"busy "now""#)
    }

    @Test("A failure before anything else is an error event") func earlyFailure() throws {
        let data = try Trial.data(Trial.stream([.failed(ProviderError(.rateLimit, "slow"))]))
        #expect(data.map { $0["type"]?.text } == ["error"])
        #expect(data[0]["message"]?.text == "slow" && data[0]["error"]?["code"]?.text == "rate_limit_exceeded")
    }

    @Test("Every response in the stream repeats the settings of the request") func echo() throws {
        let request = try Trial.read(Trial.request(#""temperature":0.5,"tools":[{"type":"web_search"}]"#))
        let stream = Trial.stream(Self.whole(Self.part(0, .text, .text("A"))), to: request)
        let responses = try Trial.data(stream).compactMap { $0["response"] }
        #expect(responses.count == 3)
        for response in responses {
            #expect(response["temperature"]?.number?.text == "0.5")
            #expect(response["tools"].map(Trial.canonical) == #"[{"type":"web_search"}]"#)
        }
    }

    @Test("A keep-alive is a comment, which nothing reads") func keepAlive() throws {
        let stream = Trial.stream([Self.began, .idle])
        #expect(stream.hasSuffix(": keep-alive\n\n"))
    }

    /// Streams whose events come back as they were.
    static let faithful: [[AnswerEvent]] = [
        part(0, .text, .text("A \\u00e9 \"q\""), .text("B")) + part(1, .text, .text("C")),
        part(0, .refusal, .text("no")),
        part(0, .reasoning(isSummary: true), .text("S")) + part(1, .reasoning(isSummary: true), .text("T"))
            + part(2, .text, .text("A")),
        part(0, .reasoning(isSummary: false), .text("S"), .seal(Seal(.anthropic, .signature, "x")))
            + part(1, .reasoning(isSummary: false), .text("T"), .seal(Seal(.anthropic, .signature, "y")))
            + part(2, .call(id: "c", name: "f"), .arguments("{\"a\""), .arguments(":1}")),
        part(0, .reasoning(isSummary: true), .seal(Seal(.openAI, .encrypted, "E", id: "rs_1")))
            + part(1, .text, .text("A")),
        part(0, .call(id: "a", name: "f"), .arguments("{}")) + part(1, .call(id: "b", name: "g"), .arguments("{}"))
            + part(2, .text, .text("after")),
        part(0, .call(id: "a", name: "f"), .arguments("{}"), .seal(Seal(.gemini, .signature, "gg=="))),
        part(0, .text, .text("A"), .opaque(origin: .openAIResponses, JSONFragment(literal: #"{"type":"file_path"}"#))),
        [],
    ]

    @Test("What is written means what it was made of", arguments: faithful) func roundTrip(_ events: [AnswerEvent])
        throws
    {
        let hasCalls = events.contains { if case .opened(_, .call) = $0 { true } else { false } }
        let read = try Trial.events(Trial.stream(Self.whole(events, hasCalls ? .toolCalls : .finished)))
        #expect(read.first == .began(.init(id: "resp_msg_01", model: "claude-x", created: 1_760_000_000)))
        #expect(Array(read.dropFirst().dropLast(3)) == events)
        #expect(
            read.suffix(3) == [
                Self.usage, .stopped(choice: 0, Stop(hasCalls ? .toolCalls : .finished, native: "completed")), .ended,
            ])
    }
}
