// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

func readAnswer(_ body: String, _ endpoint: Endpoint) throws -> AnswerFacts {
    try Array(body.utf8).withUnsafeBytes {
        try AnswerReader.read($0, padded: false, endpoint: endpoint, scanner: JSONScanner())
    }
}

@Suite struct AnswerReaderTests {
    @Test("A chat completion is read")
    func chat() throws {
        let facts = try readAnswer(
            #"""
            {"id":"c","object":"chat.completion","model":"gpt-4o-mini","choices":[
              {"index":0,"message":{"role":"assistant","content":"Hello\n"},"finish_reason":"stop"},
              {"index":1,"message":{"role":"assistant","content":null,"tool_calls":[
                {"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],
             "usage":{"prompt_tokens":120,"completion_tokens":5,"total_tokens":125,
               "prompt_tokens_details":{"cached_tokens":90,"cache_write_tokens":20},"completion_tokens_details":{"reasoning_tokens":3}}}
            """#, .chatCompletions)
        #expect(facts.reading.usage == Usage(prompt: 120, completion: 5, cached: 90, cacheWrite: 20, reasoning: 3))
        #expect(facts.model == "gpt-4o-mini")
        #expect(facts.deliveredCharacters == 7 + 1 + 2)
        #expect(!facts.reading.isFlawed)
    }

    @Test("A completion, embeddings, a response and a token count are read")
    func others() throws {
        let completion = try readAnswer(
            #"{"model":"m","choices":[{"text":"abc"},{"text":"de"}],"usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5}}"#,
            .completions)
        #expect(completion.reading.usage == Usage(prompt: 2, completion: 3))
        #expect(completion.deliveredCharacters == 5)
        let embeddings = try readAnswer(
            #"{"model":"e","data":[{"embedding":[0.5,-1e-3]}],"usage":{"prompt_tokens":8,"total_tokens":8}}"#,
            .embeddings)
        #expect(embeddings.reading.usage == Usage(prompt: 8))
        #expect(embeddings.model == "e")
        let response = try readAnswer(
            #"""
            {"model":"r","object":"response","output":[{"type":"reasoning","summary":[{"text":"hm"}]},{"type":"message","content":[{"type":"output_text","text":"hello"}]},
             {"type":"function_call","name":"f","arguments":"{}"}],"usage":{"input_tokens":10,"output_tokens":20,"total_tokens":30,
             "input_tokens_details":{"cached_tokens":4,"cache_write_tokens":1},"output_tokens_details":{"reasoning_tokens":12}}}
            """#, .responses)
        #expect(response.reading.usage == Usage(prompt: 10, completion: 20, cached: 4, cacheWrite: 1, reasoning: 12))
        #expect(response.deliveredCharacters == 2 + 5 + 1 + 2)
        #expect(try readAnswer(#"{"input_tokens":2095}"#, .countTokens).reading.usage == .zero)
    }

    @Test("Anthropic's input gets the cache added, once")
    func message() throws {
        let facts = try readAnswer(
            #"""
            {"id":"msg","type":"message","model":"claude","content":[{"type":"thinking","thinking":"abcd","signature":"x"},{"type":"text","text":"hi"},
             {"type":"tool_use","name":"f","input":{"a":1}}],"stop_reason":"tool_use","usage":{"input_tokens":10,"cache_read_input_tokens":90,
             "cache_creation_input_tokens":20,"cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":15},"output_tokens":5,
             "output_tokens_details":{"thinking_tokens":2}}}
            """#, .messages)
        #expect(
            facts.reading.usage
                == Usage(prompt: 120, completion: 5, cached: 90, cacheWrite: 20, cacheWriteHour: 15, reasoning: 2))
        #expect(facts.deliveredCharacters == 4 + 2 + 1 + 7)
        #expect(!facts.reading.isFlawed)
    }

    @Test("Anthropic's null cache counts are zeros")
    func messageNulls() throws {
        let facts = try readAnswer(
            #"{"content":[],"usage":{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":null,"cache_creation":null}}"#,
            .messages)
        #expect(facts.reading.usage == Usage(prompt: 10, completion: 5))
        #expect(!facts.reading.isFlawed)
    }

    @Test(
        "What is no answer of the endpoint is the provider's fault",
        arguments: [
            (Endpoint.chatCompletions, ""), (.chatCompletions, "<html>busy</html>"), (.chatCompletions, "[]"),
            (.chatCompletions, "null"),
            (.chatCompletions, "{}"), (.chatCompletions, #"{"choices":null}"#), (.chatCompletions, #"{"choices":{}}"#),
            (.chatCompletions, #"{"choices":[]"#), (.chatCompletions, #"{"error":{"message":"no"}}"#),
            (.chatCompletions, #"{"content":[],"usage":{}}"#),
            (.completions, #"{"output":[]}"#), (.embeddings, #"{"choices":[]}"#),
            (.embeddings, #"{"data":[{"embedding":[NaN]}]}"#),
            (.responses, #"{"choices":[]}"#), (.messages, #"{"choices":[]}"#), (.messages, #"{"content":"text"}"#),
            (.countTokens, "{}"), (.countTokens, #"{"input_tokens":"5"}"#), (.chatCompletions, "data: {}\n\n"),
        ])
    func broken(_ endpoint: Endpoint, _ body: String) {
        let failure = #expect(throws: GatewayFailure.self) { try readAnswer(body, endpoint) }
        #expect(failure?.code == .providerBroken)
        #expect(failure?.status == 502)
    }

    @Test("Unknown members and duplicates are the provider's affair")
    func lenient() throws {
        let facts = try readAnswer(#"{"x":1,"x":2,"choices":[],"choices":[],"time_info":{}}"#, .chatCompletions)
        #expect(facts.reading == .none && facts.model == nil && facts.deliveredCharacters == 0)
    }
}

/// Usage objects of OpenAI's shape, as providers send them.
@Suite struct OpenAIUsageTests {
    private func usage(_ members: String, _ endpoint: Endpoint = .chatCompletions) throws -> AnswerFacts {
        let proof = endpoint == .embeddings ? "data" : "choices"
        return try readAnswer("{\"\(proof)\":[],\"usage\":\(members)}", endpoint)
    }

    @Test(
        "Believable counts are taken",
        arguments: [
            (#"{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}"#, Usage(prompt: 1, completion: 2)),
            (#"{"prompt_tokens":1,"completion_tokens":2}"#, Usage(prompt: 1, completion: 2)),
            (#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, .zero),
            (#"{"prompt_tokens":12.0,"completion_tokens":2e0}"#, Usage(prompt: 12, completion: 2)),
            (#"{"prompt_tokens":5,"total_tokens":9}"#, Usage(prompt: 5, completion: 4)),
            (#"{"completion_tokens":5,"total_tokens":9}"#, Usage(prompt: 4, completion: 5)),
            (#"{"prompt_tokens":5,"completion_tokens":null,"total_tokens":9}"#, Usage(prompt: 5, completion: 4)),
            (
                #"{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":null,"completion_tokens_details":null}"#,
                Usage(prompt: 1, completion: 2)
            ),
            (
                #"{"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{},"completion_tokens_details":{"reasoning_tokens":null}}"#,
                Usage(prompt: 1, completion: 2)
            ),
            (
                #"{"prompt_tokens":1000000000000,"completion_tokens":1}"#,
                Usage(prompt: 1_000_000_000_000, completion: 1)
            ),
            // Other vendors' names for what was read from the cache.
            (
                #"{"prompt_tokens":20,"completion_tokens":1,"prompt_cache_hit_tokens":16,"prompt_cache_miss_tokens":4}"#,
                Usage(prompt: 20, completion: 1, cached: 16)
            ),
            (
                #"{"prompt_tokens":20,"completion_tokens":1,"num_cached_tokens":16}"#,
                Usage(prompt: 20, completion: 1, cached: 16)
            ),
            (
                #"{"prompt_tokens":20,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":8},"prompt_cache_hit_tokens":16}"#,
                Usage(prompt: 20, completion: 1, cached: 8)
            ),
            // Reasoning that is in the total alone.
            (
                #"{"prompt_tokens":20,"completion_tokens":7,"total_tokens":127,"completion_tokens_details":{"reasoning_tokens":100}}"#,
                Usage(prompt: 20, completion: 107, reasoning: 100)
            ),
        ])
    func believable(_ members: String, _ expected: Usage) throws {
        let facts = try usage(members)
        #expect(facts.reading.usage == expected)
        #expect(!facts.reading.isFlawed)
    }

    @Test(
        "Counts that cannot be true make the whole usage unknown",
        arguments: [
            #"{"prompt_tokens":-1,"completion_tokens":2}"#,
            #"{"prompt_tokens":1,"completion_tokens":-5,"total_tokens":-4}"#,
            #"{"prompt_tokens":1.5,"completion_tokens":2}"#, #"{"prompt_tokens":"1","completion_tokens":2}"#,
            #"{"prompt_tokens":1,"completion_tokens":true}"#, #"{"prompt_tokens":1,"completion_tokens":[2]}"#,
            #"{"prompt_tokens":1000000000000000000,"completion_tokens":2}"#,
            #"{"prompt_tokens":1,"completion_tokens":1e18}"#,
            #"{"prompt_tokens":9223372036854775808,"completion_tokens":2}"#,
            #"{"prompt_tokens":1000000000001,"completion_tokens":2}"#,
            #"{"prompt_tokens":1}"#, #"{"completion_tokens":1}"#, "{}", #"{"total_tokens":5}"#, "[]", "7", #""many""#,
            "true",
        ])
    func unbelievable(_ members: String) throws {
        let facts = try usage(members)
        #expect(facts.reading.usage == nil)
        #expect(facts.reading.isFlawed)
    }

    @Test("No usage is unknown, not flawed", arguments: [#"{"choices":[]}"#, #"{"choices":[],"usage":null}"#])
    func missing(_ body: String) throws {
        let facts = try readAnswer(body, .chatCompletions)
        #expect(facts.reading.usage == nil)
        #expect(!facts.reading.isFlawed)
    }

    @Test(
        "Untrue details count as zero, and the parts win over a total below their sum",
        arguments: [
            (
                #"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":-5}}"#,
                Usage(prompt: 10, completion: 2)
            ),
            (
                #"{"prompt_tokens":10,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":"1"}}"#,
                Usage(prompt: 10, completion: 2)
            ),
            (#"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":5}"#, Usage(prompt: 10, completion: 2)),
            (#"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":-1}"#, Usage(prompt: 10, completion: 2)),
            (#"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":20}"#, Usage(prompt: 10, completion: 10)),
            // More read from the cache, or written to it, than there was.
            (
                #"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":11}}"#,
                Usage(prompt: 10, completion: 2, cached: 10)
            ),
            (
                #"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":6,"cache_write_tokens":6}}"#,
                Usage(prompt: 10, completion: 2, cached: 6, cacheWrite: 4)
            ),
            // Reasoning that is in neither the completion nor a total.
            (
                #"{"prompt_tokens":20,"completion_tokens":7,"completion_tokens_details":{"reasoning_tokens":100}}"#,
                Usage(prompt: 20, completion: 107, reasoning: 100)
            ),
        ])
    func flawed(_ members: String, _ expected: Usage) throws {
        let facts = try usage(members)
        #expect(facts.reading.usage == expected)
        #expect(facts.reading.isFlawed)
    }

    @Test(
        "Embeddings need no completion count",
        arguments: [#"{"prompt_tokens":8}"#, #"{"total_tokens":8}"#, #"{"prompt_tokens":8,"total_tokens":8}"#])
    func embeddings(_ members: String) throws {
        #expect(try usage(members, .embeddings).reading.usage == Usage(prompt: 8))
    }

    @Test("Fewer tokens than the text can be made of are not believed")
    func tooFewTokens() throws {
        func answer(_ characters: Int, tokens: Int) throws -> AnswerFacts {
            let text = String(repeating: "x", count: characters)
            return try readAnswer(
                "{\"choices\":[{\"message\":{\"content\":\"\(text)\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":\(tokens)}}",
                .chatCompletions)
        }
        #expect(try answer(1, tokens: 0).reading.usage == nil)
        #expect(try answer(1, tokens: 0).reading.isFlawed)
        #expect(try answer(512, tokens: 1).reading.usage == Usage(prompt: 1, completion: 1))
        #expect(try answer(513, tokens: 1).reading.usage == nil)
    }
}

@Suite struct AnthropicUsageTests {
    @Test(
        "Counts that cannot be true make the whole usage unknown",
        arguments: [
            #"{"input_tokens":-1,"output_tokens":1}"#, #"{"input_tokens":1,"output_tokens":"1"}"#,
            #"{"input_tokens":1}"#, #"{"output_tokens":1}"#, "{}", #"{"input_tokens":1,"output_tokens":1e18}"#,
        ])
    func unbelievable(_ members: String) throws {
        let facts = try readAnswer("{\"content\":[],\"usage\":\(members)}", .messages)
        #expect(facts.reading.usage == nil)
        #expect(facts.reading.isFlawed)
    }

    @Test("Untrue cache counts are zeros, and flagged")
    func flawedCache() throws {
        let facts = try readAnswer(
            #"{"content":[],"usage":{"input_tokens":3,"output_tokens":1,"cache_read_input_tokens":-9}}"#, .messages)
        #expect(facts.reading.usage == Usage(prompt: 3, completion: 1))
        #expect(facts.reading.isFlawed)
    }
}

@Suite struct TokenEstimateTests {
    @Test(
        "Four characters are a token, and any text is at least one",
        arguments: [(0, 0), (1, 1), (4, 1), (5, 2), (400, 100), (401, 101), (-3, 0)])
    func estimates(_ characters: Int, _ tokens: Int64) {
        #expect(TokenEstimate.tokens(characters: characters) == tokens)
    }

    @Test("The largest length does not overflow")
    func largest() {
        #expect(TokenEstimate.tokens(characters: .max) == Int64.max / 4 + 1)
    }
}
