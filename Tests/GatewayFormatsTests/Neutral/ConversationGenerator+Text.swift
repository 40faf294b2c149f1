// SPDX-License-Identifier: Apache-2.0

import GatewayFormats

/// Texts, markers and settings of generated conversations.
extension ConversationGenerator {
    /// A word that stands nowhere else in the conversation.
    mutating func marker(_ prefix: String = "") -> JSONString {
        markers += 1
        return JSONString("\(prefix)mk\(markers)z")
    }

    /// An identifier that stands nowhere else, of a form that some targets do not take. It holds no marker, because writers
    /// may speak of it.
    mutating func callID() -> JSONString {
        markers += 1
        return JSONString(
            random.pick(["call_\(markers)_\(random.next())", "toolu_01\(markers)", "functions.f:\(markers)"]))
    }

    /// A text with a marker, as a client may have written it: with escapes, and without where there need be none.
    mutating func words() -> JSONString {
        value("\"\(escapedWords())\"").string ?? ""
    }

    /// The inside of a JSON string.
    mutating func escapedWords() -> String {
        let plain = ["a", "quick brown", "fox; jumps", "over", "the: lazy", "dog.", "12.5"]
        let odd = [
            #"\n"#, #"\"quoted\""#, #"back\\slash"#, #"\/"#, #"\u00e9"#, #"\ud83d\ude00"#, "é中", "👩‍👩‍👧", #"\u0000"#,
            #"\t"#,
            "e\u{301}", "\u{2028}", "\u{7f}", "</script>", "🇪🇺", #"\u0041\b\f"#, "data: x", "{\\\"a\\\":1}",
        ]
        var pieces = [marker().text]
        for _ in 0..<random.number(1...4) {
            pieces.append(random.pick(features.contains(.unicode) && random.chance(in: 2) ? odd : plain))
        }
        return pieces.joined(separator: " ")
    }

    /// Base64 with a marker.
    mutating func base64() -> JSONString {
        let marker = marker().text
        let padding = String(repeating: "A", count: (4 - marker.utf8.count % 4) % 4)
        return JSONString(
            "\(random.pick(["iVBO", "/9j/", "abc+"]))\(marker)\(padding)\(random.pick(["AA==", "AAA=", ""]))")
    }

    /// The value that `text` is, which must be valid JSON.
    func value(_ text: String) -> JSONValue {
        guard let tree = try? scanner.parse(Array(text.utf8)) else { preconditionFailure("no JSON: \(text)") }
        return tree.root
    }

    // MARK: Settings

    mutating func addSettings(to conversation: inout Conversation) {
        conversation.maxOutputTokens = random.chance(in: 3) ? nil : Int64(random.number(1...4096))
        conversation.streams = random.chance(in: 2)
        if !conversation.tools.isEmpty {
            conversation.toolChoice = random.pick(
                [nil, ToolChoice.none, .required, .named(conversation.tools[0].name)])
            conversation.allowsParallelCalls = random.chance(in: 3) ? false : nil
        }
        if features.contains(.sampling) { conversation.sampling = sampling() }
        if features.contains(.output) { conversation.output = output() }
        if features.contains(.effort) { conversation.reasoning = reasoning() }
        if features.contains(.identity) {
            conversation.endUser = has(.identity) ? marker("user") : nil
            conversation.metadata = has(.identity) ? value(#"{"team":"\#(marker().text)"}"#).fragment : nil
            conversation.serviceTier = has(.identity) ? "priority" : nil
        }
        if has(.cacheMarks, in: 8) { conversation.cacheMark = CacheMark() }
    }

    private mutating func sampling() -> Sampling {
        var sampling = Sampling()
        sampling.temperature = number(["0", "0.7", "1", "1.0", "5e-1"])
        sampling.topP = number(["0.9", "1"])
        sampling.topK = number(["1", "40"])
        sampling.seed = number(["7", "123456789"])
        sampling.presencePenalty = number(["0.5", "-1"])
        sampling.frequencyPenalty = number(["0.25", "1"])
        if random.chance(in: 3) { sampling.stop = (0..<random.number(1...4)).map { _ in words() } }
        if random.chance(in: 6) { sampling.choices = 2 }
        if random.chance(in: 6) { (sampling.logprobs, sampling.topLogprobs) = (true, 3) }
        if random.chance(in: 6) { sampling.logitBias = value(#"{"50256":-100}"#).fragment }
        return sampling
    }

    private mutating func number(_ numbers: [String]) -> JSONFragment? {
        random.chance(in: 3) ? value(random.pick(numbers)).fragment : nil
    }

    private mutating func output() -> OutputForm {
        if random.chance(in: 3) { return .jsonObject }
        let schema = value(
            """
            {"type":"object","properties":{"\(marker("p").text)":{"type":"integer"}},"required":[],\
            "additionalProperties":false}
            """)
        return .schema(
            OutputSchema(
                name: random.chance(in: 3) ? nil : marker("form"), description: random.chance(in: 2) ? nil : words(),
                schema: schema.fragment, strict: random.pick([nil, true, false])))
    }

    private mutating func reasoning() -> ReasoningSetting {
        switch random.number(0...3) {
        case 0: ReasoningSetting(budget: Int64(random.number(1024...4000)))
        case 1: ReasoningSetting(effort: random.pick([nil, .high]), isAdaptive: true)
        default: ReasoningSetting(effort: random.pick(ReasoningSetting.Effort.allCases))
        }
    }
}
