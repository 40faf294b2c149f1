// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct ChatStreamReaderTests {
    private typealias Place = AnswerEvent.Place

    private static let finish = ChatTrial.delta("{}", finish: #""stop""#)

    /// The events of chunks with these deltas, a finish reason and the end.
    private func events(_ deltas: String..., finish: String = #""stop""#) throws -> [AnswerEvent] {
        let chunks = deltas.map { ChatTrial.delta($0) } + [ChatTrial.delta("{}", finish: finish), "[DONE]"]
        let events = try ChatTrial.events(chunks)
        #expect(StreamOrder.fault(in: events) == nil)
        return events
    }

    private func parts(_ deltas: String...) throws -> [Part] {
        let chunks = deltas.map { ChatTrial.delta($0) } + [Self.finish, "[DONE]"]
        let events = try ChatTrial.events(chunks)
        #expect(StreamOrder.fault(in: events) == nil)
        return AssembledAnswer(events, origin: .openAIChat).parts[0] ?? []
    }

    private func call(_ id: JSONString?, _ name: JSONString, _ arguments: JSONString, _ seal: Seal? = nil) -> Part {
        .chat(.call(ToolCall(id: id, name: name, arguments: .encoded(arguments), seal: seal)))
    }

    // MARK: Text

    @Test("A stream of text, event by event")
    func text() throws {
        let usage = #"{"id":"c1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#
        let events = try ChatTrial.events([
            ChatTrial.delta(#"{"role":"assistant","content":""}"#), ChatTrial.delta(#"{"content":"He\u00e9"}"#),
            ChatTrial.delta(#"{"content":"llo"}"#), Self.finish, usage, "[DONE]",
        ])
        #expect(
            events == [
                .began(.init(id: "c1", model: "m", created: 7)), .opened(part: Place(part: 0), .text),
                .grew(part: Place(part: 0), .text("Heé")), .grew(part: Place(part: 0), .text("llo")),
                .closed(part: Place(part: 0)), .stopped(choice: 0, Stop(.finished, native: "stop")),
                .used(Usage(prompt: 9, completion: 2)), .ended,
            ])
    }

    @Test("Several choices, each with its own parts")
    func choices() throws {
        func chunk(_ index: Int, _ delta: String, _ finish: String = "null") -> String {
            #"{"id":"c","model":"m","choices":[{"index":\#(index),"delta":\#(delta),"finish_reason":\#(finish)}]}"#
        }
        let events = try ChatTrial.events([
            chunk(0, #"{"content":"a"}"#), chunk(1, #"{"content":"b"}"#), chunk(1, #"{"content":"c"}"#),
            chunk(0, "{}", #""stop""#), chunk(1, "{}", #""length""#), "[DONE]",
        ])
        #expect(StreamOrder.fault(in: events) == nil)
        let answer = AssembledAnswer(events, origin: .openAIChat)
        #expect(answer.parts == [0: [.chat(.text("a"))], 1: [.chat(.text("bc"))]])
        #expect(answer.stops.mapValues(\.reason) == [0: .finished, 1: .length])
    }

    @Test("Azure's filters need neither choices nor a delta, and the answer keeps one name")
    func azure() throws {
        let events = try ChatTrial.events([
            #"{"id":"","model":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#,
            ChatTrial.delta(#"{"content":"a"}"#), Self.finish,
            #"{"id":"","choices":[{"index":0,"finish_reason":null,"content_filter_results":{}}]}"#, "[DONE]",
        ])
        #expect(StreamOrder.fault(in: events) == nil)
        #expect(events.first == .began(.init(id: "c1", model: "m", created: 7)))
    }

    @Test("A refusal, citations and pictures")
    func otherParts() throws {
        let parts = try parts(
            #"{"content":"a","annotations":[{"type":"url_citation"}]}"#,
            #"{"images":[{"type":"image_url","image_url":{"url":"https://x"}}]}"#, #"{"refusal":"n"}"#,
            #"{"refusal":"o"}"#)
        var cited = Part.chat(.text("a"))
        cited.extras.members = [.init(name: "opaque", value: JSONFragment(literal: #"{"type":"url_citation"}"#))]
        #expect(parts == [cited, .chat(.media(Media(.image, .url("https://x")))), .chat(.refusal("no"))])
    }

    // MARK: Reasoning

    @Test(
        "Reasoning under either name, and in Mistral's lists",
        arguments: [
            #"{"reasoning_content":"hm"}"#, #"{"reasoning":"hm"}"#, #"{"reasoning_content":"hm","reasoning":"hm"}"#,
            #"{"reasoning_details":[{"type":"reasoning.text","text":"hm","index":0}],"reasoning":"hm"}"#,
            #"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}"#,
        ])
    func reasoning(_ delta: String) throws {
        let parts = try parts(#"{"role":"assistant","content":""}"#, delta, delta, #"{"content":"so"}"#)
        #expect(parts == [.chat(.reasoning(Reasoning("hmhm"))), .chat(.text("so"))])
    }

    @Test("Pieces with seals: one part for each number, and one for a summary and its sealed form")
    func details() throws {
        func piece(_ members: String) -> String { #"{"reasoning_details":[{\#(members)}]}"# }
        let parts = try parts(
            piece(#""type":"reasoning.text","text":"a","index":0,"format":"anthropic-claude-v1""#),
            piece(#""type":"reasoning.text","text":"b","index":0,"format":"anthropic-claude-v1""#),
            piece(#""type":"reasoning.text","text":"","signature":"s","index":0,"format":"anthropic-claude-v1""#),
            piece(#""type":"reasoning.encrypted","data":"d","index":1,"format":"anthropic-claude-v1""#),
            piece(#""type":"reasoning.summary","summary":"c","index":2,"id":"rs","format":"openai-responses-v1""#),
            piece(#""type":"reasoning.encrypted","data":"e","index":3,"id":"rs","format":"openai-responses-v1""#),
            #"{"content":"so"}"#)
        #expect(
            parts == [
                .chat(.reasoning(Reasoning("ab", seal: Seal(.anthropic, .signature, "s")))),
                .chat(.reasoning(Reasoning("", seal: Seal(.anthropic, .encrypted, "d")))),
                .chat(.reasoning(Reasoning("c", isSummary: true, seal: Seal(.openAI, .encrypted, "e", id: "rs")))),
                .chat(.text("so")),
            ])
    }

    // MARK: Calls

    @Test("Calls whose arguments come by turns, with text and empty text between")
    func interleaved() throws {
        let parts = try parts(
            #"{"content":"so"}"#,
            #"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#,
            #"{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":""}}]}"#,
            #"{"tool_calls":[{"index":1,"function":{"arguments":"{\"y\""}}]}"#,
            #"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}"#, #"{"content":""}"#,
            #"{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"function":{"arguments":":2}"}}]}"#)
        #expect(parts == [.chat(.text("so")), call("a", "f", #"{"x":1}"#), call("b", "g", #"{"y":2}"#)])
    }

    @Test("Text and a call in one chunk are both there, and the text is closed before the call opens")
    func shared() throws {
        let events = try events(
            #"{"content":"so","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#)
        #expect(
            events[1...4] == [
                .opened(part: Place(part: 0), .text), .grew(part: Place(part: 0), .text("so")),
                .closed(part: Place(part: 0)), .opened(part: Place(part: 1), .call(id: "a", name: "f")),
            ])
        #expect(events.contains(.stopped(choice: 0, Stop(.toolCalls, native: "stop"))))
    }

    @Test(
        "Calls are told apart however servers number them",
        arguments: [
            // All the same number, whole.
            [
                #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#,
                #"{"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}]}"#,
            ],
            // No number.
            [
                #"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}"#,
                #"{"tool_calls":[{"function":{"arguments":"}"}}]}"#,
                #"{"tool_calls":[{"id":"b","function":{"name":"g","arguments":"{}"}}]}"#,
            ],
            // The identifier and the name again and again.
            [
                #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}"#,
                #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}]}"#,
                #"{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]}"#,
            ],
            // The name after the arguments began, and the identifier before.
            [
                #"{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{"}}]}"#,
                #"{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"}"}}]}"#,
                #"{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":{}}}]}"#,
            ],
            // Empty identifiers after the first.
            [
                #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}"#,
                #"{"tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":"}"}}]}"#,
                #"{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]}"#,
            ],
        ])
    func numbering(_ deltas: [String]) throws {
        let events = try ChatTrial.events(deltas.map { ChatTrial.delta($0) } + [Self.finish, "[DONE]"])
        #expect(StreamOrder.fault(in: events) == nil)
        let answer = AssembledAnswer(events, origin: .openAIChat)
        #expect(answer.parts[0] == [call("a", "f", "{}"), call("b", "g", "{}")])
    }

    @Test("The older function_call, custom tools, and Google's seals")
    func otherCalls() throws {
        #expect(
            try parts(#"{"function_call":{"name":"f","arguments":"{"}}"#, #"{"function_call":{"arguments":"}"}}"#)
                == [call(nil, "f", "{}")])
        let custom = Part.chat(.call(ToolCall(id: "a", name: "f", arguments: .text("SELECT 1"))))
        #expect(
            try parts(
                #"{"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":"SELECT"}}]}"#,
                #"{"tool_calls":[{"index":0,"custom":{"input":" 1"}}]}"#) == [custom])
        #expect(
            try parts(
                """
                {"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},
                "extra_content":{"google":{"thought_signature":"sig"}}}]}
                """.replacing("\n", with: "")) == [call("a", "f", "{}", Seal(.gemini, .signature, "sig"))])
    }

    @Test("A call whose name never comes is a fault")
    func nameless() throws {
        let chunk = ChatTrial.delta(#"{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}}]}"#)
        let fault = #expect(throws: FormatFault.self) { try ChatTrial.events([chunk, Self.finish]) }
        #expect(fault?.path == "choices[0].tool_calls[0].function.name")
    }

    @Test("Calls and choices without end are a fault")
    func bounds() throws {
        let calls = (0..<2000).map { #"{"index":\#($0),"function":{"name":"f"}}"# }.joined(separator: ",")
        let manyCalls = ChatTrial.delta(#"{"tool_calls":[\#(calls)]}"#)
        #expect(throws: FormatFault.self) { try ChatTrial.events([manyCalls]) }
        let choices = (0..<200).map { #"{"index":\#($0),"delta":{}}"# }.joined(separator: ",")
        #expect(throws: FormatFault.self) { try ChatTrial.events([#"{"id":"c","choices":[\#(choices)]}"#]) }
    }

    // MARK: Usage

    @Test("Usage on every chunk is a running total, and Groq's is its own")
    func usage() throws {
        let usage = #""usage":{"prompt_tokens":3,"completion_tokens"#
        let chunks = [
            #"{"id":"c","choices":[{"index":0,"delta":{"content":"a"}}],\#(usage)":1}}"#,
            #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{\#(usage)":2}}}"#, "[DONE]",
        ]
        let events = try ChatTrial.events(chunks)
        #expect(AssembledAnswer(events, origin: .openAIChat).usage == Usage(prompt: 3, completion: 2))
        #expect(events.count { if case .used = $0 { true } else { false } } == 2)
    }

    // MARK: Failures

    @Test(
        "An error in the middle ends the stream, whatever its shape",
        arguments: [
            (#"{"error":{"message":"busy","type":"overloaded_error"}}"#, ProviderError.Kind.overloaded),
            (#"{"error":{"message":"busy","code":429}}"#, .rateLimit), (#"{"error":"busy"}"#, .failure),
            (
                #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"error"}],"error":{"message":"busy","code":502}}"#,
                .failure
            ),
            (#"{"x_groq":{"error":"busy"}}"#, .failure),
            (#"{"object":"error","message":"busy","code":503}"#, .overloaded),
        ])
    func errors(_ chunk: String, _ kind: ProviderError.Kind) throws {
        let events = try ChatTrial.events([
            ChatTrial.delta(#"{"content":"a"}"#), chunk, ChatTrial.delta(#"{"content":"b"}"#), Self.finish, "[DONE]",
        ])
        guard case .failed(let error)? = events.last else {
            Issue.record("the stream did not fail")
            return
        }
        #expect(error.kind == kind)
        #expect(error.message == "busy")
        #expect(events.count == 4)
    }

    @Test("An event called error is one, even if it says nothing")
    func namedError() throws {
        let stream = Array("event: error\ndata: {}\n\n".utf8)
        let events = try EventStreamFeed<ChatStreamReader>.events(of: stream)
        #expect(
            events == [.failed(ProviderError(.failure, "The provider failed in the middle of its answer."))])
    }

    @Test("The end without a reason to stop is a failure", arguments: [0, 1, 2])
    func endsEarly(_ count: Int) throws {
        let events = try ChatTrial.events(
            Array(repeating: ChatTrial.delta(#"{"content":"a"}"#), count: count) + ["[DONE]"])
        let message = "The provider ended its answer without saying why it stopped."
        #expect(events.last == .failed(ProviderError(.failure, message)))
        #expect(!events.contains(.ended))
    }

    @Test("A stream that is cut at any event neither ends nor stops of itself")
    func cut() throws {
        let chunks = [
            ChatTrial.delta(#"{"content":"a"}"#), ChatTrial.delta(#"{"content":"b"}"#), Self.finish, "[DONE]",
        ]
        for count in 0..<chunks.count {
            let events = try ChatTrial.events(Array(chunks.prefix(count)))
            #expect(!events.contains(.ended))
            #expect(events.contains { if case .stopped = $0 { true } else { false } } == (count == 3))
        }
    }

    @Test("Nothing follows what is over")
    func afterEnd() throws {
        let events = try ChatTrial.events([Self.finish, "[DONE]", ChatTrial.delta(#"{"content":"a"}"#), "[DONE]"])
        #expect(events.last == .ended)
        #expect(events.count { $0 == .ended } == 1)
    }

    @Test(
        "What is no chunk is a fault, with its place",
        arguments: [
            ("[]", ""), (#"{"choices":{}}"#, "choices"), (#"{"choices":[{"delta":[]}]}"#, "choices[0].delta"),
            (#"{"choices":[{"delta":{"content":7}}]}"#, "choices[0].delta.content"),
            (#"{"choices":[{"delta":{},"finish_reason":7}]}"#, "choices[0].finish_reason"),
        ])
    func faults(_ chunk: String, _ path: String) throws {
        let fault = #expect(throws: FormatFault.self) { try ChatTrial.events([chunk]) }
        #expect(fault?.path == path)
    }
}
