// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite("Reading Responses streams") struct ResponsesStreamReaderTests {
    private typealias Trial = ResponsesTrial

    private static let created =
        #"{"type":"response.created","response":{"id":"resp_1","model":"gpt-x","created_at":1760000000.0,"output":[]}}"#
    private static let completed =
        #"{"type":"response.completed","response":{"id":"resp_1","model":"gpt-x","status":"completed","output":[],"usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15}}}"#

    /// What `data` between the beginning and the end of an answer mean.
    private func events(_ data: String...) throws -> [AnswerEvent] {
        let all = try Trial.events(Trial.stream([Self.created] + data + [Self.completed]))
        #expect(all.first == .began(.init(id: "resp_1", model: "gpt-x", created: 1_760_000_000)))
        #expect(all.last == .ended)
        return Array(all.dropFirst().dropLast(3))
    }

    private func place(_ part: Int) -> AnswerEvent.Place { AnswerEvent.Place(part: part) }

    @Test("A message") func message() throws {
        let events = try events(
            #"{"type":"response.in_progress","response":{"id":"resp_1"}}"#,
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","content":[]}}"#,
            #"{"type":"response.content_part.added","output_index":0,"content_index":0,"part":{"type":"output_text","text":""}}"#,
            #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hel","logprobs":[]}"#,
            #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"lo","obfuscation":"x"}"#,
            #"{"type":"response.output_text.annotation.added","output_index":0,"content_index":0,"annotation_index":0,"annotation":{"type":"file_path"}}"#,
            #"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Hello"}"#,
            #"{"type":"response.content_part.done","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hello"}}"#,
            #"{"type":"response.content_part.added","output_index":0,"content_index":1,"part":{"type":"refusal","refusal":""}}"#,
            #"{"type":"response.refusal.delta","output_index":0,"content_index":1,"delta":"no"}"#,
            #"{"type":"response.content_part.done","output_index":0,"content_index":1,"part":{"type":"refusal","refusal":"no"}}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hello"},{"type":"refusal","refusal":"no"}]}}"#
        )
        #expect(
            events == [
                .opened(part: place(0), .text), .grew(part: place(0), .text("Hel")), .grew(part: place(0), .text("lo")),
                .grew(
                    part: place(0), .opaque(origin: .openAIResponses, JSONFragment(literal: #"{"type":"file_path"}"#))),
                .closed(part: place(0)), .opened(part: place(1), .refusal), .grew(part: place(1), .text("no")),
                .closed(part: place(1)),
            ])
    }

    @Test("Reasoning in several summaries, whose seal comes with its end") func reasoning() throws {
        let events = try events(
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"half"}}"#,
            #"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
            #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"S"}"#,
            #"{"type":"response.reasoning_summary_text.done","output_index":0,"summary_index":0,"text":"S"}"#,
            #"{"type":"response.reasoning_summary_part.done","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"S"}}"#,
            #"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":1,"part":{"type":"summary_text","text":""}}"#,
            #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"T"}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"S"},{"type":"summary_text","text":"T"}],"encrypted_content":"whole"}}"#
        )
        #expect(
            events == [
                .opened(part: place(0), .reasoning(isSummary: true)), .grew(part: place(0), .text("S")),
                .closed(part: place(0)), .opened(part: place(1), .reasoning(isSummary: true)),
                .grew(part: place(1), .text("T")),
                .grew(part: place(1), .seal(Seal(.openAI, .encrypted, "whole", id: "rs_1"))), .closed(part: place(1)),
            ])
    }

    @Test("Calls whose arguments come by turns") func interleavedCalls() throws {
        let events = try events(
            #"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_0","call_id":"a","name":"f","arguments":""}}"#,
            #"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"b","name":"g","arguments":""}}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":1,"item_id":"fc_1","delta":"{\"b\""}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"fc_0","delta":"{}"}"#,
            #"{"type":"response.function_call_arguments.delta","output_index":1,"item_id":"fc_1","delta":":1}"}"#,
            #"{"type":"response.function_call_arguments.done","output_index":1,"item_id":"fc_1","arguments":"{\"b\":1}"}"#,
            #"{"type":"response.output_item.done","output_index":1,"item":{"type":"function_call","id":"fc_1","call_id":"b","name":"g","arguments":"{\"b\":1}"}}"#,
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_0","call_id":"a","name":"f","arguments":"{}"}}"#
        )
        #expect(
            events == [
                .opened(part: place(0), .call(id: "a", name: "f")), .opened(part: place(1), .call(id: "b", name: "g")),
                .grew(part: place(1), .arguments(#"{"b""#)), .grew(part: place(0), .arguments("{}")),
                .grew(part: place(1), .arguments(":1}")), .closed(part: place(1)), .closed(part: place(0)),
            ])
    }

    @Test("An item that only its end tells of comes whole then") func itemsWithoutBeginning() throws {
        let events = try events(
            #"{"type":"response.output_item.done","output_index":0,"item":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"A"}]}}"#,
            #"{"type":"response.output_item.done","output_index":1,"item":{"type":"reasoning","id":"r","summary":[],"encrypted_content":"E"}}"#,
            #"{"type":"response.output_item.done","output_index":2,"item":{"type":"reasoning","id":"r","summary":[]}}"#,
            #"{"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{\"a\":1}"}}"#,
            #"{"type":"response.custom_tool_call_input.delta","output_index":4,"delta":"x"}"#,
            #"{"type":"response.output_item.done","output_index":4,"item":{"type":"custom_tool_call","call_id":"d","name":"n","input":"x"}}"#,
            #"{"type":"response.web_search_call.searching","output_index":5}"#,
            #"{"type":"response.output_item.done","output_index":5,"item":{"type":"web_search_call","id":"w"}}"#)
        let custom = Part(.call(ToolCall(id: "d", name: "n", arguments: .text("x"))), extras: Extras(.openAIResponses))
        let search = Part(
            .opaque(origin: .openAIResponses, JSONFragment(literal: #"{"type":"web_search_call","id":"w"}"#)),
            extras: Extras(.openAIResponses))
        #expect(
            events == [
                .opened(part: place(0), .text), .grew(part: place(0), .text("A")), .closed(part: place(0)),
                .opened(part: place(1), .reasoning(isSummary: true)),
                .grew(part: place(1), .seal(Seal(.openAI, .encrypted, "E", id: "r"))), .closed(part: place(1)),
                .opened(part: place(2), .call(id: "c", name: "f")), .grew(part: place(2), .arguments(#"{"a":1}"#)),
                .closed(part: place(2)), .opened(part: place(3), .whole(custom)), .closed(part: place(3)),
                .opened(part: place(4), .whole(search)), .closed(part: place(4)),
            ])
    }

    @Test("Deltas without announcements, and parts without ends, are whole all the same") func sparseStream() throws {
        let events = try Trial.events(
            Trial.stream([
                #"{"type":"response.output_text.delta","delta":"A"}"#,
                #"{"type":"response.output_text.delta","delta":"B"}"#,
                #"{"type":"response.completed","response":{"id":"r","model":"m","output":[]}}"#,
            ]))
        #expect(
            events == [
                .began(.init(id: "", model: "")), .opened(part: place(0), .text), .grew(part: place(0), .text("A")),
                .grew(part: place(0), .text("B")), .closed(part: place(0)), .stopped(choice: 0, Stop(.finished)),
                .ended,
            ])
    }

    @Test("An answer that comes with the last event alone") func onlyTheEnd() throws {
        let events = try Trial.events(
            Trial.stream([
                #"""
                {"type":"response.incomplete","response":{"id":"r","model":"m","status":"incomplete","incomplete_details":
                {"reason":"max_output_tokens"},"output":[{"type":"message","role":"assistant","content":"A"},
                {"type":"function_call","call_id":"c","name":"f","arguments":"{"}]}}
                """#.replacing("\n", with: "")
            ]))
        #expect(
            events == [
                .began(.init(id: "r", model: "m")), .opened(part: place(0), .text), .grew(part: place(0), .text("A")),
                .closed(part: place(0)), .opened(part: place(1), .call(id: "c", name: "f")),
                .grew(part: place(1), .arguments("{")), .closed(part: place(1)),
                .stopped(choice: 0, Stop(.length, native: "max_output_tokens")), .ended,
            ])
    }

    @Test("Usage comes once, and a turn with calls ends so, though the last event does not repeat them") func ending()
        throws
    {
        let all = try Trial.events(
            Trial.stream([
                Self.created,
                #"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}}"#,
                Self.completed, Self.completed,
            ]) + "data: [DONE]\n\n")
        #expect(
            all.suffix(3) == [
                .used(Usage(prompt: 10, completion: 5)), .stopped(choice: 0, Stop(.toolCalls, native: "completed")),
                .ended,
            ])
    }

    @Test(
        "A failure is a failure, wherever it is told",
        arguments: [
            (
                #"{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"rate_limit_exceeded","message":"slow"}}}"#,
                ProviderError.Kind.rateLimit
            ),
            (#"{"type":"error","code":"server_error","message":"slow","param":null}"#, .failure),
            (#"{"type":"error","error":{"type":"invalid_request_error","message":"slow"}}"#, .invalidRequest),
            (
                #"{"type":"response.failed","response":{"error":{"code":"invalid_prompt","message":"slow"}}}"#,
                .invalidRequest
            ),
        ])
    func failures(_ data: String, _ kind: ProviderError.Kind) throws {
        let events = try Trial.events(Trial.stream([Self.created, data, Self.completed]))
        #expect(events.count == 2)
        guard case .failed(let error)? = events.last else {
            Issue.record("no failure")
            return
        }
        #expect(error.kind == kind && error.message == "slow")
    }

    @Test("A stream that stops in the middle has no end") func cutStream() throws {
        let events = try Trial.events(
            Trial.stream([Self.created, #"{"type":"response.output_text.delta","delta":"A"}"#]))
        #expect(!events.contains(.ended))
    }

    @Test(
        "What is no event of the API is a fault",
        arguments: [
            ("[]", ""), ("{}", "type"), (#"{"type":7}"#, "type"), (#"{"type":"response.output_text.delta"}"#, "delta"),
            (#"{"type":"response.output_text.delta","delta":{}}"#, "delta"),
            (#"{"type":"response.output_text.delta","delta":"x","output_index":"0"}"#, "output_index"),
            (#"{"type":"response.function_call_arguments.delta","delta":"x","output_index":3}"#, "output_index"),
            (#"{"type":"response.output_item.done","output_index":0}"#, "item"),
            (#"{"type":"response.output_item.done","output_index":0,"item":{"type":"message"}}"#, "item.role"),
            (#"{"type":"response.completed"}"#, "response"),
            (#"{"type":"response.completed","response":{}}"#, "response.output"),
            (#"{"type":"response.completed","response":{"output":[],"status":"queued"}}"#, "response.status"),
        ])
    func faults(_ data: String, _ path: String) throws {
        var reader = ResponsesStreamReader()
        var events: [AnswerEvent] = []
        let value = try Trial.value(data)
        do {
            try reader.read(event: nil, value, into: &events)
            Issue.record("read without a fault")
        } catch { #expect(error.path == path) }
    }

    @Test("Events unknown to us mean nothing; a keep-alive is one") func unknownEvents() throws {
        #expect(try events(#"{"type":"response.an_event_to_come","delta":7}"#, #"{"type":"keepalive"}"#) == [.idle])
    }
}
