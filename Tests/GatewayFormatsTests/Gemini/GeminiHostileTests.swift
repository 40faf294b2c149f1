// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GatewayFormats

@Suite("Gemini, hostile input")
struct GeminiHostileTests {
    private static let request = #"""
        {"model":"m","systemInstruction":{"parts":[{"text":"s"}],"role":"user"},
         "contents":[{"role":"user","parts":[{"text":"a","thought":true,"thoughtSignature":"QQ=="},
            {"inlineData":{"mimeType":"image/png","data":"AAAA","displayName":"n"}},{"fileData":{"mimeType":"a/b","fileUri":"gs://x","displayName":"n"}},
            {"functionCall":{"id":"i","name":"f","args":{"a":1}}},
            {"functionResponse":{"id":"i","name":"f","response":{"output":"x"},"parts":[{"inlineData":{"mimeType":"a/b","data":"AAAA"}}]}}]}],
         "tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING","enum":["x"],"nullable":true}},"required":["a"]}},
            {"name":"g","parametersJsonSchema":{"$ref":"#/$defs/a","$defs":{"a":{"type":"object"}}}}]}],
         "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},
         "generationConfig":{"maxOutputTokens":1,"temperature":1,"topP":1,"topK":1,"seed":1,"presencePenalty":1,"frequencyPenalty":1,
            "candidateCount":1,"stopSequences":["a"],"responseLogprobs":true,"logprobs":1,"responseMimeType":"application/json",
            "responseSchema":{"type":"OBJECT"},"thinkingConfig":{"thinkingBudget":1,"thinkingLevel":"LOW","includeThoughts":true}},
         "labels":{"a":"b"},"serviceTier":"flex","safetySettings":[]}
        """#

    private static let answer = #"""
        {"candidates":[{"index":0,"finishReason":"STOP","content":{"role":"model","parts":[{"text":"a","thoughtSignature":"QQ=="},
            {"functionCall":{"name":"f","args":{},"willContinue":true,"partialArgs":[{"jsonPath":"$.a[1]","stringValue":"x","numberValue":1,"boolValue":true}]}}]},
          "logprobsResult":{"chosenCandidates":[{"token":"a","logProbability":-1}],"topCandidates":[{"candidates":[{"token":"b"}]}]}}],
         "promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2},
         "modelVersion":"m","responseId":"r","error":null}
        """#

    /// The document with each of its values in turn replaced by values of other kinds.
    private static func mutants(of text: String) throws -> [String] {
        let tree = try JSONScanner().parse(Array(text.utf8))
        let others = ["null", "true", "-7", "1e400", "\"\"", "[]", "{}", "[[{}]]", #"{"a":[null]}"#]
        return tree.nodes.indices.flatMap { index -> [String] in
            let node = tree.nodes[index]
            let before = String(decoding: tree.bytes[..<Int(node.start)], as: UTF8.self)
            let after = String(decoding: tree.bytes[Int(node.end)...], as: UTF8.self)
            return others.map { before + $0 + after }
        }
    }

    @Test("a request with any value of another kind is read or refused, and what is read can be written")
    func requests() throws {
        let scanner = JSONScanner()
        var native = TargetRules()
        native.refusedFields = ["parametersJsonSchema", "responseJsonSchema"]
        for mutant in try Self.mutants(of: Self.request) {
            // A key of another kind is no JSON: that is the scanner's business.
            guard let body = try? scanner.parse(Array(mutant.utf8)).root else { continue }
            guard let read = try? GeminiFormat.read(body) else { continue }
            for rules in [TargetRules(), native] {
                var report = LossReport()
                let written = try GeminiFormat.write(read, rules, &report, scanner)
                #expect(throws: Never.self) { try scanner.parse(written) }
            }
        }
    }

    @Test("so is an answer, whole and in a stream")
    func answers() throws {
        let scanner = JSONScanner()
        for mutant in try Self.mutants(of: Self.answer) {
            guard let body = try? scanner.parse(Array(mutant.utf8)).root else { continue }
            if let read = try? GeminiFormat.readAnswer(body) {
                var report = LossReport()
                let written = GeminiFormat.writeAnswer(read, &report, scanner)
                #expect(throws: Never.self) { try scanner.parse(written) }
            }
            var reader = GeminiStreamReader()
            var writer = GeminiArrayStreamWriter(wantsUsage: true)
            var events: [AnswerEvent] = []
            try? reader.read(event: nil, body, into: &events)
            reader.readEnd(into: &events)
            guard case .ended? = events.last else { continue }
            var bytes: [UInt8] = []
            for event in events { writer.write(event, into: &bytes) }
            #expect(throws: Never.self) { try scanner.parse(bytes) }
        }
    }

    @Test("values nested as deep as JSON may be are carried, not walked into")
    func depth() throws {
        let deep = String(repeating: "[", count: 240) + String(repeating: "]", count: 240)
        let written = try Gemini.rewritten(
            #"{"contents":[{"role":"user","parts":[{"functionCall":{"name":"f","args":{"a":\#(deep)}}}]}],"novel":\#(deep)}"#
        )
        #expect(written.json.contains(deep))
        let schema = String(repeating: #"{"properties":{"a":"#, count: 110) + "{}" + String(repeating: "}}", count: 110)
        var rules = TargetRules()
        rules.refusedFields = ["parametersJsonSchema"]
        let tool = Tool("f", .function(parameters: try Gemini.fragment(schema), strict: nil), extras: Gemini.chat)
        var conversation = Gemini.conversation([])
        conversation.tools = [tool]
        #expect(try Gemini.write(conversation, rules).json.contains("OBJECT"))
    }

    /// Each would take minutes if it took time with the square of its size.
    @Test("thousands of calls, unknown fields and alternatives take no more than their share")
    func many() throws {
        let calls = (0..<20_000).map { #"{"functionCall":{"id":"\#($0)","name":"f"}}"# }.joined(separator: ",")
        let results = (0..<20_000).reversed().map { #"{"functionResponse":{"id":"\#($0)","name":"f","response":{}}}"# }
        let fields = (0..<20_000).map { #""f\#($0)":0"# }.joined(separator: ",")
        let read = try Gemini.read(
            #"{"contents":[{"role":"model","parts":[\#(calls)]},{"parts":[\#(results.joined(separator: ","))]}],\#(fields)}"#
        )
        #expect(read.turns[1].parts.count == 20_000)
        var report = LossReport()
        report.dropped(read.extras, at: .conversation, "")
        #expect(report.entries.count == 20_000)
        let layers = (0..<5_000).map { #"{"f\#($0)":0}"# }.joined(separator: ",")
        let schema = #"{"allOf":[\#(layers)],"anyOf":[\#(layers)]}"#
        var reduction = GeminiSchemaReduction("s", LossReport())
        #expect(reduction.reduced(try Gemini.json(schema)).bytes.count > 5_000)
    }

    @Test(
        "refusals say where and what",
        arguments: [
            ("[]", "", "must be an object, not an array"),
            (#"{"contents":{}}"#, "contents", "must be an array, not an object"),
            (#"{"contents":[{"role":"system"}]}"#, "contents[0].role", #"must be "user" or "model""#),
            (
                #"{"contents":[{},{"parts":[{"text":"a"},{"text":5}]}]}"#, "contents[1].parts[1].text",
                "must be a string, not a number"
            ),
            (
                #"{"contents":[{"parts":[{"inline_data":{}}]}]}"#, "contents[0].parts[0].inlineData.data",
                "is missing: give the bytes as base64"
            ),
            (
                #"{"tools":[{"functionDeclarations":[{}]}]}"#, "tools[0].functionDeclarations[0].name",
                "is missing: name the function"
            ),
            (
                #"{"generationConfig":{"stopSequences":["a",1]}}"#, "generationConfig.stopSequences[1]",
                "must be a string, not a number"
            ),
            (
                #"{"generationConfig":{"thinkingConfig":{"thinkingBudget":1.5}}}"#,
                "generationConfig.thinkingConfig.thinkingBudget", "must be a whole number, not 1.5"
            ),
            (
                #"{"toolConfig":{"functionCallingConfig":{"mode":1}}}"#, "toolConfig.functionCallingConfig.mode",
                "must be a string, not a number"
            ),
        ])
    func faults(body: String, path: String, message: String) {
        #expect { try Gemini.read(body) } throws: { ($0 as? FormatFault) == FormatFault(path, message) }
    }
}
