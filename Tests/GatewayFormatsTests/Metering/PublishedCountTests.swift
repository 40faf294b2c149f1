// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats
import Testing

/// The input that is estimated for a body.
func estimate(_ body: String, _ endpoint: Endpoint = .chatCompletions) throws -> Int64 {
    try read(body, endpoint: endpoint).estimatedPrompt
}

/// What a body of one user's `content` counts more than one whose content is empty.
func estimate(content: String, _ endpoint: Endpoint = .chatCompletions, model: String = "m") throws -> Int64 {
    func body(_ content: String) -> String {
        "{\"model\":\"\(model)\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\(content)}]}"
    }
    return try estimate(body(content), endpoint) - estimate(body("\"\""), endpoint)
}

/// Estimates against counts that the vendors themselves publish.
@Suite struct PublishedCountTests {
    /// A text with its tokens.
    struct Sample: Sendable, CustomTestStringConvertible {
        var text: String
        var tokens: Int64

        var testDescription: String { text }
    }

    /// OpenAI's announcement of GPT-4o: one sentence in languages of many scripts, in the tokens of its models since.
    static let languages = [
        Sample(text: "Hello, my name is GPT-4o. I'm a new type of language model, it's nice to meet you!", tokens: 24),
        Sample(text: "你好，我的名字是GPT-4o。我是一种新型的语言模型，很高兴见到你!", tokens: 24),
        Sample(text: "こんにちは、私の名前はGPT-4oです。私は新しいタイプの言語モデルです。初めまして！", tokens: 26),
        Sample(text: "안녕하세요, 제 이름은 GPT-4o입니다. 저는 새로운 유형의 언어 모델입니다, 만나서 반갑습니다!", tokens: 27),
        Sample(text: "Привет, меня зовут GPT-4o. Я — новая языковая модель, приятно познакомиться!", tokens: 23),
        Sample(text: "مرحبًا، اسمي جي بي تي-4o. أنا نوع جديد من نموذج اللغة، سررت بلقائك!", tokens: 26),
        Sample(text: "नमस्ते, मेरा नाम जीपीटी-4o है। मैं एक नए प्रकार का भाषा मॉडल हूँ। आपसे मिलकर अच्छा लगा!", tokens: 31),
        Sample(
            text: "Xin chào, tên tôi là GPT-4o. Tôi là một loại mô hình ngôn ngữ mới, rất vui được gặp bạn!",
            tokens: 30),
        Sample(
            text: "Merhaba, benim adım GPT-4o. Ben yeni bir dil modeli türüyüm, tanıştığımıza memnun oldum!",
            tokens: 30),
        Sample(
            text: "Hallo, mein Name is GPT-4o. Ich bin ein neues KI-Sprachmodell. Es ist schön, dich kennenzulernen.",
            tokens: 29),
        Sample(
            text: "Hola, me llamo GPT-4o. Soy un nuevo tipo de modelo de lenguaje, ¡es un placer conocerte!", tokens: 26
        ),
        Sample(
            text: "Olá, meu nome é GPT-4o. Sou um novo tipo de modelo de linguagem, é um prazer conhecê-lo!", tokens: 27
        ),
    ]

    @Test(
        "Text of any script is estimated at nine tenths of its tokens or more, and at two and a half times at most",
        arguments: languages)
    func scripts(_ sample: Sample) throws {
        let estimate = try estimate(content: "\"\(sample.text)\"")
        #expect(estimate * 10 >= sample.tokens * 9 && estimate * 2 <= sample.tokens * 5, "\(estimate)")
    }

    @Test("Escaped text counts as the text it stands for", arguments: languages)
    func escaped(_ sample: Sample) throws {
        let escaped = sample.text.utf16.map { "\\u" + String(Int($0) + 0x10000, radix: 16).dropFirst() }.joined()
        #expect(try estimate(content: "\"\(escaped)\"") == estimate(content: "\"\(sample.text)\""))
    }

    /// OpenAI's guide to counting tokens, by the tokenizer of GPT-4.
    @Test(
        "Short texts are estimated to within three tokens",
        arguments: [
            Sample(text: "tiktoken is great!", tokens: 6), Sample(text: "antidisestablishmentarianism", tokens: 6),
            Sample(text: "2 + 2 = 4", tokens: 7), Sample(text: "お誕生日おめでとう", tokens: 9),
        ])
    func short(_ sample: Sample) throws {
        #expect(abs(try estimate(content: "\"\(sample.text)\"") - sample.tokens) <= 3)
    }

    /// The same guide: 129 tokens for GPT-4, 124 for GPT-4o.
    @Test("A conversation is estimated above its tokens, by less than a third")
    func conversation() throws {
        let estimate = try estimate(
            #"""
            {"model":"gpt-4","messages":[
              {"role":"system","content":"You are a helpful, pattern-following assistant that translates corporate jargon into plain English."},
              {"role":"system","name":"example_user","content":"New synergies will help drive top-line growth."},
              {"role":"system","name":"example_assistant","content":"Things working well together will increase revenue."},
              {"role":"system","name":"example_user","content":"Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."},
              {"role":"system","name":"example_assistant","content":"Let's talk later when we're less busy about how to do better."},
              {"role":"user","content":"This late pivot means we don't have time to boil the ocean for the client deliverable."}]}
            """#)
        #expect((129...172).contains(estimate), "\(estimate)")
    }

    /// The same guide: 105 tokens for GPT-4, 101 for GPT-4o.
    @Test("Tools are estimated above their tokens, by less than two fifths")
    func tools() throws {
        let estimate = try estimate(
            #"""
            {"model":"gpt-4o","tools":[{"type":"function","function":{"name":"get_current_weather",
              "description":"Get the current weather in a given location","parameters":{"type":"object","properties":{
                "location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"},
                "unit":{"type":"string","description":"The unit of temperature to return","enum":["celsius","fahrenheit"]}},
              "required":["location"]}}}],
             "messages":[{"role":"system","content":"You are a helpful assistant that can answer to questions about the weather."},
              {"role":"user","content":"What's the weather like in San Francisco?"}]}
            """#)
        #expect((105...140).contains(estimate), "\(estimate)")
    }

    /// Anthropic's guide to counting tokens: 14, and 403 with a tool.
    @Test("Anthropic's examples are estimated above their tokens")
    func anthropic() throws {
        let plain = try estimate(
            #"""
            {"model":"claude","system":"You are a scientist","messages":[{"role":"user","content":"Hello, Claude"}]}
            """#, .countTokens)
        #expect((14...28).contains(plain), "\(plain)")
        let tool = try estimate(
            #"""
            {"model":"claude","tools":[{"name":"get_weather","description":"Get the current weather in a given location",
              "input_schema":{"type":"object","properties":{"location":{"type":"string",
                "description":"The city and state, e.g. San Francisco, CA"}},"required":["location"]}}],
             "messages":[{"role":"user","content":"What's the weather like in San Francisco?"}]}
            """#, .countTokens)
        #expect((403...700).contains(tool), "\(tool)")
    }

    @Test("Four times the estimate of any text is more than its bytes, and no tokenizer makes more tokens than that")
    func bound() throws {
        for text in ["qzxjvkwpqzxjvkwp", "éééééé", "汉字汉字", "😀😀😀", "\u{10ffff}\u{10ffff}", "A1b2C3d4", "    ", "~~~~"] {
            #expect(try estimate(content: "\"\(text)\"") * 4 >= text.utf8.count, "\(text)")
        }
    }
}
