// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct ChatStreamWriterTests {
    private typealias Place = AnswerEvent.Place

    private static let head = AnswerEvent.began(.init(id: "c", model: "m", created: 7))

    private func place(_ part: Int, _ choice: Int = 0) -> Place { Place(choice: choice, part: part) }

    /// Expects the data of the stream's events to be `expected`: of chunks, what is in their first choice.
    private func expect(
        _ events: [AnswerEvent], writes expected: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let choices = try ChatTrial.chunks([Self.head] + events).dropFirst().map { chunk in
            guard chunk != "[DONE]" else { return chunk }
            let value = try Sample.value(chunk)
            let choice = value["choices"]?.elements.first { _ in true }
            return Sample.canonical(choice ?? value)
        }
        let wanted = try expected.map { $0 == "[DONE]" ? $0 : Sample.canonical(try Sample.value($0)) }
        #expect(choices == wanted, sourceLocation: sourceLocation)
    }

    private func delta(_ members: String) -> String { #"{"index":0,"delta":{\#(members)},"finish_reason":null}"# }

    // MARK: Chunks

    @Test("A stream of text, byte by byte")
    func text() {
        let bytes = ChatTrial.write([
            Self.head, .opened(part: place(0), .text), .grew(part: place(0), .text(#"h\u00e9 "x""#)), .idle,
            .closed(part: place(0)), .stopped(choice: 0, Stop(.finished, native: "stop")),
            .used(Usage(prompt: 3, completion: 1)), .ended,
        ])
        let start =
            #"data: {"id":"c","object":"chat.completion.chunk","created":7,"model":"m","choices":[{"index":0,"delta":"#
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                \(start){"role":"assistant"},"finish_reason":null}]}

                \(start){"content":"h\\\\u00e9 \\"x\\""},"finish_reason":null}]}

                : keep-alive

                \(start){},"finish_reason":"stop"}]}

                data: [DONE]


                """)
    }

    @Test("Usage comes once, in a chunk of its own, and only to those who asked")
    func usage() throws {
        let events: [AnswerEvent] = [
            Self.head, .used(Usage(prompt: 1, completion: 1)), .stopped(choice: 0, Stop(.length)),
            .used(Usage(prompt: 120, completion: 5, cached: 90, cacheWrite: 20, reasoning: 2)), .ended,
        ]
        let chunks = try ChatTrial.chunks(events, wantsUsage: true).dropLast().map { try Sample.value($0) }
        #expect(chunks.count == 3)
        #expect(chunks.dropLast().allSatisfy { $0["usage"]?.isNull == true })
        #expect(chunks.last.map { Sample.elements($0["choices"]).count } == 0)
        #expect(
            chunks.last?["usage"].map(Sample.canonical)
                == Sample.canonical(
                    try Sample.value(
                        """
                        {"prompt_tokens":120,"completion_tokens":5,"total_tokens":125,
                        "prompt_tokens_details":{"cached_tokens":90,"cache_write_tokens":20},
                        "completion_tokens_details":{"reasoning_tokens":2}}
                        """)))
        let unasked = try ChatTrial.chunks(events).dropLast().map { try Sample.value($0) }
        #expect(unasked.allSatisfy { !Sample.elements($0["choices"]).isEmpty && $0["usage"] == nil })
    }

    @Test("Every chunk has what strict clients require, and each choice one reason to stop")
    func strictness() throws {
        var generator = AnswerStreamGenerator(seed: 5, origin: .openAIChat)
        for _ in 0..<200 {
            let chunks = ChatTrial.chunks(generator.next(), wantsUsage: true)
            #expect(chunks.last == "[DONE]")
            var finishes: [Int64: Int] = [:]
            for chunk in try chunks.dropLast().map({ try Sample.value($0) }) {
                #expect(chunk["id"]?.string != nil && chunk["model"]?.string != nil && chunk["created"]?.integer != nil)
                #expect(chunk["object"]?.text == "chat.completion.chunk")
                #expect(chunk["choices"]?.kind == .array)
                for choice in Sample.elements(chunk["choices"]) {
                    #expect(choice["delta"]?.kind == .object)
                    guard let index = choice["index"]?.integer else { throw FormatFault("index", "is missing") }
                    if choice["finish_reason"]?.kind == .string { finishes[index, default: 0] += 1 }
                }
            }
            #expect(!finishes.isEmpty && finishes.values.allSatisfy { $0 == 1 })
        }
    }

    // MARK: Calls

    @Test("Calls are numbered by themselves, whatever comes before; each name and identifier comes once")
    func callNumbers() throws {
        try expect(
            [
                .opened(part: place(0), .reasoning(isSummary: false)), .grew(part: place(0), .text("hm")),
                .closed(part: place(0)), .opened(part: place(1), .text), .grew(part: place(1), .text("so")),
                .closed(part: place(1)), .opened(part: place(2), .call(id: "a", name: "f")),
                .opened(part: place(3), .call(id: "b", name: "g")), .grew(part: place(3), .arguments("{")),
                .grew(part: place(2), .arguments(#"{"x":1}"#)), .grew(part: place(3), .arguments("}")),
                .closed(part: place(2)), .closed(part: place(3)), .stopped(choice: 0, Stop(.toolCalls)), .ended,
            ],
            writes: [
                delta(#""reasoning_content":"hm""#), delta(#""content":"so""#),
                delta(#""tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]"#),
                delta(#""tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]"#),
                delta(#""tool_calls":[{"index":1,"function":{"arguments":"{"}}]"#),
                delta(#""tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}}]"#),
                delta(#""tool_calls":[{"index":1,"function":{"arguments":"}"}}]"#),
                #"{"index":0,"delta":{},"finish_reason":"tool_calls"}"#, "[DONE]",
            ])
    }

    @Test(
        "Joined arguments are an object, also where there are none", arguments: [[], [""], ["", ""]] as [[JSONString]])
    func emptyArguments(_ pieces: [JSONString]) throws {
        let call = #"{"index":0,"id":"call_c_0_0","type":"function","function":{"name":"f","arguments":""}}"#
        try expect(
            [.opened(part: place(0), .call(id: nil, name: "f"))]
                + pieces.map { .grew(part: place(0), .arguments($0)) } + [.closed(part: place(0))],
            writes: [
                delta(#""tool_calls":[\#(call)]"#), delta(#""tool_calls":[{"index":0,"function":{"arguments":"{}"}}]"#),
            ])
    }

    @Test("Whole parts")
    func wholeParts() throws {
        let call = ToolCall(id: "a", name: "f", arguments: .object(JSONFragment(literal: #"{"x":1}"#)))
        let whole: [Part.Content] = [
            .call(call), .text("t"), .media(Media(.image, .data("AA"), mediaType: "image/png")),
            .reasoning(Reasoning("hm")), .refusal("no"),
        ]
        let events = whole.enumerated().flatMap { index, content -> [AnswerEvent] in
            [.opened(part: place(index), .whole(.chat(content))), .closed(part: place(index))]
        }
        try expect(
            events,
            writes: [
                delta(
                    #""tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]"#
                ),
                delta(#""content":"t""#),
                delta(#""images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}]"#),
                delta(#""reasoning_content":"hm""#), delta(#""refusal":"no""#),
            ])
    }

    // MARK: Seals

    @Test("Sealed reasoning is told again with its seal, numbered without gaps")
    func sealedReasoning() throws {
        let seal = Seal(.anthropic, .signature, "s")
        try expect(
            [
                .opened(part: place(0), .reasoning(isSummary: false)), .grew(part: place(0), .text("h")),
                .grew(part: place(0), .text("m")), .grew(part: place(0), .seal(seal)), .closed(part: place(0)),
                .opened(part: place(1), .text), .grew(part: place(1), .text("so")), .closed(part: place(1)),
                .opened(
                    part: place(2), .whole(.chat(.reasoning(Reasoning("", seal: Seal(.anthropic, .encrypted, "d")))))),
                .closed(part: place(2)),
            ],
            writes: [
                delta(#""reasoning_content":"h""#), delta(#""reasoning_content":"m""#),
                delta(
                    #""reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic-claude-v1","index":0}]"#
                ), delta(#""content":"so""#),
                delta(
                    #""reasoning_details":[{"type":"reasoning.encrypted","data":"d","format":"anthropic-claude-v1","index":1,"position":2}]"#
                ),
            ])
    }

    @Test("Seals of calls stand where Google has them: its own in clear, others wrapped with the call")
    func callSeals() throws {
        let foreign = Seal(.anthropic, .encrypted, "e")
        let call = #"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#
        func sealed(_ text: String) -> String {
            let content = #"{"google":{"thought_signature":"\#(text)"}}"#
            return delta(#""tool_calls":[{"index":0,"function":{"arguments":""},"extra_content":\#(content)}]"#)
        }
        try expect(
            [
                .opened(part: place(0), .call(id: "a", name: "f")),
                .grew(part: place(0), .seal(Seal(.gemini, .signature, "g"))), .grew(part: place(0), .seal(foreign)),
            ],
            writes: [delta(#""tool_calls":[\#(call)]"#), sealed("g"), sealed(foreign.wrapped(call: "a").text)])
    }

    // MARK: Failures

    @Test("A failure is an error in the stream, without a reason to stop, and nothing follows")
    func failure() throws {
        try expect(
            [
                .opened(part: place(0), .text), .grew(part: place(0), .text("a")),
                .failed(ProviderError(.overloaded, "busy", native: "overloaded_error")), .ended,
                .stopped(choice: 0, Stop(.finished)),
            ],
            writes: [
                delta(#""content":"a""#),
                #"{"error":{"message":"busy","type":"server_error","param":null,"code":"overloaded"}}"#,
            ])
    }

    @Test("A stream may fail before it begins")
    func failureFirst() throws {
        let chunks = ChatTrial.chunks([.failed(ProviderError(.failure, "x"))])
        #expect(chunks.count == 1)
        #expect(try Sample.value(chunks[0])["error"]?["message"]?.text == "x")
    }

    // MARK: Written and read again

    @Test("What is written is read as the same answer")
    func readAgain() throws {
        var generator = AnswerStreamGenerator(seed: 6, origin: .openAIChat)
        for number in 0..<500 {
            let events = generator.next()
            #expect(StreamOrder.fault(in: events) == nil, "what was generated")
            let stream = ChatTrial.write(events, wantsUsage: true)
            let read = try EventStreamFeed<ChatStreamReader>.events(of: stream)
            #expect(StreamOrder.fault(in: read) == nil)
            let (before, after) = (
                AssembledAnswer(events, origin: .openAIChat), AssembledAnswer(read, origin: .openAIChat)
            )
            if before != after {
                Issue.record("answer \(number): \(String(decoding: stream, as: UTF8.self))")
                return
            }
        }
    }
}
