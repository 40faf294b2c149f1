// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct CompletionsTests {
    private func read(_ members: String) throws -> Conversation {
        try CompletionsFormat.read(Sample.value(#"{"model":"m",\#(members)}"#))
    }

    @Test("A prompt is a user's message", arguments: [#""Once upon""#, #"["Once upon"]"#])
    func prompt(_ prompt: String) throws {
        let conversation = try read(#""prompt":\#(prompt)"#)
        #expect(conversation.turns == [.chat(.user, [.chat(.text("Once upon"))])])
    }

    @Test("Settings are those of chat; what is not known is kept")
    func settings() throws {
        let conversation = try read(
            """
            "prompt":"a","max_tokens":5,"temperature":0.5,"stop":"x","n":2,"seed":1,"stream":true,"user":"u",
            "stream_options":{"include_usage":true},"logprobs":0,"echo":false,"suffix":null,"best_of":1,"min_p":0.1
            """)
        try expectJSON(
            ChatTrial.write(conversation).body,
            """
            {"model":"m","messages":[{"role":"user","content":"a"}],"max_completion_tokens":5,"temperature":0.5,"stop":["x"],
            "n":2,"seed":1,"stream":true,"stream_options":{"include_usage":true},"user":"u","min_p":0.1}
            """)
    }

    @Test(
        "What a chat has no like of is refused, with its name",
        arguments: [
            (#""prompt":["a","b"]"#, "prompt"), (#""prompt":[1,2]"#, "prompt"), (#""prompt":[]"#, "prompt"),
            (#""n":1"#, "prompt"),
            (#""prompt":"a","echo":true"#, "echo"), (#""prompt":"a","suffix":"b""#, "suffix"),
            (#""prompt":"a","logprobs":3"#, "logprobs"), (#""prompt":"a","best_of":3"#, "best_of"),
            (#""prompt":"a","max_tokens":"many""#, "max_tokens"),
        ])
    func refuses(_ members: String, _ path: String) throws {
        let fault = #expect(throws: FormatFault.self) { try read(members) }
        #expect(fault?.path == path)
    }

    @Test("An answer is its text; what else it holds is reported")
    func answer() throws {
        let answer = Answer(
            id: "c", model: "m", created: 7,
            choices: [
                .init(
                    [.chat(.reasoning(Reasoning("hm"))), .chat(.text("a ")), .chat(.text("b"))],
                    Stop(.length, native: "length"),
                    extras: Extras(.openAIChat))
            ], usage: Usage(prompt: 2, completion: 1), extras: Extras(.openAIChat))
        var report = LossReport()
        try expectJSON(
            CompletionsFormat.writeAnswer(answer, &report, JSONScanner()),
            """
            {"id":"c","object":"text_completion","created":7,"model":"m","choices":[{"index":0,"text":"a b","logprobs":null,
            "finish_reason":"length"}],"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3,
            "prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},
            "completion_tokens_details":{"reasoning_tokens":0}}}
            """)
        #expect(report.losses == ["dropped messages[].reasoning_content"])
    }

    private func stream(_ events: [AnswerEvent], wantsUsage: Bool = false) -> [String] {
        var writer = CompletionsStreamWriter(wantsUsage: wantsUsage)
        var bytes: [UInt8] = []
        for event in events { writer.write(event, into: &bytes) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").map { String($0.dropFirst(6)) }
    }

    private static let answer: [AnswerEvent] = [
        .began(.init(id: "c", model: "m", created: 7)), .opened(part: .init(part: 0), .reasoning(isSummary: false)),
        .grew(part: .init(part: 0), .text("hm")), .closed(part: .init(part: 0)), .opened(part: .init(part: 1), .text),
        .grew(part: .init(part: 1), .text("a")), .closed(part: .init(part: 1)),
        .stopped(choice: 0, Stop(.finished, native: "stop")), .used(Usage(prompt: 2, completion: 1)),
    ]

    @Test("A stream is the text alone, then why it ended")
    func streams() throws {
        let chunks = stream(Self.answer + [.ended])
        let start = #"{"id":"c","object":"text_completion","created":7,"model":"m","choices":[{"index":0,"text":"#
        #expect(
            chunks == [
                start + #""a","logprobs":null,"finish_reason":null}]}"#,
                start + #""","logprobs":null,"finish_reason":"stop"}]}"#, "[DONE]",
            ])
    }

    @Test("Usage comes in a chunk of its own to those who asked; a failure ends the stream")
    func endings() throws {
        let chunks = stream(Self.answer + [.ended], wantsUsage: true)
        #expect(try Sample.value(chunks[2])["usage"]?["total_tokens"]?.integer == 3)
        #expect(try Sample.value(chunks[0])["usage"]?.isNull == true)
        let failed = stream(Array(Self.answer.prefix(6)) + [.failed(ProviderError(.failure, "x")), .ended])
        #expect(try Sample.value(failed[1])["error"]?["message"]?.text == "x")
        #expect(failed.count == 2)
    }
}
