// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

/// Streams give the same events wherever the network cuts them, and mean what they were made of.
@Suite("Responses streams in pieces") struct ResponsesSplitTests {
    private typealias Feed = EventStreamFeed<ResponsesStreamReader>

    @Test("OpenAI's own: reasoning, text with characters of many bytes, a call, usage") func openAI() throws {
        let stream = #"""
            event: response.created
            data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1760000000,"status":"in_progress","model":"gpt-x","output":[]}}

            event: response.in_progress
            data: {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_1","model":"gpt-x","output":[]}}

            event: response.output_item.added
            data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gA"}}

            event: response.output_item.done
            data: {"type":"response.output_item.done","sequence_number":3,"output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gAAA=="}}

            event: response.output_item.added
            data: {"type":"response.output_item.added","sequence_number":4,"output_index":1,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}}

            event: response.content_part.added
            data: {"type":"response.content_part.added","sequence_number":5,"item_id":"msg_1","output_index":1,"content_index":0,"part":{"type":"output_text","annotations":[],"text":""}}

            event: response.output_text.delta
            data: {"type":"response.output_text.delta","sequence_number":6,"item_id":"msg_1","output_index":1,"content_index":0,"delta":"é中👩‍👩‍👧\ud83d\ude00\n\"q\"","logprobs":[],"obfuscation":"x"}

            event: response.output_text.done
            data: {"type":"response.output_text.done","sequence_number":7,"item_id":"msg_1","output_index":1,"content_index":0,"text":"é中👩‍👩‍👧😀\n\"q\""}

            event: response.content_part.done
            data: {"type":"response.content_part.done","sequence_number":8,"item_id":"msg_1","output_index":1,"content_index":0,"part":{"type":"output_text","annotations":[],"text":"é中👩‍👩‍👧😀\n\"q\""}}

            event: response.output_item.done
            data: {"type":"response.output_item.done","sequence_number":9,"output_index":1,"item":{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"text":"é中👩‍👩‍👧😀\n\"q\""}]}}

            event: response.output_item.added
            data: {"type":"response.output_item.added","sequence_number":10,"output_index":2,"item":{"id":"fc_1","type":"function_call","status":"in_progress","arguments":"","call_id":"call_1","name":"f"}}

            event: response.function_call_arguments.delta
            data: {"type":"response.function_call_arguments.delta","sequence_number":11,"item_id":"fc_1","output_index":2,"delta":"{\"é\":1}"}

            event: response.function_call_arguments.done
            data: {"type":"response.function_call_arguments.done","sequence_number":12,"item_id":"fc_1","output_index":2,"arguments":"{\"é\":1}"}

            event: response.output_item.done
            data: {"type":"response.output_item.done","sequence_number":13,"output_index":2,"item":{"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"é\":1}","call_id":"call_1","name":"f"}}

            event: response.completed
            data: {"type":"response.completed","sequence_number":14,"response":{"id":"resp_1","created_at":1760000000,"status":"completed","model":"gpt-x","output":[{"id":"fc_1","type":"function_call","status":"completed","arguments":"{\"é\":1}","call_id":"call_1","name":"f"}],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":2},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":13}}}


            """#
        let events = try Feed.expectSameEvents(whereverCut: Array(stream.utf8))
        #expect(StreamOrder.fault(in: events) == nil)
        let answer = AssembledAnswer(events, origin: .openAIResponses)
        #expect(
            answer.parts[0]?.map(\.content) == [
                .reasoning(Reasoning("", isSummary: true, seal: Seal(.openAI, .encrypted, "gAAA==", id: "rs_1"))),
                .text("é中👩‍👩‍👧😀\n\"q\""), .call(ToolCall(id: "call_1", name: "f", arguments: .encoded(#"{"é":1}"#))),
            ])
        #expect(answer.usage == Usage(prompt: 9, completion: 4, cached: 2, reasoning: 1))
        #expect(answer.stops[0] == Stop(.toolCalls, native: "completed"))
    }

    @Test("What is written is read as the same answer, also whole") func readAgain() throws {
        var generator = AnswerStreamGenerator(seed: 6, origin: .openAIResponses)
        for number in 0..<500 {
            let events = generator.next()
            let stream = ResponsesTrial.stream(events)
            let read = try Feed.events(of: Array(stream.utf8))
            #expect(StreamOrder.fault(in: read) == nil)
            var (before, after) = (
                AssembledAnswer(events, origin: .openAIResponses), AssembledAnswer(read, origin: .openAIResponses)
            )
            #expect(after.stops[0]?.reason == before.stops[0]?.reason)
            before.stops = after.stops
            let id = before.head?.id ?? ""
            before.head?.id = JSONString(joining: ["resp_", id])
            let last = try #require(
                try ResponsesTrial.data(stream.replacing(": keep-alive\n\n", with: "")).last?["response"])
            let whole = try ResponsesFormat.readAnswer(last)
            #expect(whole.choices[0].parts.map(\.content) == after.parts[0]?.map(\.content))
            #expect(whole.usage == after.usage)
            if before != after {
                Issue.record("answer \(number): \(stream)")
                return
            }
        }
    }

    @Test("A stream cut after any event has no end, unless it had come") func cutAnywhere() throws {
        var generator = AnswerStreamGenerator(seed: 8, origin: .openAIResponses)
        for _ in 0..<20 {
            let blocks = ResponsesTrial.stream(generator.next()).split(separator: "\n\n")
            for count in blocks.indices {
                let events = try Feed.events(of: Array((blocks[..<count].joined(separator: "\n\n") + "\n\n").utf8))
                #expect(!events.contains(.ended) && !events.contains { if case .stopped = $0 { true } else { false } })
            }
        }
    }
}
