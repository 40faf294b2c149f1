// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite struct ChatHostileTests {
    private static let request = """
        {"model":"m","max_tokens":1,"temperature":1,"stop":["a"],"n":1,"logprobs":true,"logit_bias":{"1":1},"stream":true,
        "stream_options":{"include_usage":true},"metadata":{"a":"b"},"reasoning_effort":"low","thinking":{"type":"enabled"},
        "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}},"tool_choice":{"type":"function",
        "function":{"name":"f"}},"function_call":{"name":"f"},"functions":[{"name":"o"}],"cache_control":{"type":"ephemeral"},
        "tools":[{"type":"function","function":{"name":"f","parameters":{}}},{"type":"custom","custom":{"name":"c","format":{}}},
        {"type":"x"}],"messages":[{"role":"system","content":"s"},{"role":"user","name":"n","content":[{"type":"text",
        "text":"t","cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,A"}},
        {"type":"input_audio","input_audio":{"data":"A","format":"wav"}},{"type":"file","file":{"file_data":"A","filename":"f"}}]},
        {"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"h"}]}],"refusal":"r",
        "reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s","format":"anthropic","index":0,"position":1}],
        "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},
        "extra_content":{"google":{"thought_signature":"s"}}},{"id":"b","type":"custom","custom":{"name":"c","input":"i"}}]},
        {"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"r"}]},{"role":"function","name":"o","content":"r"}]}
        """

    @Test("Whatever is wrong with a request, it is refused with its place, or can be written")
    func requests() throws {
        let scanner = JSONScanner()
        for text in try Mutations.of(Self.request) {
            let conversation: Conversation
            do {
                conversation = try ChatFormat.read(scanner.parse(Array(text.utf8)).root)
            } catch let fault as FormatFault {
                #expect(!fault.message.isEmpty, "\(text)")
                continue
            }
            for rules in [RoundTripFormat.chat.generous] + RoundTripFormat.chat.strict {
                var report = LossReport()
                let body = try ChatFormat.write(conversation, rules, &report, scanner)
                #expect(throws: Never.self, "\(text)") { try scanner.parse(body) }
            }
        }
    }

    private static let answer = """
        {"id":"i","object":"chat.completion","created":1,"model":"m","service_tier":"s","system_fingerprint":"f",
        "choices":[{"index":0,"message":{"role":"assistant","content":"c","refusal":"r","reasoning_content":"h",
        "reasoning_details":[{"type":"reasoning.encrypted","data":"d","format":"openai","id":"i","index":0}],
        "images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,A"}}],"annotations":[{}],
        "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},"logprobs":{},
        "finish_reason":"stop","stop_reason":"x","native_finish_reason":"y"}],
        "usage":{"prompt_tokens":1,"completion_tokens":1000000000000,"total_tokens":3,"prompt_tokens_details":{"cached_tokens":1},
        "completion_tokens_details":{"reasoning_tokens":1}}}
        """

    @Test("Whatever is wrong with an answer, it is a fault, or can be written")
    func answers() throws {
        let scanner = JSONScanner()
        for text in try Mutations.of(Self.answer) {
            do {
                let answer = try ChatFormat.readAnswer(scanner.parse(Array(text.utf8)).root)
                var report = LossReport()
                let body = ChatFormat.writeAnswer(answer, &report, scanner)
                #expect(throws: Never.self, "\(text)") { try scanner.parse(body) }
            } catch let fault as FormatFault {
                #expect(!fault.message.isEmpty, "\(text)")
            }
        }
    }

    private static let chunk = """
        {"id":"i","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"c","refusal":"r",
        "reasoning_content":"h","reasoning_details":[{"type":"reasoning.text","text":"t","signature":"s","format":"gemini",
        "index":0}],"images":[{"type":"image_url","image_url":{"url":"u"}}],"annotations":[{}],
        "tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},
        "extra_content":{"google":{"thought_signature":"s"}}},{"index":1,"custom":{"name":"c","input":"i"}}],
        "function_call":{"name":"f","arguments":"{}"}},"finish_reason":"stop"}],"usage":{"prompt_tokens":1},"error":null}
        """

    @Test("Whatever is wrong with a chunk, the stream fails, or goes on in good order")
    func chunks() throws {
        let scanner = JSONScanner()
        for text in try Mutations.of(Self.chunk) {
            var reader = ChatStreamReader()
            var events: [AnswerEvent] = []
            do {
                try reader.read(event: nil, scanner.parse(Array(text.utf8)).root, into: &events)
                try reader.read(event: nil, scanner.parse(Array(Self.chunk.utf8)).root, into: &events)
            } catch let fault as FormatFault {
                #expect(!fault.message.isEmpty, "\(text)")
                continue
            }
            reader.readDone(into: &events)
            #expect(StreamOrder.fault(in: events) == nil, "\(text)")
        }
    }

    @Test(
        "A fault says what is wrong, and where",
        arguments: [
            ("[]", "", "must be an object, not an array"),
            (#"{"messages":[]}"#, "model", "is missing; name the model that should answer"),
            (#"{"model":5}"#, "model", "must be a string, not a number"),
            (#"{"model":"m"}"#, "messages", "is missing; send the conversation as an array"),
            (#"{"model":"m","messages":[]}"#, "messages", "is empty; send at least one message"),
            (#"{"model":"m","messages":[7]}"#, "messages[0]", "must be an object, not a number"),
            (
                #"{"model":"m","messages":[{"role":"user"},{"role":"robot"}]}"#, "messages[1].role",
                "must be system, developer, user, assistant or tool, not robot"
            ),
            (
                #"{"model":"m","messages":[{"role":"user","content":{}}]}"#, "messages[0].content",
                "must be a string or an array of parts, not an object"
            ),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
                "messages[0].content[0].text",
                "is missing, which a part of this type holds"
            ),
            (
                #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":1}}]}]}"#,
                "messages[0].content[0].image_url.url", "must be a string, not a number"
            ),
            (
                #"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{}}]}]}"#,
                "messages[0].tool_calls[0].function.name", "is missing; say what is called"
            ),
            (
                #"{"model":"m","messages":[{"role":"user"}],"tools":[{"type":"function"}]}"#, "tools[0].function",
                "is missing; describe what may be called"
            ),
            (
                #"{"model":"m","messages":[{"role":"user"}],"response_format":{"type":"json_schema","json_schema":{}}}"#,
                "response_format.json_schema.schema", "is missing; give the JSON Schema that the answer must fulfil"
            ),
            (#"{"model":"m","messages":[{"role":"user"}],"stop":[1]}"#, "stop[0]", "must be a string, not a number"),
            (
                #"{"model":"m","messages":[{"role":"user"}],"max_tokens":1.5}"#, "max_tokens",
                "must be a whole number, not 1.5"
            ),
        ])
    func places(_ body: String, _ path: String, _ message: String) throws {
        #expect(throws: FormatFault(path, message)) { try ChatTrial.read(body) }
    }

    @Test("As many unknown fields as a client may send are carried, or reported")
    func manyFields() throws {
        let fields = (0..<5000).map { #""f\#($0)":\#($0)"# }.joined(separator: ",")
        let body = #"{\#(fields),"model":"m","messages":[{\#(fields),"role":"user","content":"a"}]}"#
        let conversation = try ChatTrial.read(body)
        #expect(conversation.model == "m")
        #expect(conversation.extras.members.count == 5000)
        try expectJSON(ChatTrial.write(conversation).body, body)
    }

    @Test("A conversation nested as deep as JSON goes is carried")
    func nesting() throws {
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let body = #"{"model":"m","messages":[{"role":"user","content":[{"type":"x","y":\#(deep)}]}],"z":\#(deep)}"#
        try expectJSON(ChatTrial.write(ChatTrial.read(body)).body, body)
    }
}
