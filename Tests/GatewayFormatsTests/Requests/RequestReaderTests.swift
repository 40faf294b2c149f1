// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

@Suite struct RequestReaderTests {
    @Test("A small body of every endpoint is read", arguments: Endpoint.allCases)
    func readsMinimal(_ endpoint: Endpoint) throws {
        let body = request(endpoint)
        let facts = try read(body, endpoint: endpoint)
        #expect(facts.model == "m")
        #expect(Array(body.utf8)[facts.modelRange] == ArraySlice("\"m\"".utf8))
        #expect(!facts.streams)
        #expect(!facts.wantsStreamUsage)
        #expect(facts.choices == 1)
        #expect(facts.maxOutputTokens == (endpoint == .messages ? 16 : nil))
        #expect((1...8).contains(facts.estimatedPrompt))
    }

    @Test("A full body is read")
    func readsFull() throws {
        let facts = try read(
            request(
                .chatCompletions, #""stream":true,"stream_options":{"include_usage":true},"max_tokens":100,"n":3"#,
                model: #""gpt\u002d4o""#))
        #expect(facts.model == "gpt-4o")
        #expect(facts.streams)
        #expect(facts.wantsStreamUsage)
        #expect(facts.maxOutputTokens == 100)
        #expect(facts.choices == 3)
    }

    @Test(
        "Null counts as not said", arguments: ["stream", "stream_options", "max_tokens", "max_completion_tokens", "n"])
    func nullIsUnsaid(_ name: String) throws {
        let facts = try read(request(.chatCompletions, "\"\(name)\":null"))
        #expect(!facts.streams && !facts.wantsStreamUsage && facts.maxOutputTokens == nil && facts.choices == 1)
    }

    @Test(
        "Only endpoints that can stream do",
        arguments: [
            (Endpoint.chatCompletions, true), (.completions, true), (.responses, true), (.messages, true),
            (.embeddings, false),
            (.countTokens, false),
        ])
    func streams(_ endpoint: Endpoint, _ expected: Bool) throws {
        #expect(try read(request(endpoint, #""stream":true"#), endpoint: endpoint).streams == expected)
    }

    @Test(
        "Each name of the output limit counts, and of several the largest",
        arguments: [
            (#""max_tokens":5"#, 5), (#""max_completion_tokens":6"#, 6), (#""max_output_tokens":7"#, 7),
            (#""max_tokens":5,"max_completion_tokens":1"#, 5), (#""max_completion_tokens":9,"max_tokens":2"#, 9),
            (#""max_tokens":1000000000000"#, 1_000_000_000_000), (#""max_tokens":12.0"#, 12),
        ])
    func outputLimit(_ members: String, _ limit: Int64) throws {
        #expect(try read(request(.chatCompletions, members)).maxOutputTokens == limit)
    }

    @Test(
        "Whatever multiplies the output of completions is counted",
        arguments: [
            (#""prompt":"a","n":4"#, 4), (#""prompt":"a","best_of":5"#, 5), (#""prompt":"a","n":2,"best_of":3"#, 3),
            (#""prompt":["a","b","c"]"#, 3), (#""prompt":["a","b"],"n":128"#, 256), (#""prompt":[1,2,3]"#, 1),
            (#""prompt":[[1,2],[3]]"#, 2), (#""prompt":[]"#, 1), (#""prompt":null"#, 1), (#""n":2"#, 2),
        ])
    func multipliers(_ members: String, _ choices: Int64) throws {
        #expect(try read("{\"model\":\"m\",\(members)}", endpoint: .completions).choices == choices)
    }

    @Test("A list of inputs to embed is one answer")
    func embeddingsChoices() throws {
        #expect(try read(#"{"model":"m","input":["a","b"]}"#, endpoint: .embeddings).choices == 1)
    }

    @Test(
        "Names that look odd are names all the same",
        arguments: [
            "a b", "../../etc/passwd", "émoji😀", "org/model:free", "gpt-4.", String(repeating: "m", count: 256), "null",
            "*",
        ])
    func oddModels(_ name: String) throws {
        #expect(try read(request(.chatCompletions, model: "\"\(name)\"")).model == name)
    }

    @Test("Composed and decomposed names stay what they are")
    func namesAreBytes() throws {
        let composed = try read(request(.chatCompletions, model: "\"\u{e9}\"")).model
        let decomposed = try read(request(.chatCompletions, model: "\"e\u{301}\"")).model
        #expect(Array(composed.utf8) != Array(decomposed.utf8))
    }

    @Test("Duplicates in what no policy reads pass")
    func freeDuplicates() throws {
        let members = #""metadata":{"a":1,"a":2},"user":"x","user":"y","tools":[{"function":{"name":"f","name":"g"}}]"#
        #expect(try read(request(.chatCompletions, members)).model == "m")
    }

    @Test("The keys of policy inside of other objects are no duplicates")
    func nestedKeys() throws {
        let members = #""metadata":{"model":"other","stream":"x","n":0},"stream":true"#
        let facts = try read(request(.chatCompletions, members))
        #expect(facts.model == "m")
        #expect(facts.streams)
    }
}
