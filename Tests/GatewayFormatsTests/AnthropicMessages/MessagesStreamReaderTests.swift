// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite("Reading Messages streams") struct MessagesStreamReaderTests {
    private static let start =
        #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":100,"output_tokens":1}}}"#
    private static let stop = #"{"type":"message_stop"}"#

    private func end(_ reason: String) -> String {
        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"\(reason)\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":50}}"
    }

    /// The events between the beginning and the end.
    private func events(_ data: String..., reason: String = "end_turn") throws -> [AnswerEvent] {
        let all = try MessagesTrial.events(MessagesTrial.stream([Self.start] + data + [end(reason), Self.stop]))
        #expect(all.last == .ended)
        return Array(all.dropFirst(2).dropLast(3))
    }

    private func place(_ part: Int) -> AnswerEvent.Place { AnswerEvent.Place(part: part) }

    @Test("A whole stream, with keep-alives and events to come")
    func whole() throws {
        let stream = MessagesTrial.stream([
            Self.start, #"{"type":"ping"}"#,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}"#,
            #"{"type":"an_event_to_come","index":0}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"a_delta_to_come","x":1}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo\n"}}"#,
            #"{"type":"content_block_stop","index":0}"#, end("end_turn"), Self.stop,
        ])
        #expect(
            try MessagesTrial.events(stream) == [
                .began(AnswerEvent.Head(id: "msg_1", model: "m")), .used(Usage(prompt: 100, completion: 1)), .idle,
                .opened(part: place(0), .text), .grew(part: place(0), .text("Hel")),
                .grew(part: place(0), .text("lo\n")),
                .closed(part: place(0)), .used(Usage(prompt: 100, completion: 50)),
                .stopped(choice: 0, Stop(.finished, native: "end_turn")), .ended,
            ])
    }

    @Test("Usage is a running total: told again, it replaces")
    func usage() throws {
        let delta = #"""
            {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":100,"cache_read_input_tokens":40,"output_tokens":50}}
            """#
        let events = try MessagesTrial.events(MessagesTrial.stream([Self.start, delta, Self.stop]))
        let told = events.compactMap { if case .used(let usage) = $0 { usage } else { nil } }
        #expect(told == [Usage(prompt: 100, completion: 1), Usage(prompt: 140, completion: 50, cached: 40)])
    }

    @Test("Thinking, its signature, and redacted thinking")
    func thinking() throws {
        let events = try events(
            #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"S"}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"D"}}"#,
            #"{"type":"content_block_stop","index":1}"#)
        #expect(
            events == [
                .opened(part: place(0), .reasoning(isSummary: false)), .grew(part: place(0), .text("Hm")),
                .grew(part: place(0), .seal(Seal(.anthropic, .signature, "S"))), .closed(part: place(0)),
                .opened(part: place(1), .reasoning(isSummary: false)),
                .grew(part: place(1), .seal(Seal(.anthropic, .encrypted, "D"))), .closed(part: place(1)),
            ])
    }

    @Test(
        "The arguments of a call add up to one object",
        arguments: [
            ([], #"{}"#, #"{}"#), ([""], #"{}"#, #"{}"#), (["", #"{\"a\""#, ":1}"], #"{}"#, #"{"a":1}"#),
            ([], #"{"a":2}"#, #"{"a":2}"#),
        ] as [([String], String, String)])
    func calls(_ pieces: [String], _ input: String, _ arguments: String) throws {
        let deltas = pieces.map {
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\($0)\"}}"
        }
        let stream = MessagesTrial.stream(
            [
                Self.start,
                #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":\#(input)}}"#,
            ]
                + deltas + [#"{"type":"content_block_stop","index":0}"#, end("tool_use"), Self.stop])
        let events = try MessagesTrial.events(stream)
        #expect(events.contains(.opened(part: place(0), .call(id: "t", name: "f"))))
        let joined = events.compactMap { event -> String? in
            if case .grew(_, .arguments(let piece)) = event { piece.text } else { nil }
        }
        #expect(joined.joined() == arguments)
        #expect(events.contains(.stopped(choice: 0, Stop(.toolCalls, native: "tool_use"))))
    }

    @Test("The tool that stands for structured output streams as text")
    func structuredOutput() throws {
        let stream = MessagesTrial.stream([
            Self.start,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"sluice_structured_answer","input":{}}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"\"b\"}"}}"#,
            #"{"type":"content_block_stop","index":0}"#, end("tool_use"), Self.stop,
        ])
        #expect(
            try MessagesTrial.events(stream).filter { if case .used = $0 { false } else { true } } == [
                .began(AnswerEvent.Head(id: "msg_1", model: "m")), .opened(part: place(0), .text),
                .grew(part: place(0), .text(#"{"a":"#)), .grew(part: place(0), .text(#""b"}"#)),
                .closed(part: place(0)),
                .stopped(choice: 0, Stop(.finished, native: "end_turn")), .ended,
            ])
    }

    @Test("Citations grow with their text")
    func citations() throws {
        let citation = #"{"type":"char_location","cited_text":"x"}"#
        let events = try events(
            #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"","citations":[]}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":\#(citation)}}"#,
            #"{"type":"content_block_stop","index":0}"#)
        let fragment = try MessagesTrial.value(citation).fragment
        #expect(events[1] == .grew(part: place(0), .opaque(origin: .anthropicMessages, fragment)))
    }

    @Test(
        "Blocks that only this dialect has are told when they are whole",
        arguments: [
            (
                [
                    #"{"type":"server_tool_use","id":"s","name":"web_search","input":{}}"#,
                    #"{"type":"input_json_delta","partial_json":"{\"q\":"}"#,
                    #"{"type":"input_json_delta","partial_json":"\"x\"}"}"#,
                ],
                #"{"type":"server_tool_use","id":"s","name":"web_search","input":{"q":"x"}}"#
            ),
            (
                [
                    #"{"type":"compaction","content":null}"#,
                    #"{"type":"compaction_delta","content":"C","encrypted_content":"E"}"#,
                ],
                #"{"type":"compaction","content":"C","encrypted_content":"E"}"#
            ),
            ([#"{"type":"web_search_tool_result","content":[]}"#], #"{"type":"web_search_tool_result","content":[]}"#),
            (
                [#"{"type":"mcp_tool_use","input":{}}"#, #"{"type":"input_json_delta","partial_json":"{\"q"}"#],
                #"{"type":"mcp_tool_use","input":{}}"#
            ),
        ])
    func opaque(_ pieces: [String], _ whole: String) throws {
        let data =
            ["{\"type\":\"content_block_start\",\"index\":0,\"content_block\":\(pieces[0])}"]
            + pieces.dropFirst().map { "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":\($0)}" }
            + [#"{"type":"content_block_stop","index":0}"#]
        let events = try MessagesTrial.events(MessagesTrial.stream([Self.start] + data + [end("end_turn"), Self.stop]))
        let fragment = try MessagesTrial.value(whole).fragment
        let part = Part(.opaque(origin: .anthropicMessages, fragment), extras: Extras(.anthropicMessages))
        #expect(events.contains(.opened(part: place(0), .whole(part))))
    }

    @Test("A refusal's explanation is told before the end")
    func refusal() throws {
        let delta = #"""
            {"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"bio","explanation":"No."}},"usage":{"output_tokens":1}}
            """#
        let events = try MessagesTrial.events(MessagesTrial.stream([Self.start, delta, Self.stop]))
        let refusal = Part(.refusal("No."), extras: Extras(.anthropicMessages))
        #expect(events.contains(.opened(part: place(0), .whole(refusal))))
        // A client of this dialect gets the details back, and no text in their place.
        let written = MessagesTrial.stream(events)
        #expect(written.contains(#""stop_details":{"type":"refusal","category":"bio","explanation":"No."}"#))
        #expect(!written.contains("content_block_start"))
    }

    @Test("An error in the stream is the provider's failure")
    func failure() throws {
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let events = try MessagesTrial.events(MessagesTrial.stream([Self.start, error]))
        #expect(events.last == .failed(ProviderError(.overloaded, "Overloaded", native: "overloaded_error")))
    }

    @Test(
        "An exception frame of Bedrock is the provider's failure, however it is spelled",
        arguments: [
            ("throttlingException", ProviderError.Kind.rateLimit), ("ThrottlingException", .rateLimit),
            ("modelStreamErrorException", .failure), ("serviceUnavailableException", .overloaded),
            ("validationException", .invalidRequest), ("modelTimeoutException", .timeout),
        ])
    func exceptions(_ name: String, _ kind: ProviderError.Kind) throws {
        var reader = MessagesStreamReader()
        var events: [AnswerEvent] = []
        try reader.read(event: JSONString(name), MessagesTrial.value(#"{"message":"Why"}"#), into: &events)
        #expect(events == [.failed(ProviderError(kind, "Why", native: name))])
    }

    @Test("A stream that is cut has no end", arguments: 0..<6)
    func cut(_ count: Int) throws {
        let data = [
            Self.start, #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"A"}}"#,
            #"{"type":"content_block_stop","index":0}"#, end("end_turn"), Self.stop,
        ]
        #expect(try !MessagesTrial.events(MessagesTrial.stream(Array(data.prefix(count)))).contains(.ended))
    }

    @Test(
        "What is no stream of this dialect is a fault",
        arguments: [
            [#"{"type":"message_start"}"#], [#"{"type":"content_block_start","index":0}"#],
            [#"{"type":"content_block_start","content_block":{"type":"text"}}"#],
            [#"{"type":"content_block_start","index":0,"content_block":{}}"#],
            [#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t"}}"#],
            [#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}"#],
            [#"{"type":"content_block_stop","index":3}"#], [#"{"type":"message_stop"}"#],
            [#"{"type":"message_delta","delta":[]}"#], [#"{"type":"message_delta","delta":{"stop_reason":{}}}"#],
            Array(
                repeating: #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
                count: 2),
        ])
    func faults(_ data: [String]) {
        #expect(throws: FormatFault.self) { try MessagesTrial.events(MessagesTrial.stream(data)) }
    }

    @Test("No kind in any place makes the reader fall over", arguments: ["null", "0", "[]", "{}", #""x""#, "-1"])
    func wrongKinds(_ value: String) throws {
        let data = [
            Self.start,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
            #"{"type":"content_block_stop","index":0}"#, end("tool_use"), Self.stop,
        ]
        for (index, text) in data.enumerated() {
            for mutant in try MessagesMutation.all(of: MessagesTrial.value(text), by: value) {
                var changed = data
                changed[index] = mutant
                do {
                    _ = try MessagesTrial.stream(MessagesTrial.events(MessagesTrial.stream(changed)))
                } catch let fault as FormatFault { #expect(!fault.message.isEmpty) }
            }
        }
    }
}
