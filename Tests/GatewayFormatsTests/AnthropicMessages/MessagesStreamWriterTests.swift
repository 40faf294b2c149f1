// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite("Writing Messages streams") struct MessagesStreamWriterTests {
    private let head = AnswerEvent.began(AnswerEvent.Head(id: "chatcmpl-1", model: "gpt"))

    private func place(_ part: Int) -> AnswerEvent.Place { AnswerEvent.Place(part: part) }

    /// A stream with `events` between its beginning and its end.
    private func stream(_ events: [AnswerEvent], _ stop: Stop = Stop(.finished)) -> String {
        MessagesTrial.stream(
            [head] + events + [.stopped(choice: 0, stop), .used(Usage(prompt: 9, completion: 3)), .ended])
    }

    private func data(_ stream: String) throws -> [JSONValue] {
        try stream.split(separator: "\n\n").map { event in
            let lines = event.split(separator: "\n")
            #expect(lines.count == 2)
            let value = try MessagesTrial.value(String(lines[1].dropFirst(6)))
            #expect(value["type"]?.text == String(lines[0].dropFirst(7)))
            return value
        }
    }

    /// What the blocks of a well-formed stream hold, as `text:…`; faults where blocks overlap, skip an index, or get a
    /// delta of another kind.
    private func blocks(_ stream: String) throws -> [String] {
        var blocks: [String] = []
        var open: (index: Int64, type: String)?
        for value in try data(stream) {
            switch value["type"]?.text {
            case "content_block_start":
                #expect(open == nil)
                #expect(value["index"]?.integer == Int64(blocks.count))
                let block = try #require(value["content_block"])
                let type = try #require(block["type"]?.text)
                open = (Int64(blocks.count), type)
                blocks.append("\(type):\(block["name"]?.text ?? block["data"]?.text ?? "")")
            case "content_block_delta":
                #expect(value["index"]?.integer == open?.index)
                let delta = try #require(value["delta"])
                let kinds = ["text": "text_delta", "tool_use": "input_json_delta", "thinking": "thinking_delta"]
                let isSignature = delta["type"]?.text == "signature_delta" && open?.type == "thinking"
                #expect(isSignature || delta["type"]?.text == kinds[open?.type ?? ""])
                blocks[blocks.count - 1] +=
                    delta["text"]?.text ?? delta["partial_json"]?.text ?? delta["thinking"]?.text
                    ?? "|\(delta["signature"]?.text ?? "")"
            case "content_block_stop":
                #expect(value["index"]?.integer == open?.index)
                open = nil
            default: break
            }
        }
        #expect(open == nil)
        return blocks
    }

    @Test("A whole stream, byte for byte")
    func whole() {
        let events: [AnswerEvent] = [
            .opened(part: place(0), .text), .grew(part: place(0), .text("Hi")), .idle, .closed(part: place(0)),
        ]
        #expect(
            stream(events) == #"""
                event: message_start
                data: {"type":"message_start","message":{"id":"msg_chatcmpl-1","type":"message","role":"assistant","model":"gpt","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}

                event: content_block_start
                data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

                event: ping
                data: {"type":"ping"}

                event: content_block_stop
                data: {"type":"content_block_stop","index":0}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":9,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":3}}

                event: message_stop
                data: {"type":"message_stop"}


                """#)
    }

    @Test("Usage that is known at the beginning is told there")
    func earlyUsage() throws {
        let events = try data(MessagesTrial.stream([head, .used(Usage(prompt: 7, completion: 1)), .idle]))
        #expect(events[0]["message"]?["usage"]?["input_tokens"]?.integer == 7)
    }

    @Test("Interleaved calls do not overlap")
    func interleaved() throws {
        let events: [AnswerEvent] = [
            .opened(part: place(0), .call(id: "a", name: "f")), .opened(part: place(1), .call(id: "b", name: "g")),
            .grew(part: place(1), .arguments(#"{"y":"#)), .grew(part: place(0), .arguments(#"{"x":"#)),
            .grew(part: place(1), .arguments("2}")), .grew(part: place(0), .arguments("")),
            .grew(part: place(0), .arguments("1}")), .closed(part: place(1)), .closed(part: place(0)),
        ]
        let written = stream(events, Stop(.toolCalls))
        #expect(try blocks(written) == [#"tool_use:f{"x":1}"#, #"tool_use:g{"y":2}"#])
        #expect(written.contains(#""stop_reason":"tool_use""#))
    }

    @Test("Text that goes on while a call is open waits, and nothing is lost")
    func textBesideCall() throws {
        let events: [AnswerEvent] = [
            .opened(part: place(0), .reasoning(isSummary: false)), .grew(part: place(0), .text("T")),
            .opened(part: place(1), .text), .opened(part: place(2), .call(id: "a", name: "f")),
            .grew(part: place(2), .arguments("{}")), .grew(part: place(1), .text("A")), .closed(part: place(0)),
            .grew(part: place(1), .text("B")), .closed(part: place(1)), .closed(part: place(2)),
            .opened(
                part: place(3), .whole(.foreign(.call(ToolCall(id: "b", name: "g", arguments: .encoded(#"{"z":3}"#)))))),
            .closed(part: place(3)),
        ]
        #expect(try blocks(stream(events)) == ["thinking:T", "text:AB", "tool_use:f{}", #"tool_use:g{"z":3}"#])
    }

    @Test("No block is empty, but a call without arguments is a call")
    func emptyParts() throws {
        let events: [AnswerEvent] = [
            .opened(part: place(0), .text), .grew(part: place(0), .text("")), .closed(part: place(0)),
            .opened(part: place(1), .reasoning(isSummary: true)), .closed(part: place(1)),
            .opened(part: place(2), .call(id: "a", name: "f")), .closed(part: place(2)),
        ]
        #expect(try blocks(stream(events)) == ["tool_use:f"])
    }

    @Test("Seals stand where clients send them back from")
    func seals() throws {
        let own = Seal(.anthropic, .signature, "S")
        let encrypted = Seal(.openAI, .encrypted, "gAAA", id: "rs_1")
        let signature = Seal(.gemini, .signature, "CkQ=")
        let events: [AnswerEvent] = [
            .opened(part: place(0), .reasoning(isSummary: false)), .grew(part: place(0), .text("T")),
            .grew(part: place(0), .seal(own)), .closed(part: place(0)),
            .opened(part: place(1), .reasoning(isSummary: true)), .grew(part: place(1), .text("S")),
            .grew(part: place(1), .seal(encrypted)), .closed(part: place(1)),
            .opened(part: place(2), .reasoning(isSummary: true)), .grew(part: place(2), .seal(encrypted)),
            .closed(part: place(2)),
            .opened(part: place(3), .call(id: "a", name: "f")), .grew(part: place(3), .seal(signature)),
            .grew(part: place(3), .arguments("{}")), .closed(part: place(3)),
            .opened(part: place(4), .call(id: "b", name: "g")), .grew(part: place(4), .arguments("{}")),
            .grew(part: place(4), .seal(signature)), .closed(part: place(4)),
        ]
        #expect(
            try blocks(stream(events)) == [
                "thinking:T|S", "thinking:S|\(encrypted.wrapped().text)",
                "redacted_thinking:\(encrypted.wrapped().text)",
                "redacted_thinking:\(signature.wrapped(call: "a").text)", "tool_use:f{}", "tool_use:g{}",
                "redacted_thinking:\(signature.wrapped(call: "b").text)",
            ])
    }

    @Test("A refusal is text at the end, and the reason to stop")
    func refusal() throws {
        let events: [AnswerEvent] = [
            .opened(part: place(0), .refusal), .grew(part: place(0), .text("No")), .grew(part: place(0), .text(".")),
            .closed(part: place(0)),
        ]
        let written = stream(events)
        #expect(try blocks(written) == ["text:No."])
        #expect(written.contains(#""stop_reason":"refusal""#))
    }

    @Test("A failure is an error event, and nothing comes after it")
    func failure() {
        let written = MessagesTrial.stream([
            head, .opened(part: place(0), .text), .grew(part: place(0), .text("A")),
            .failed(ProviderError(.rateLimit, "slow \"down\"")),
        ])
        #expect(
            written.hasSuffix(
                #"""
                event: error
                data: {"type":"error","error":{"type":"rate_limit_error","message":"slow \"down\""}}


                """#))
        #expect(!written.contains("message_delta") && !written.contains("message_stop"))
    }

    @Test(
        "An answer without a reason to stop, or that failed without a word, is no success",
        arguments: [
            [AnswerEvent.ended], [.stopped(choice: 0, Stop(.failed, native: "MALFORMED_FUNCTION_CALL")), .ended],
        ])
    func noSuccess(_ events: [AnswerEvent]) {
        let written = MessagesTrial.stream([head] + events)
        #expect(written.contains("event: error") && !written.contains("message_stop"))
    }

    @Test("Other choices than the first have no place")
    func choices() throws {
        let second = AnswerEvent.Place(choice: 1, part: 1)
        let events: [AnswerEvent] = [
            .opened(part: place(0), .text), .grew(part: place(0), .text("A")), .opened(part: second, .text),
            .grew(part: second, .text("B")), .closed(part: second), .closed(part: place(0)),
            .stopped(choice: 1, Stop(.length)),
        ]
        let written = stream(events)
        #expect(try blocks(written) == ["text:A"])
        #expect(written.contains("end_turn"))
    }

    @Test("What the reader reads of a stream, the writer writes")
    func again() throws {
        let stream = MessagesTrial.stream([
            #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1}}}"#,
            #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm"}}"#,
            #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"S"}}"#,
            #"{"type":"content_block_stop","index":0}"#,
            #"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
            #"{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"type":"char_location"}}}"#,
            #"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"A\u00e9"}}"#,
            #"{"type":"content_block_stop","index":1}"#,
            #"{"type":"content_block_start","index":2,"content_block":{"type":"web_search_tool_result","content":[]}}"#,
            #"{"type":"content_block_stop","index":2}"#,
            #"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#,
            #"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}"#,
            #"{"type":"content_block_stop","index":3}"#,
            #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null,"container":{"id":"c"}},"usage":{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":9}}"#,
            #"{"type":"message_stop"}"#,
        ])
        #expect(try MessagesTrial.stream(MessagesTrial.events(stream)) == stream)
    }

    @Test("What the writer writes, the reader reads as it was")
    func readAgain() throws {
        let call = Seal(.gemini, .signature, "CkQ=")
        let body: [AnswerEvent] = [
            .opened(part: place(0), .reasoning(isSummary: false)), .grew(part: place(0), .text("T")),
            .grew(part: place(0), .seal(Seal(.anthropic, .signature, "S"))), .closed(part: place(0)),
            .opened(part: place(1), .text), .grew(part: place(1), .text("A")), .closed(part: place(1)),
            .opened(part: place(2), .call(id: "a", name: "f")), .grew(part: place(2), .seal(call)),
            .grew(part: place(2), .arguments(#"{"x":1}"#)), .closed(part: place(2)),
        ]
        let events = try MessagesTrial.events(stream(body, Stop(.toolCalls)))
        #expect(events.filter { body.contains($0) } == body)
        #expect(
            events.suffix(3) == [
                .used(Usage(prompt: 9, completion: 3)), .stopped(choice: 0, Stop(.toolCalls, native: "tool_use")),
                .ended,
            ])
    }
}
