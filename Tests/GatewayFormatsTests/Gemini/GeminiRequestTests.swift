// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("Gemini requests, read")
struct GeminiRequestTests {
    @Test("text, system, and turns; the model and streaming are the path's")
    func turns() throws {
        let read = try Gemini.read(
            #"""
            {"systemInstruction":{"role":"user","parts":[{"text":"Be brief."}]},
             "contents":[{"parts":[{"text":"Hello"}]},{"role":"model","parts":[{"text":"Hi"}]},
                         {"role":"user","parts":[{"text":"Bye"}]}]}
            """#)
        #expect(read.model.isEmpty)
        #expect(!read.streams)
        #expect(read.instructions.map(\.role) == [.system])
        #expect(read.instructions.first?.parts.map(\.text) == ["Be brief."])
        #expect(read.turns.map(\.role) == [.user, .assistant, .user])
        #expect(read.turns.map { $0.parts.first?.text } == ["Hello", "Hi", "Bye"])
        #expect(read.extras.isEmpty)
    }

    @Test("names in snake_case mean the same as in camelCase")
    func snakeCase() throws {
        let snake = try Gemini.read(
            #"""
            {"system_instruction":{"parts":[{"text":"S"}]},
             "contents":[{"role":"model","parts":[{"function_call":{"name":"f","args":{}},"thought_signature":"QUJD"}]},
                         {"role":"user","parts":[{"function_response":{"name":"f","response":{"output":"x"}}},
                                                 {"inline_data":{"mime_type":"image/png","data":"AAAA"}},
                                                 {"file_data":{"mime_type":"image/png","file_uri":"https://a/b.png"}}]}],
             "tools":[{"function_declarations":[{"name":"f","parameters_json_schema":{"type":"object"}}]}],
             "tool_config":{"function_calling_config":{"mode":"ANY","allowed_function_names":["f"]}},
             "generation_config":{"max_output_tokens":5,"top_p":0.5,"top_k":3,"stop_sequences":["a"],
                "candidate_count":2,"presence_penalty":1,"frequency_penalty":2,"response_logprobs":true,
                "response_mime_type":"application/json","response_json_schema":{"type":"object"},
                "thinking_config":{"thinking_level":"LOW","include_thoughts":true}},
             "service_tier":"flex"}
            """#)
        let camel = try Gemini.read(
            #"""
            {"systemInstruction":{"parts":[{"text":"S"}]},
             "contents":[{"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"QUJD"}]},
                         {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"x"}}},
                                                 {"inlineData":{"mimeType":"image/png","data":"AAAA"}},
                                                 {"fileData":{"mimeType":"image/png","fileUri":"https://a/b.png"}}]}],
             "tools":[{"functionDeclarations":[{"name":"f","parametersJsonSchema":{"type":"object"}}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},
             "generationConfig":{"maxOutputTokens":5,"topP":0.5,"topK":3,"stopSequences":["a"],
                "candidateCount":2,"presencePenalty":1,"frequencyPenalty":2,"responseLogprobs":true,
                "responseMimeType":"application/json","responseJsonSchema":{"type":"object"},
                "thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":true}},
             "serviceTier":"flex"}
            """#)
        #expect(snake == camel)
        #expect(camel.maxOutputTokens == 5)
        #expect(camel.sampling.choices == 2)
        #expect(camel.toolChoice == .named("f"))
        #expect(camel.reasoning == ReasoningSetting(effort: .low, shown: "auto"))
        #expect(camel.extras.isEmpty)
    }

    @Test("results in a user's content are turns of their own, in their order")
    func resultTurns() throws {
        let read = try Gemini.read(
            #"""
            {"contents":[{"role":"model","parts":[{"functionCall":{"name":"a"}},{"functionCall":{"name":"b"}}]},
              {"role":"user","parts":[{"functionResponse":{"name":"b","response":{"output":"2"}}},
                                      {"functionResponse":{"name":"a","response":{"output":"1"}}},
                                      {"text":"go on"}]}]}
            """#)
        #expect(read.turns.map(\.role) == [.assistant, .tool, .user])
        #expect(read.turns[1].parts.count == 2)
    }

    @Test("calls without an identifier get one, the same in every request, and results find theirs by name and order")
    func callIdentifiers() throws {
        let body = #"""
            {"contents":[
              {"role":"model","parts":[{"functionCall":{"name":"f","args":{"n":1}}},{"functionCall":{"name":"g"}},
                                       {"functionCall":{"name":"f","args":{"n":2}}}]},
              {"role":"user","parts":[{"functionResponse":{"name":"g","response":{}}},
                                      {"functionResponse":{"name":"f","response":{}}},
                                      {"functionResponse":{"name":"f","response":{}}}]},
              {"role":"model","parts":[{"functionCall":{"name":"f"}}]},
              {"role":"function","parts":[{"functionResponse":{"name":"f","response":{}}}]}]}
            """#
        let read = try Gemini.read(body)
        #expect(try Gemini.read(body) == read)
        let calls = read.turns.flatMap(\.parts).compactMap { part -> JSONString? in
            if case .call(let call) = part.content { call.id } else { nil }
        }
        #expect(calls == ["call_gemini_0", "call_gemini_1", "call_gemini_2", "call_gemini_3"])
        let results = read.turns.flatMap(\.parts).compactMap { part -> JSONString? in
            if case .result(let result) = part.content { result.callID } else { nil }
        }
        #expect(results == ["call_gemini_1", "call_gemini_0", "call_gemini_2", "call_gemini_3"])
    }

    @Test("identifiers that came are kept, and made ones keep clear of them")
    func givenIdentifiers() throws {
        let read = try Gemini.read(
            #"""
            {"contents":[
              {"role":"model","parts":[{"functionCall":{"id":"call_gemini_0","name":"f"}},
                                       {"functionCall":{"name":"f"}}]},
              {"role":"user","parts":[{"functionResponse":{"id":"call_gemini_0","name":"f","response":{}}},
                                      {"functionResponse":{"name":"f","response":{}}}]}]}
            """#)
        let ids = read.turns.flatMap(\.parts).map { part -> JSONString? in
            switch part.content {
            case .call(let call): call.id
            case .result(let result): result.callID
            default: nil
            }
        }
        #expect(ids == ["call_gemini_0", "call_gemini_1", "call_gemini_0", "call_gemini_1"])
    }

    @Test(
        "what a tool gave back is text, JSON, or an error",
        arguments: [
            (#"{"output":"sunny"}"#, "sunny", nil, false),
            (#"{"output":{"a":1}}"#, nil, #"{"a":1}"#, false),
            (#"{"error":"boom"}"#, "boom", nil, true),
            (#"{"error":{"code":1}}"#, nil, #"{"code":1}"#, true),
            (#"{"result":"sunny"}"#, nil, #"{"result":"sunny"}"#, false),
            (#"{"output":"a","more":1}"#, nil, #"{"output":"a","more":1}"#, false),
            (#"{"output":null}"#, nil, #"{"output":null}"#, false),
            (#"{}"#, nil, "{}", false),
        ] as [(String, String?, String?, Bool)])
    func outcome(response: String, text: String?, structured: String?, isError: Bool) throws {
        let read = try Gemini.read(
            #"{"contents":[{"parts":[{"functionResponse":{"name":"f","response":\#(response)}}]}]}"#)
        guard case .result(let result) = read.turns[0].parts[0].content else { throw UnexpectedPart() }
        #expect(result.content.first?.text?.text == text)
        #expect(result.structured?.text == structured)
        #expect(result.isError == isError)
    }

    struct UnexpectedPart: Error {}

    @Test("binary data comes out in the alphabet that other providers take")
    func urlSafeData() throws {
        let read = try Gemini.read(
            #"{"contents":[{"parts":[{"inlineData":{"mimeType":"image/png","data":"-_8="}}]}]}"#)
        #expect(read.turns[0].parts[0].content == .media(Media(.image, .data("+/8="), mediaType: "image/png")))
    }

    @Test(
        "files are for everybody to fetch, or Google's own",
        arguments: [
            ("https://example.com/a.pdf", Media.Source.url("https://example.com/a.pdf")),
            ("gs://bucket/a.pdf", .file("gs://bucket/a.pdf")),
            (
                "https://generativelanguage.googleapis.com/v1beta/files/x",
                .file("https://generativelanguage.googleapis.com/v1beta/files/x")
            ),
        ])
    func files(uri: String, source: Media.Source) throws {
        let read = try Gemini.read(
            #"{"contents":[{"parts":[{"fileData":{"mimeType":"application/pdf","fileUri":"\#(uri)"}}]}]}"#)
        #expect(read.turns[0].parts[0].content == .media(Media(.document, source, mediaType: "application/pdf")))
    }

    @Test(
        "how much to think",
        arguments: [
            (#"{"thinkingBudget":0}"#, ReasoningSetting(effort: ReasoningSetting.Effort.none)),
            (#"{"thinkingBudget":-1}"#, ReasoningSetting(isAdaptive: true)),
            (#"{"thinkingBudget":512,"includeThoughts":false}"#, ReasoningSetting(budget: 512, shown: "omitted")),
            (#"{"thinkingLevel":"HIGH"}"#, ReasoningSetting(effort: .high)),
            (#"{"thinkingLevel":"xhigh"}"#, ReasoningSetting(effort: .xhigh)),
        ])
    func thinking(config: String, setting: ReasoningSetting) throws {
        let read = try Gemini.read(#"{"contents":[],"generationConfig":{"thinkingConfig":\#(config)}}"#)
        #expect(read.reasoning == setting)
        #expect(read.extras.isEmpty)
    }

    @Test(
        "which function to call",
        arguments: [
            (#"{"mode":"AUTO"}"#, ToolChoice.auto, []), (#"{"mode":"NONE"}"#, ToolChoice.none, []),
            (#"{"mode":"ANY"}"#, .required, []), (#"{"mode":"ANY","allowedFunctionNames":["f"]}"#, .named("f"), []),
            (
                #"{"mode":"ANY","allowedFunctionNames":["f","g"]}"#, .required,
                ["toolConfig.functionCallingConfig.allowedFunctionNames"]
            ),
            (#"{"mode":"VALIDATED"}"#, .auto, ["toolConfig.functionCallingConfig.mode"]),
            (#"{"mode":"MODE_UNSPECIFIED"}"#, nil, []),
        ] as [(String, ToolChoice?, [String])])
    func toolChoice(config: String, choice: ToolChoice?, kept: [String]) throws {
        let read = try Gemini.read(#"{"contents":[],"toolConfig":{"functionCallingConfig":\#(config)}}"#)
        #expect(read.toolChoice == choice)
        #expect(read.extras.members.map(\.name.text) == kept)
    }

    @Test("what only Gemini has is kept under the path it stood at")
    func extras() throws {
        let read = try Gemini.read(
            #"""
            {"contents":[{"role":"user","parts":[{"text":"x","partMetadata":{"a":1}},{"executableCode":{"code":"1"}}],
                          "novel":true}],
             "safetySettings":[],"cachedContent":"cachedContents/x","tools":[{"googleSearch":{},"urlContext":{}}],
             "generationConfig":{"responseModalities":["TEXT"],"thinkingConfig":{"novel":1}},
             "toolConfig":{"retrievalConfig":{}}}
            """#)
        #expect(
            Set(read.extras.members.map(\.name.text)) == [
                "safetySettings", "cachedContent", "generationConfig.responseModalities",
                "generationConfig.thinkingConfig.novel", "toolConfig.retrievalConfig",
            ])
        #expect(read.turns[0].extras.members.map(\.name) == ["novel"])
        #expect(read.turns[0].parts[0].extras.members.map(\.name) == ["partMetadata"])
        let code = try Gemini.fragment(#"{"executableCode":{"code":"1"}}"#)
        #expect(read.turns[0].parts[1].content == .opaque(origin: .gemini, code))
        #expect(read.tools.map(\.name) == ["googleSearch", "urlContext"])
    }
}
