// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Settings of other dialects in Responses requests") struct ResponsesSettingsTests {
    private typealias Trial = ResponsesTrial

    private func conversation(
        from origin: Format = .anthropicMessages, _ change: (inout Conversation) -> Void
    ) -> Conversation {
        Trial.foreign([Trial.turn(.user, .text("Q"), from: origin)], from: origin, change)
    }

    @Test("Limits and sampling keep their numbers as they were written") func sampling() throws {
        let conversation = conversation {
            $0.maxOutputTokens = 100
            $0.sampling.temperature = JSONFragment(literal: "0.70")
            $0.sampling.topP = JSONFragment(literal: "9e-1")
            $0.endUser = "u"
        }
        let (body, report) = try Trial.write(conversation)
        #expect(body.contains(#""max_output_tokens":100"#))
        #expect(body.contains(#""temperature":0.70"#) && body.contains(#""top_p":9e-1"#))
        #expect(body.contains(#""safety_identifier":"u""#))
        #expect(Trial.fates(report).contains("kept max_tokens"))
    }

    @Test("What the API has no setting for is dropped by the name it came with") func missingSettings() throws {
        let one = JSONFragment(literal: "1")
        let conversation = conversation(from: .openAIChat) {
            $0.sampling.topK = one
            $0.sampling.seed = one
            $0.sampling.presencePenalty = one
            $0.sampling.frequencyPenalty = one
            $0.sampling.logitBias = JSONFragment(literal: "{}")
            $0.sampling.stop = ["x"]
        }
        let fates = try Trial.fates(Trial.write(conversation).report)
        for field in ["top_k", "seed", "presence_penalty", "frequency_penalty", "logit_bias", "stop"] {
            #expect(fates.contains("dropped \(field)"))
        }
    }

    @Test("Several answers are refused, not made one") func severalAnswers() throws {
        let conversation = conversation(from: .openAIChat) { $0.sampling.choices = 2 }
        #expect(throws: FormatFault.self) { try Trial.write(conversation) }
        do { _ = try Trial.write(conversation) } catch let fault as FormatFault { #expect(fault.path == "n") }
        #expect(try Trial.write(self.conversation { $0.sampling.choices = 1 }).body.contains("model"))
    }

    @Test("A field that the provider refuses is not sent; one it calls otherwise is renamed") func rules() throws {
        var rules = TargetRules()
        rules.refusedFields = ["temperature", "store"]
        rules.renamedFields = ["safety_identifier": "user"]
        let conversation = conversation {
            $0.sampling.temperature = JSONFragment(literal: "1")
            $0.endUser = "u"
        }
        let (body, report) = try Trial.write(conversation, rules)
        #expect(!body.contains("temperature") && !body.contains("store") && body.contains(#""user":"u""#))
        #expect(Trial.fates(report).contains("dropped temperature"))
    }

    @Test("OpenAI is told not to store, and to hand out reasoning that would be lost") func statelessness() throws {
        let plain = conversation { _ in }
        #expect(try Trial.member("store", of: plain) == "false")
        #expect(try Trial.member("include", of: plain) == nil)
        let thinking = conversation { $0.reasoning = ReasoningSetting(budget: 4096) }
        #expect(try Trial.member("include", of: thinking) == #"["reasoning.encrypted_content"]"#)
        let none = conversation { $0.reasoning = ReasoningSetting(effort: ReasoningSetting.Effort.none) }
        #expect(try Trial.member("include", of: none) == nil)
        var rules = TargetRules()
        rules.reasoning = .none
        #expect(try Trial.member("include", of: thinking, rules) == nil)
    }

    @Test(
        "Efforts by name, budgets by size",
        arguments: [
            (ReasoningSetting(effort: .xhigh), "xhigh", "kept"),
            (ReasoningSetting(effort: ReasoningSetting.Effort.none), "none", "kept"),
            (ReasoningSetting(budget: 1024), "low", "emulated"), (ReasoningSetting(budget: 2048), "medium", "emulated"),
            (ReasoningSetting(budget: 8192), "high", "emulated"),
        ])
    func effort(_ setting: ReasoningSetting, _ effort: String, _ fate: String) throws {
        let (body, report) = try Trial.write(conversation { $0.reasoning = setting })
        #expect(body.contains(#""reasoning":{"effort":"\#(effort)"}"#))
        #expect(Trial.fates(report).contains("\(fate) thinking"))
    }

    @Test("A model that knows few efforts gets its next one, one that does not think none") func modelEfforts() throws {
        var rules = TargetRules()
        rules.efforts = [.low, .high]
        let conversation = conversation { $0.reasoning = ReasoningSetting(effort: .medium) }
        #expect(try Trial.member("reasoning", of: conversation, rules) == #"{"effort":"high"}"#)
        rules.reasoning = .none
        let (body, report) = try Trial.write(conversation, rules)
        #expect(!body.contains("reasoning"))
        #expect(Trial.fates(report).contains("dropped thinking"))
    }

    @Test(
        "Summaries are asked for when thoughts are to be shown",
        arguments: [
            ("detailed", "detailed"), ("summarized", "auto"), ("omitted", nil),
        ] as [(JSONString, String?)])
    func summary(_ shown: JSONString, _ summary: String?) throws {
        let conversation = conversation { $0.reasoning = ReasoningSetting(effort: .low, shown: shown) }
        let reasoning = try #require(try Trial.member("reasoning", of: conversation))
        #expect(try Trial.value(reasoning)["summary"]?.text == summary)
    }

    @Test("A schema is the text's format, or told to a model that has no such thing") func outputSchema() throws {
        let schema = OutputSchema(schema: JSONFragment(literal: #"{"type":"object"}"#), strict: true)
        let conversation = conversation { $0.output = .schema(schema) }
        let expected = try Trial.canonical(
            #"{"format":{"type":"json_schema","name":"answer","schema":{"type":"object"},"strict":true}}"#)
        #expect(try Trial.member("text", of: conversation) == expected)
        var rules = TargetRules()
        rules.takesOutputSchema = false
        let (body, report) = try Trial.write(conversation, rules)
        #expect(body.contains(#""format":{"type":"json_object"}"#) && body.contains(#"{\"type\":\"object\"}"#))
        #expect(Trial.fates(report).contains("emulated output_config.format"))
    }

    @Test("What chat completions share keeps its name; their verbosity moves; the rest is dropped") func chatExtras()
        throws
    {
        let extras = try Trial.extras(
            .openAIChat, #"{"prompt_cache_key":"k","store":true,"verbosity":"low","prediction":{}}"#)
        let conversation = conversation(from: .openAIChat) {
            $0.extras = extras
        }
        let (body, report) = try Trial.write(conversation)
        #expect(body.contains(#""prompt_cache_key":"k""#) && body.contains(#""text":{"verbosity":"low"}"#))
        #expect(body.contains(#""store":true"#) && !body.contains(#""store":false"#) && !body.contains("prediction"))
        let fates = Trial.fates(report)
        #expect(fates.contains("moved verbosity") && fates.contains("dropped prediction"))
    }

    @Test("Probabilities are asked for in `include`") func logprobs() throws {
        let conversation = conversation(from: .openAIChat) {
            $0.sampling.logprobs = true
            $0.sampling.topLogprobs = 3
        }
        #expect(try Trial.member("include", of: conversation) == #"["message.output_text.logprobs"]"#)
        #expect(try Trial.member("top_logprobs", of: conversation) == "3")
    }

    @Test("Nothing of what a client said disappears without an entry") func nothingIsSilent() throws {
        let extras = try Trial.extras(.anthropicMessages, #"{"odd":true}"#)
        var turn = Turn(.user, [Part(.text("Q"), extras: extras)], name: "Al", extras: extras)
        turn.parts.append(
            Part(
                .opaque(origin: .anthropicMessages, JSONFragment(literal: #"{"type":"search_result"}"#)),
                extras: Extras(.anthropicMessages)))
        let call = Part(.call(ToolCall(id: "c", name: "f", arguments: .empty)), extras: extras)
        let conversation = Trial.foreign([
            turn, Turn(.assistant, [Part(.text("A"), extras: extras), call], extras: extras),
        ]) {
            $0.extras = extras
            $0.tools = [Tool("f", .function(parameters: nil, strict: nil), extras: extras)]
            $0.instructions = [Instruction(.system, [Part(.text("S"), extras: extras)], extras: extras)]
            $0.serviceTier = "odd_tier"
        }
        let entries = try Trial.write(conversation).report.entries.filter { $0.fate == .dropped }
        let counts = Dictionary(uniqueKeysWithValues: entries.map { ($0.field, $0.count) })
        #expect(counts["odd"] == 1)
        #expect(counts["tools[].odd"] == 1)
        #expect(counts["messages[].odd"] == 2)
        #expect(counts["messages[].content[].odd"] == 4)
        #expect(counts["system[].odd"] == 1)
        #expect(counts["messages[].content[].type=search_result"] == 1)
        #expect(counts["participantName"] == 1)
        #expect(counts["service_tier"] == 1)
    }
}
