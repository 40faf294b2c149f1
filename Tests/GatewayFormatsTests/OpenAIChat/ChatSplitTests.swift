// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

/// Streams as servers send them give the same events wherever the network cuts them.
@Suite struct ChatSplitTests {
    private typealias Feed = EventStreamFeed<ChatStreamReader>

    private func answer(_ stream: String) throws -> AssembledAnswer {
        let events = try Feed.expectSameEvents(whereverCut: Array(stream.utf8))
        #expect(StreamOrder.fault(in: events) == nil)
        return AssembledAnswer(events, origin: .openAIChat)
    }

    @Test("OpenAI: text with characters of many bytes, calls, usage, padding")
    func openAI() throws {
        let answer = try answer(
            #"""
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-5-mini","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null,"obfuscation":"x"}

            data: {"id":"chatcmpl-1","created":1,"model":"gpt-5-mini","choices":[{"index":0,"delta":{"content":"é中👩‍👩‍👧\ud83d\ude00\n\"q\""},"finish_reason":null}],"usage":null}

            data: {"id":"chatcmpl-1","created":1,"model":"gpt-5-mini","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}]}

            data: {"id":"chatcmpl-1","created":1,"model":"gpt-5-mini","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"é\":1}"}}]},"finish_reason":null}]}

            data: {"id":"chatcmpl-1","created":1,"model":"gpt-5-mini","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

            data: {"id":"chatcmpl-1","created":1,"model":"gpt-5-mini","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}

            data: [DONE]


            """#)
        #expect(
            answer.parts[0] == [
                .chat(.text("é中👩‍👩‍👧😀\n\"q\"")),
                .chat(.call(ToolCall(id: "call_1", name: "f", arguments: .encoded(#"{"é":1}"#)))),
            ])
        #expect(answer.usage == Usage(prompt: 9, completion: 4))
        #expect(answer.hasEnded)
    }

    @Test("OpenRouter and DeepSeek: comments, CRLF, no space, reasoning")
    func openRouter() throws {
        let lines = [
            ": OPENROUTER PROCESSING", "",
            #"data:{"id":"gen-1","model":"x","choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","index":0,"format":"anthropic-claude-v1"}]}}]}"#,
            "", ": keep-alive", "",
            #"data: {"id":"gen-1","model":"x","choices":[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text","signature":"s","index":0,"format":"anthropic-claude-v1"}]}}]}"#,
            "", #"data: {"id":"gen-1","model":"x","#, #"data: "choices":[{"index":0,"delta":{"content":"ok"}}]}"#, "",
            #"data: {"id":"gen-1","choices":[{"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"end_turn"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"cost":0.1}}"#,
            "", "data: [DONE]", "", "",
        ]
        let answer = try answer(lines.joined(separator: "\r\n"))
        #expect(
            answer.parts[0] == [
                .chat(.reasoning(Reasoning("hm", seal: Seal(.anthropic, .signature, "s")))), .chat(.text("ok")),
            ])
        #expect(answer.stops[0] == Stop(.finished, native: "end_turn"))
    }

    @Test("Mistral: content in lists, a call whole, usage with the last of it")
    func mistral() throws {
        let answer = try answer(
            #"""
            data: {"id":"1","model":"magistral","choices":[{"index":0,"delta":{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hé"}]}]},"finish_reason":null}]}

            data: {"id":"1","model":"magistral","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"so"}]},"finish_reason":null}]}

            data: {"id":"1","model":"magistral","choices":[{"index":0,"delta":{"content":"","tool_calls":[{"id":"aaaaaaaaa","function":{"name":"f","arguments":"{}"},"index":0}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"total_tokens":3,"completion_tokens":2}}

            data: [DONE]


            """#)
        #expect(
            answer.parts[0] == [
                .chat(.reasoning(Reasoning("hé"))), .chat(.text("so")),
                .chat(.call(ToolCall(id: "aaaaaaaaa", name: "f", arguments: .encoded("{}")))),
            ])
        #expect(answer.usage == Usage(prompt: 1, completion: 2))
    }

    @Test("An error in the middle")
    func error() throws {
        let answer = try answer(
            #"""
            data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}

            data: {"error":{"message":"überlastet","type":"overloaded_error","code":503}}


            """#)
        #expect(answer.failure == ProviderError(.overloaded, "überlastet", native: "overloaded_error"))
        #expect(!answer.hasEnded && answer.stops.isEmpty)
    }
}
