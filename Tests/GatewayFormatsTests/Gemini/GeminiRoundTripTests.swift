// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("Gemini requests, read and written again")
struct GeminiRoundTripTests {
    @Test(
        "a request comes back as it was, and nothing is said to be lost",
        arguments: [
            #"{"contents":[{"role":"user","parts":[{"text":"Hi \u00e9\n\"x\""}]}]}"#,
            #"{"systemInstruction":{"parts":[{"text":"a"},{"text":"b"}]},"contents":[{"role":"user","parts":[{"text":""}]}]}"#,
            #"""
            {"contents":[{"role":"user","parts":[{"text":"x"},{"inlineData":{"mimeType":"image/png","data":"AA+/","displayName":"n"},"videoMetadata":{"fps":1},"mediaResolution":{"level":"MEDIA_RESOLUTION_LOW"}},
             {"fileData":{"mimeType":"video/mp4","fileUri":"gs://b/v.mp4","novel":1}}]}]}
            """#,
            #"""
            {"contents":[{"role":"user","parts":[{"text":"x"}]},
              {"role":"model","parts":[{"text":"I think","thought":true},{"text":"Calling","thoughtSignature":"U0lH"},
                 {"functionCall":{"name":"f","args":{"a":[1,2.50]}},"thoughtSignature":"QUJD"},{"functionCall":{"id":"7","name":"g","args":{}}}]},
              {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"x"},"scheduling":"SILENT"}},
                 {"functionResponse":{"id":"7","name":"g","response":{"error":"bad"},
                    "parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}},{"text":"and?"}]}]}
            """#,
            #"""
            {"contents":[{"role":"model","parts":[{"executableCode":{"language":"PYTHON","code":"1"}},
              {"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}},{"toolCall":{"id":"t","toolType":"GOOGLE_SEARCH_WEB"},"thoughtSignature":"QQ=="},
              {"text":"done","partMetadata":{"a":1}}],"novel":[1]}]}
            """#,
            #"""
            {"contents":[],"tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT","properties":
              {"a":{"type":"STRING","enum":["x","y"],"format":"enum","nullable":true},"n":{"type":"INTEGER","format":"int32","minimum":1},
               "l":{"type":"ARRAY","items":{"type":"NUMBER"},"minItems":1},"u":{"anyOf":[{"type":"STRING"},{"type":"BOOLEAN"}],"description":"u"}},
               "required":["a"],"propertyOrdering":["a","n"]},"behavior":"BLOCKING","response":{"type":"STRING"}},{"name":"g"}]},
              {"googleSearch":{}},{"codeExecution":{}}],
              "toolConfig":{"functionCallingConfig":{"mode":"VALIDATED","allowedFunctionNames":["f","g"]},"retrievalConfig":{"languageCode":"de"}}}
            """#,
            #"""
            {"contents":[],"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":
              {"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"string"}},"additionalProperties":false}}]}],
              "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}}}
            """#,
            #"""
            {"contents":[],"generationConfig":{"maxOutputTokens":100,"temperature":0.70,"topP":1,"topK":40,"seed":7,"presencePenalty":0.1,
              "frequencyPenalty":-0.1,"candidateCount":2,"responseLogprobs":true,"logprobs":3,"stopSequences":["a","b","c","d","e","f"],
              "responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}},
              "thinkingConfig":{"thinkingBudget":1024,"includeThoughts":true,"novel":1},"responseModalities":["TEXT"],"speechConfig":{"x":1}},
              "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],"cachedContent":"cachedContents/1",
              "labels":{"Team":"A"},"serviceTier":"priority","store":false}
            """#,
            #"{"contents":[],"generationConfig":{"responseMimeType":"application/json"}}"#,
            #"{"contents":[],"generationConfig":{"responseMimeType":"text/plain","thinkingConfig":{"thinkingLevel":"LOW"}}}"#,
            #"{"contents":[],"generationConfig":{"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING","enum":["a"]}}}"#,
            #"{"contents":[],"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}"#,
            #"{"contents":[],"generationConfig":{"thinkingConfig":{"thinkingBudget":-1,"thinkingLevel":"NOVEL"}}}"#,
            #"{"contents":[],"generationConfig":{"responseJsonSchema":{"type":"object","patternProperties":{}},"responseMimeType":"application/json"}}"#,
        ])
    func identity(body: String) throws {
        let written = try Gemini.rewritten(body)
        var expected = try Gemini.canonical(body)
        // A list that is empty is left out.
        expected = expected.replacing("\"contents\":[],", with: "")
        #expect(written.json == expected)
        #expect(!written.report.isLossy, "\(written.report.entries)")
    }

    @Test(
        "some things have another form of the same meaning",
        arguments: [
            // Neighbours of one role.
            (
                #"{"contents":[{"parts":[{"text":"a"}]},{"role":"user","parts":[{"text":"b"}]}]}"#,
                #"{"contents":[{"role":"user","parts":[{"text":"a"},{"text":"b"}]}]}"#
            ),
            // But for those with fields of their own.
            (
                #"{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"user","novel":1,"parts":[{"text":"b"}]}]}"#,
                #"{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"user","novel":1,"parts":[{"text":"b"}]}]}"#
            ),
            // A signature on an empty part.
            (
                #"{"contents":[{"role":"model","parts":[{"text":"a"},{"text":"","thoughtSignature":"QQ=="}]}]}"#,
                #"{"contents":[{"role":"model","parts":[{"text":"a","thoughtSignature":"QQ=="}]}]}"#
            ),
            // One with no text to stand on.
            (
                #"{"contents":[{"role":"model","parts":[{"thoughtSignature":"QQ=="}]}]}"#,
                #"{"contents":[{"role":"model","parts":[{"text":"","thoughtSignature":"QQ=="}]}]}"#
            ),
            // The output of a tool that is an object.
            (
                #"{"contents":[{"parts":[{"functionResponse":{"name":"f","response":{"output":{"a":1}}}}]}]}"#,
                #"{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"a":1}}}]}]}"#
            ),
            // Tools in one object.
            (
                #"{"tools":[{"functionDeclarations":[{"name":"f"}],"googleSearch":{}},{"functionDeclarations":[{"name":"g"}]}]}"#,
                #"{"tools":[{"functionDeclarations":[{"name":"f"}]},{"googleSearch":{}},{"functionDeclarations":[{"name":"g"}]}]}"#
            ),
            // JSON Schema that Google's own form can say.
            (
                #"{"tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object","properties":{"a":{"type":["string","null"]}}}}]}]}"#,
                #"{"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}}}]}]}"#
            ),
            // Null, and the model.
            (
                #"{"model":"models/x","contents":null,"generationConfig":{"topP":null,"topK":1}}"#,
                #"{"generationConfig":{"topK":1}}"#
            ),
        ])
    func normalForms(body: String, expected: String) throws {
        let expected = try Gemini.canonical(expected)
        let once = try Gemini.rewritten(body).json
        #expect(once == expected)
        let twice = try Gemini.rewritten(once).json
        #expect(twice == expected)
    }

    @Test("a client that holds other providers' seals sends none of them to Gemini")
    func foreignSeals() throws {
        let wrapped = GeminiSeals.writeClient(Seal(.anthropic, .signature, "abc/+="))
        let body = #"""
            {"contents":[{"role":"model","parts":[{"text":"hm","thought":true,"thoughtSignature":"\#(wrapped.text)"},
              {"functionCall":{"name":"f","args":{}},"thoughtSignature":"\#(wrapped.text)"}]}]}
            """#
        let read = try Gemini.read(body)
        let seal = Seal(.anthropic, .signature, "abc/+=")
        #expect(read.turns[0].parts[0].content == .reasoning(Reasoning("hm", seal: seal)))
        let written = try Gemini.write(read)
        #expect(
            try written.json
                == Gemini.canonical(
                    #"{"contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"}]}]}"#
                ))
        #expect(written.fate("contents[].parts[].thoughtSignature") == .dropped)
        #expect(written.fate("contents[].parts[].thought") == .dropped)
    }

    @Test("conversations made at random come back as they were", arguments: 0..<20)
    func random(seed: UInt64) throws {
        var maker = GeminiRequestMaker(seed: seed)
        for _ in 0..<50 {
            let body = maker.request()
            let expected = try Gemini.canonical(body)
            let written = try Gemini.rewritten(body)
            #expect(written.json == expected)
            #expect(!written.report.isLossy)
        }
    }
}

/// Makes requests in the form that writing gives.
private struct GeminiRequestMaker {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

    private mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }

    private mutating func some(_ texts: [String]) -> String { texts[below(texts.count)] }

    private mutating func text() -> String {
        some(["hello", "", "a \\\"quoted\\\" line\\n", "\\u00fcber", "🙂", "{}", "[1]", "null"])
    }

    private mutating func value() -> String {
        some(["1", "-0.5", "true", "null", "\"s\"", "[]", "{}", #"{"k":[1,{"z":null}]}"#])
    }

    mutating func request() -> String {
        var members: [String] = []
        if below(2) == 0 { members.append(#""systemInstruction":{"parts":[{"text":"\#(text())"}]}"#) }
        let turns = (0...below(5)).map { turn($0) }
        members.append("\"contents\":[\(turns.joined(separator: ","))]")
        if below(2) == 0 {
            members.append(#""tools":[{"functionDeclarations":[{"name":"f"},{"name":"g","novel":\#(value())}]}]"#)
        }
        if below(2) == 0 { members.append(#""generationConfig":{"temperature":\#(below(9)).5,"novel":\#(value())}"#) }
        if below(3) == 0 { members.append(#""safetySettings":\#(value())"#) }
        return "{\(members.joined(separator: ","))}"
    }

    private mutating func turn(_ index: Int) -> String {
        if index % 2 == 0 {
            let parts = (0...below(3)).map { _ in userPart() }
            return #"{"role":"user","parts":[\#(parts.joined(separator: ","))]}"#
        }
        let parts = (0...below(4)).map { _ in modelPart() }
        return #"{"role":"model","parts":[\#(parts.joined(separator: ","))]}"#
    }

    private mutating func userPart() -> String {
        switch below(4) {
        case 0: #"{"inlineData":{"mimeType":"image/png","data":"AAAA"},"novel":\#(value())}"#
        case 1: #"{"functionResponse":{"id":"\#(below(3))","name":"f","response":{"output":"\#(text())"}}}"#
        case 2: #"{"fileData":{"mimeType":"a/b","fileUri":"\#(some(["https://x/y", "gs://z"]))"}}"#
        default: #"{"text":"\#(text())"}"#
        }
    }

    private mutating func modelPart() -> String {
        switch below(4) {
        case 0: #"{"text":"\#(text())","thought":true}"#
        case 1:
            #"{"functionCall":{"name":"f","args":{"a":\#(value())}},"thoughtSignature":"\#(some(["QQ==", "QUJD"]))"}"#
        case 2: #"{"executableCode":{"code":"\#(text())"}}"#
        default: #"{"text":"x\#(text())","thoughtSignature":"QQ=="}"#
        }
    }
}
