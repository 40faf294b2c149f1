// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("Gemini's countTokens")
struct GeminiTokenCountTests {
    private let contents = #""contents":[{"role":"user","parts":[{"text":"x"}]}]"#

    @Test("contents alone, or a whole request")
    func requests() throws {
        let flat = try GeminiTokenCount.read(try Gemini.json("{\(contents)}"))
        let wrapped = try GeminiTokenCount.read(
            try Gemini.json(#"{"generateContentRequest":{"model":"models/m",\#(contents)}}"#))
        #expect(flat.turns == wrapped.turns)
        #expect(wrapped.model == "m")
        #expect {
            try GeminiTokenCount.read(try Gemini.json(#"{"generateContentRequest":{"contents":5}}"#))
        } throws: {
            ($0 as? FormatFault)?.path == "generateContentRequest.contents"
        }
    }

    @Test("written as each service takes it")
    func written() throws {
        let conversation = Gemini.conversation([(.user, [Gemini.text("x")])])
        var report = LossReport()
        func body(_ service: GeminiTokenCount.Service) throws -> String {
            let bytes = try GeminiTokenCount.write(
                conversation, for: service, TargetRules(), &report, JSONScanner())
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(try body(.vertexAI) == "{\(contents)}")
        #expect(
            try body(.geminiAPI) == #"{"generateContentRequest":{"model":"models/gemini-3-pro",\#(contents)}}"#)
    }

    @Test("the number of tokens")
    func answers() throws {
        #expect(
            try GeminiTokenCount.readAnswer(try Gemini.json(#"{"totalTokens":31,"cachedContentTokenCount":4}"#)) == 31)
        #expect(try GeminiTokenCount.readAnswer(try Gemini.json("{}")) == 0)
        #expect(String(decoding: GeminiTokenCount.writeAnswer(31), as: UTF8.self) == #"{"totalTokens":31}"#)
        for body in ["[]", #"{"totalTokens":-1}"#, #"{"totalTokens":"x"}"#, #"{"totalTokens":1.5}"#] {
            #expect(throws: FormatFault.self) { try GeminiTokenCount.readAnswer(try Gemini.json(body)) }
        }
    }
}
