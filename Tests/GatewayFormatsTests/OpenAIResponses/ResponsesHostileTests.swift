// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Hostile input in the Responses API") struct ResponsesHostileTests {
    private static let request = #"""
        {"model":"m","instructions":"i","stream":true,"max_output_tokens":1,"temperature":1,"top_logprobs":1,
        "metadata":{"a":"b"},"parallel_tool_calls":true,"safety_identifier":"s","include":["reasoning.encrypted_content"],
        "reasoning":{"effort":"low","summary":"auto","context":"auto"},"store":false,"previous_response_id":"r",
        "text":{"format":{"type":"json_schema","name":"n","schema":{},"strict":true},"verbosity":"low"},
        "tools":[{"type":"function","name":"f","parameters":{},"strict":true},{"type":"custom","name":"c","format":{}},{"type":"x"}],
        "tool_choice":{"type":"function","name":"f"},"input":[{"role":"system","content":"s"},{"type":"message","role":"user",
        "content":[{"type":"input_text","text":"t","prompt_cache_breakpoint":{"mode":"explicit","ttl":"30m"}},
        {"type":"input_image","image_url":"data:image/png;base64,A","detail":"low"},{"type":"input_audio","input_audio":{"data":"A","format":"wav"}},
        {"type":"input_file","file_data":"A","filename":"f"}]},{"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"s"}],
        "content":[{"type":"reasoning_text","text":"c"}],"encrypted_content":"e"},{"type":"message","id":"m","role":"assistant",
        "status":"completed","phase":"p","content":[{"type":"output_text","text":"t","annotations":[{}],"logprobs":[]},
        {"type":"refusal","refusal":"r"}]},{"type":"function_call","id":"f","call_id":"a","name":"f","arguments":"{}"},
        {"type":"custom_tool_call","call_id":"b","name":"c","input":"i"},{"type":"function_call_output","call_id":"a",
        "output":[{"type":"input_text","text":"x"}]},{"type":"custom_tool_call_output","call_id":"b","output":"o"},
        {"type":"image_generation_call","id":"ig","result":"A","output_format":"png"},{"type":"item_reference","id":"x"}]}
        """#

    @Test("Whatever is wrong with a request, it is refused with its place, or can be written") func requests() throws {
        let scanner = JSONScanner()
        for text in try Mutations.of(Self.request) {
            let conversation: Conversation
            do {
                conversation = try ResponsesFormat.read(scanner.parse(Array(text.utf8)).root)
            } catch let fault as FormatFault {
                #expect(!fault.message.isEmpty, "\(text)")
                continue
            }
            for rules in [RoundTripFormat.responses.generous] + RoundTripFormat.responses.strict {
                var report = LossReport()
                let body = try ResponsesFormat.write(conversation, rules, &report, scanner)
                #expect(throws: Never.self, "\(text)") { try scanner.parse(body) }
            }
        }
    }

    private static let answer = #"""
        {"id":"i","object":"response","created_at":1.5,"model":"m","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},
        "error":{"code":"c","message":"m"},"service_tier":"default","x":1,"output":[{"type":"reasoning","id":"r","summary":[{"type":"summary_text",
        "text":"s"}],"encrypted_content":"e"},{"type":"message","id":"m","role":"assistant","status":"completed","content":[{"type":"output_text",
        "text":"t","annotations":[{"type":"file_path"}],"logprobs":[{"token":"t"}]}]},{"type":"function_call","id":"f","call_id":"a","name":"f",
        "arguments":"{}"},{"type":"image_generation_call","id":"ig","result":"A"}],"usage":{"input_tokens":1,"output_tokens":1000000000000,
        "total_tokens":3,"input_tokens_details":{"cached_tokens":1,"cache_write_tokens":1},"output_tokens_details":{"reasoning_tokens":1}}}
        """#

    @Test("Whatever is wrong with an answer, it is a fault, or can be written") func answers() throws {
        let scanner = JSONScanner()
        for text in try Mutations.of(Self.answer) {
            guard let answer = try? ResponsesFormat.readAnswer(scanner.parse(Array(text.utf8)).root) else { continue }
            var report = LossReport()
            let body = ResponsesFormat.writeAnswer(answer, &report, scanner)
            #expect(throws: Never.self, "\(text)") { try scanner.parse(body) }
        }
    }

    private static let stream = [
        #"{"type":"response.created","response":{"id":"r","model":"m","created_at":1}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[]}}"#,
        #"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
        #"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"s"}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"e"}}"#,
        #"{"type":"response.content_part.added","output_index":1,"content_index":0,"part":{"type":"output_text","text":""}}"#,
        #"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"t"}"#,
        #"{"type":"response.output_text.annotation.added","output_index":1,"content_index":0,"annotation":{"type":"file_path"}}"#,
        #"{"type":"response.content_part.done","output_index":1,"content_index":0,"part":{"type":"output_text","text":"t"}}"#,
        #"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"f","call_id":"a","name":"f","arguments":""}}"#,
        #"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{}"}"#,
        #"{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}}"#,
        #"{"type":"response.failed","response":{"error":{"code":"c","message":"m"}}}"#,
        #"{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
    ]

    @Test("Whatever is wrong with an event, it is a fault, or the stream goes on in order") func streams() throws {
        let scanner = JSONScanner()
        for index in Self.stream.indices {
            for variant in try Mutations.of(Self.stream[index]) {
                var reader = ResponsesStreamReader()
                var events: [AnswerEvent] = []
                var data = Self.stream
                data.remove(at: 12)
                if index != 12 { data[index > 12 ? 12 : index] = variant } else { data.insert(variant, at: 12) }
                do {
                    for data in data {
                        try reader.read(event: nil, scanner.parse(Array(data.utf8)).root, into: &events)
                    }
                } catch is FormatFault { continue }
                // Its end may be what is missing.
                let fault = StreamOrder.fault(in: events)
                #expect(fault == nil || fault == "neither ended nor failed", "\(variant)")
            }
        }
    }

    @Test("An event many times over, and in any order, is survived") func shuffledStreams() throws {
        var random = SeededGenerator(seed: 7)
        let scanner = JSONScanner()
        for _ in 0..<2000 {
            var reader = ResponsesStreamReader()
            var events: [AnswerEvent] = []
            do {
                for _ in 0..<20 {
                    try reader.read(event: nil, scanner.parse(Array(random.pick(Self.stream).utf8)).root, into: &events)
                }
            } catch is FormatFault { continue }
            let fault = StreamOrder.fault(in: events)
            #expect(fault == nil || fault == "neither ended nor failed")
        }
    }
}
