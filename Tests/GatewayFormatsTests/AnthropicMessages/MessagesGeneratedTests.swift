// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

@Suite("Generated Messages conversations") struct MessagesGeneratedTests {
    @Test("Read and written again, conversations say the same")
    func again() throws {
        var generator = MessagesGenerator(seed: 20_261_121)
        for _ in 0..<600 {
            let text = generator.request()
            let written = try MessagesTrial.write(MessagesTrial.read(text)).body
            let (given, again) = try (MessagesTrial.canonical(text), MessagesTrial.canonical(written))
            try #require(again == given)
        }
    }
}

/// Makes requests in the normal form, of everything that the API takes in a conversation.
struct MessagesGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    private mutating func next(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ mixed >> 31) % UInt64(bound))
    }

    private mutating func chance(_ percent: Int) -> Bool { next(100) < percent }

    private mutating func list(_ count: Int, _ element: (inout MessagesGenerator) -> String) -> String {
        var elements: [String] = []
        for _ in 0..<count { elements.append(element(&self)) }
        return elements.joined(separator: ",")
    }

    mutating func request() -> String {
        var turns: [String] = []
        for turn in 0...next(6) { turns.append(turn % 2 == 0 ? user() : assistant()) }
        var members = ["\"model\":\(text())", "\"max_tokens\":\(next(9000) + 1)"]
        if chance(50) { members.append("\"system\":[{\"type\":\"text\",\"text\":\(text())\(mark(100))}]") }
        if chance(30) { members.append("\"tools\":[\(list(next(3) + 1) { $0.tool() })]") }
        if chance(30) { members.append("\"temperature\":0.\(next(99))") }
        if chance(20) { members.append("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":\(next(9000))}") }
        if chance(20) { members.append("\"output_config\":{\"effort\":\"high\",\"x\":\(value())}") }
        if chance(20) { members.append("\"a_field_to_come\":\(value())") }
        return "{\(members.joined(separator: ",")),\"messages\":[\(turns.joined(separator: ","))]}"
    }

    private mutating func user() -> String {
        if chance(30) { return "{\"role\":\"user\",\"content\":\(text())}" }
        let results = list(next(3)) { $0.result() }
        let others = list(next(3) + 1) { $0.userBlock() }
        let blocks = [results, others, "{\"type\":\"text\",\"text\":\(text())\(mark(100))}"].filter { !$0.isEmpty }
        return "{\"role\":\"user\",\"content\":[\(blocks.joined(separator: ","))]\(extra())}"
    }

    private mutating func assistant() -> String {
        "{\"role\":\"assistant\",\"content\":[\(list(next(4) + 2) { $0.assistantBlock() })]\(extra())}"
    }

    private mutating func userBlock() -> String {
        switch next(5) {
        case 0:
            "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"iVBO\"\(extra())}\(mark(30))\(extra())}"
        case 1: "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\(text())},\"title\":\(text())\(extra())}"
        case 2: "{\"type\":\"a_kind_to_come\",\"v\":\(value())}"
        default: "{\"type\":\"text\",\"text\":\(text())\(mark(30))\(extra())}"
        }
    }

    private mutating func assistantBlock() -> String {
        switch next(5) {
        case 0: "{\"type\":\"thinking\",\"thinking\":\(text()),\"signature\":\"c2ln\"}"
        case 1: "{\"type\":\"redacted_thinking\",\"data\":\"ZGF0\"}"
        case 2:
            "{\"type\":\"tool_use\",\"id\":\"t\(next(99))\",\"name\":\"f\",\"input\":{\"v\":\(value())}\(mark(20))\(extra())}"
        case 3: "{\"type\":\"server_tool_use\",\"id\":\"s\",\"name\":\"web_search\",\"input\":\(value())}"
        default: "{\"type\":\"text\",\"text\":\(text())\(extra())}"
        }
    }

    private mutating func result() -> String {
        let content = chance(50) ? text() : "[\(userBlock()),{\"type\":\"text\",\"text\":\(text())}]"
        let failed = chance(20) ? ",\"is_error\":true" : ""
        return
            "{\"type\":\"tool_result\",\"tool_use_id\":\"t\(next(99))\",\"content\":\(content)\(failed)\(mark(20))\(extra())}"
    }

    private mutating func tool() -> String {
        "{\"name\":\"f\",\"description\":\(text()),\"input_schema\":{\"type\":\"object\",\"x\":\(value())}\(mark(20))\(extra())}"
    }

    private mutating func mark(_ percent: Int) -> String {
        chance(percent)
            ? ",\"cache_control\":{\"type\":\"ephemeral\"\(chance(50) ? ",\"ttl\":\"1h\"" : "")\(extra())}" : ""
    }

    private mutating func extra() -> String { chance(20) ? ",\"extra\":\(value())" : "" }

    private mutating func value() -> String {
        switch next(6) {
        case 0: "\(next(1000) - 500)"
        case 1: "\(next(9) + 1).\(next(9))e-\(next(9))"
        case 2: "[\(list(next(3)) { $0.value() })]"
        case 3: "{\"k\":\(value()),\"type\":null}"
        case 4: chance(50) ? "true" : "false"
        default: text()
        }
    }

    /// A string that says something, with escapes of all kinds.
    private mutating func text() -> String {
        let pieces = [
            "a", "Ä", "漢", "😀", #"\n"#, #"\""#, #"\\"#, #"\u00e9"#, #"\ud83d\ude00"#, #"\/"#, " ", "{", "]", "data: x",
        ]
        return "\"x\(list(next(5)) { pieces[$0.next(pieces.count)] })\""
    }
}
