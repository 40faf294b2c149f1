// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import Testing

@testable import GatewayFormats

@Suite("Embeddings, OpenAI's and Gemini's")
struct EmbeddingTests {
    private func canonical(_ bytes: [UInt8]) throws -> String { try Gemini.canonical(bytes) }

    // MARK: Vectors

    @Test(
        "numbers as base64 of 32-bit floats, lowest byte first, and back",
        arguments: [
            ("[1,-2.5,0]", "AACAPwAAIMAAAAAA", "[1.0,-2.5,0.0]"), ("[]", "", "[]"),
            ("[0.1,1e-10,3.4e38]", "zczMPf/m2y6eyX9/", "[0.1,1e-10,3.4e+38]"),
        ])
    func base64(numbers: String, encoded: String, decoded: String) throws {
        let vector = EmbeddingVector.numbers(try Gemini.fragment(numbers))
        #expect(vector.base64(JSONScanner())?.text == encoded)
        #expect(EmbeddingVector.base64(JSONString(encoded)).numbers?.text == decoded)
        #expect(vector.numbers?.text == numbers)
    }

    @Test(
        "what is no vector is told apart",
        arguments: [#"["a"]"#, "[null]", "[[1]]", #"{"a":1}"#, "[1e999]", "[4e38]", #""AAAA""#])
    func noVector(fragment: String) throws {
        #expect(EmbeddingVector.numbers(try Gemini.fragment(fragment)).base64(JSONScanner()) == nil)
    }

    @Test(
        "neither is base64 of something else, or of no finite number",
        arguments: ["AAA", "AAAA", "!!!!", "AADAfw==", "AACAfw=="])
    func noBase64(text: String) { #expect(EmbeddingVector.base64(JSONString(text)).numbers == nil) }

    // MARK: Requests

    @Test(
        "each form of OpenAI's input",
        arguments: [
            (#""a""#, [EmbeddingRequest.Content.text("a")]), (#"["a","b"]"#, [.text("a"), .text("b")]),
            ("[1,2]", [.tokens(JSONFragment(literal: "[1,2]"))]),
            ("[[1],[2,3]]", [.tokens(JSONFragment(literal: "[1]")), .tokens(JSONFragment(literal: "[2,3]"))]),
        ])
    func openAIInput(input: String, contents: [EmbeddingRequest.Content]) throws {
        let body = #"{"model":"m","input":\#(input),"dimensions":3,"encoding_format":"base64","user":"u","novel":1}"#
        let request = try OpenAIEmbeddings.read(try Gemini.json(body))
        #expect(request.inputs.map(\.content) == contents)
        #expect(request.dimensions == 3)
        #expect(request.encoding == .base64)
        #expect(request.endUser == "u")
        var report = LossReport()
        let written = try canonical(OpenAIEmbeddings.write(request, &report))
        let expected = try Gemini.canonical(body)
        #expect(written == expected)
        #expect(report.entries.isEmpty)
    }

    @Test(
        "what is no request of OpenAI's is refused with its place",
        arguments: [
            ("{}", "model"), (#"{"model":"m"}"#, "input"), (#"{"model":"m","input":[]}"#, "input"),
            (#"{"model":"m","input":{}}"#, "input"), (#"{"model":"m","input":["a",{}]}"#, "input[1]"),
            (#"{"model":"m","input":[[1.5]]}"#, "input[0]"),
            (#"{"model":"m","input":"a","dimensions":"x"}"#, "dimensions"),
            (#"{"model":"m","input":"a","encoding_format":"hex"}"#, "encoding_format"), ("[]", ""),
        ])
    func openAIFaults(body: String, path: String) {
        #expect { try OpenAIEmbeddings.read(try Gemini.json(body)) } throws: { ($0 as? FormatFault)?.path == path }
    }

    @Test("from OpenAI to each of Google's endpoints")
    func toGoogle() throws {
        let request = try OpenAIEmbeddings.read(
            try Gemini.json(#"{"model":"gemini-embedding-001","input":["a","b"],"dimensions":3,"user":"u"}"#))
        var report = LossReport()
        #expect(
            try canonical(GeminiEmbeddings.write(request, .batch, &report))
                == Gemini.canonical(
                    #"""
                    {"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},"outputDimensionality":3},
                                 {"model":"models/gemini-embedding-001","content":{"parts":[{"text":"b"}]},"outputDimensionality":3}]}
                    """#))
        #expect(report.short == "dropped=user")
        #expect(
            try canonical(GeminiEmbeddings.write(request, .predict, &report))
                == #"{"instances":[{"content":"a"},{"content":"b"}],"parameters":{"outputDimensionality":3}}"#)
        #expect(throws: FormatFault.self) { try GeminiEmbeddings.write(request, .one, &report) }
        var single = request
        single.inputs.removeLast()
        #expect(
            try canonical(GeminiEmbeddings.write(single, .one, &report))
                == #"{"content":{"parts":[{"text":"a"}]},"outputDimensionality":3}"#)
        #expect(
            try canonical(GeminiEmbeddings.write(single, .vertexOne, &report))
                == #"{"content":{"parts":[{"text":"a"}]},"embedContentConfig":{"outputDimensionality":3}}"#)
        let tokens = try OpenAIEmbeddings.read(try Gemini.json(#"{"model":"m","input":[1]}"#))
        for form in GeminiEmbeddings.Form.allCases {
            #expect(throws: FormatFault.self) { try GeminiEmbeddings.write(tokens, form, &report) }
        }
    }

    @Test(
        "Gemini's own requests come back as they were",
        arguments: [
            (
                #"{"content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_DOCUMENT","title":"t","outputDimensionality":3,"novel":1}"#,
                GeminiEmbeddings.Form.one
            ),
            (
                #"{"content":{"parts":[{"text":"a"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}"#, .one
            ),
            (
                #"{"content":{"parts":[{"text":"a"}]},"embedContentConfig":{"taskType":"X","autoTruncate":true}}"#,
                .vertexOne
            ),
            (
                #"{"requests":[{"model":"models/","content":{"parts":[{"text":"a"}]},"taskType":"X"},{"model":"models/","content":{"parts":[{"text":"b"}]}}],"novel":1}"#,
                .batch
            ),
        ])
    func geminiIdentity(body: String, form: GeminiEmbeddings.Form) throws {
        let request = try GeminiEmbeddings.read(try Gemini.json(body), form)
        var report = LossReport()
        let written = try canonical(GeminiEmbeddings.write(request, form, &report))
        let expected = try Gemini.canonical(body)
        #expect(written == expected)
        #expect(report.entries.isEmpty)
    }

    @Test("from Gemini to OpenAI, with what is lost")
    func toOpenAI() throws {
        var request = try GeminiEmbeddings.read(
            try Gemini.json(
                #"{"content":{"parts":[{"text":"a"},{"text":"b"}]},"task_type":"X","title":"t","output_dimensionality":2}"#
            ),
            .one)
        request.model = "text-embedding-3-small"
        var report = LossReport()
        #expect(
            try canonical(OpenAIEmbeddings.write(request, &report))
                == "{\"dimensions\":2,\"input\":\"a\nb\",\"model\":\"text-embedding-3-small\"}")
        #expect(report.short == "dropped=taskType,title; emulated=content.parts")
        let picture = try GeminiEmbeddings.read(
            try Gemini.json(#"{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}"#), .one)
        #expect(throws: FormatFault.self) { try OpenAIEmbeddings.write(picture, &report) }
    }

    @Test(
        "what is no request of Gemini's is refused with its place",
        arguments: [
            ("{}", GeminiEmbeddings.Form.one, "content"), (#"{"content":{}}"#, .one, "content.parts"),
            (#"{"content":{"parts":[1]}}"#, .one, "content.parts[0]"), ("{}", .batch, "requests"),
            (#"{"requests":[{}]}"#, .batch, "requests[0].content"),
            (
                #"{"requests":[{"content":{"parts":[{"text":"a"}]},"outputDimensionality":1},{"content":{"parts":[{"text":"a"}]}}]}"#,
                .batch, "requests[1].outputDimensionality"
            ),
        ])
    func geminiFaults(body: String, form: GeminiEmbeddings.Form, path: String) {
        #expect { try GeminiEmbeddings.read(try Gemini.json(body), form) } throws: {
            ($0 as? FormatFault)?.path == path
        }
    }

    // MARK: Answers

    @Test("OpenAI's answers, in the order of their index and the encoding that was asked for")
    func openAIAnswer() throws {
        let answer = try OpenAIEmbeddings.readAnswer(
            try Gemini.json(
                #"""
                {"object":"list","data":[{"object":"embedding","index":1,"embedding":"AAAAQA=="},
                  {"object":"embedding","index":0,"embedding":[1]}],"model":"m","usage":{"prompt_tokens":7,"total_tokens":7}}
                """#))
        #expect(answer.usage == Usage(prompt: 7))
        var report = LossReport()
        #expect(
            try canonical(OpenAIEmbeddings.writeAnswer(answer, as: nil, &report, JSONScanner()))
                == Gemini.canonical(
                    #"""
                    {"object":"list","data":[{"object":"embedding","index":0,"embedding":[1]},{"object":"embedding","index":1,"embedding":[2.0]}],
                     "model":"m","usage":{"prompt_tokens":7,"total_tokens":7}}
                    """#))
        let base64 = try OpenAIEmbeddings.writeAnswer(answer, as: .base64, &report, JSONScanner())
        #expect(try canonical(base64).contains(#""embedding":"AACAPw==""#))
        #expect(
            try canonical(GeminiEmbeddings.writeAnswer(answer, .batch, &report))
                == #"{"embeddings":[{"values":[1]},{"values":[2.0]}],"usageMetadata":{"promptTokenCount":7,"totalTokenCount":7}}"#
        )
    }

    @Test(
        "each form of Google's answers",
        arguments: [
            (#"{"embedding":{"values":[0.5]}}"#, nil),
            (#"{"embeddings":[{"values":[0.5]}],"usageMetadata":{"promptTokenCount":4}}"#, Usage(prompt: 4)),
            (
                #"{"predictions":[{"embeddings":{"values":[0.5],"statistics":{"token_count":3.0,"truncated":false}}}]}"#,
                Usage(prompt: 3)
            ),
        ] as [(String, Usage?)])
    func geminiAnswer(body: String, usage: Usage?) throws {
        let answer = try GeminiEmbeddings.readAnswer(try Gemini.json(body))
        #expect(answer.vectors == [.numbers(JSONFragment(literal: "[0.5]"))])
        #expect(answer.usage == usage)
        var report = LossReport()
        let one = try canonical(GeminiEmbeddings.writeAnswer(answer, .one, &report))
        #expect(one.hasPrefix(#"{"embedding":{"values":[0.5]}"#))
    }

    @Test(
        "what is no answer is refused",
        arguments: [
            "[]", "{}", #"{"embedding":{}}"#, #"{"embeddings":[{"values":"x"}]}"#, #"{"predictions":[{}]}"#,
            #"{"embeddings":[]}"#, #"{"embedding":[]}"#,
        ])
    func geminiAnswerFaults(body: String) {
        #expect(throws: FormatFault.self) { try GeminiEmbeddings.readAnswer(try Gemini.json(body)) }
    }

    @Test(
        "nor of OpenAI's",
        arguments: [
            "[]", "{}", #"{"data":[{}]}"#, #"{"data":[{"embedding":{}}]}"#, #"{"data":5}"#, #"{"data":[],"model":1}"#,
        ])
    func openAIAnswerFaults(body: String) {
        #expect(throws: FormatFault.self) { try OpenAIEmbeddings.readAnswer(try Gemini.json(body)) }
    }
}
