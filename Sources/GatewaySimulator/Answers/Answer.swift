// SPDX-License-Identifier: Apache-2.0

/// What an endpoint answers: the content, what it costs, and what the client is told it costs.
struct Answer: Sendable {
    enum Body: Sendable {
        case whole(JSON, reported: TokenCounts?)
        case stream(EventStream)
    }

    /// The id in the body.
    var id: String?
    /// What the whole answer costs, by the counting rule.
    var cost = TokenCounts()
    var body: Body
}

/// An answer in pieces.
struct EventStream: Sendable {
    var events: [Event]
    /// The dialect's word for a failure after the head was sent; takes how many events came before.
    var failure: @Sendable (Int) -> Event
}

/// One server-sent event, and what the client has got with it.
struct Event: Sendable {
    var name: String?
    var data: String
    /// Bytes of answer in it, which count as tokens by the counting rule.
    var content = 0
    /// Reasoning tokens in it.
    var reasoning = 0
    /// The counts it tells the client.
    var reported: TokenCounts?

    /// As it stands on the wire.
    var text: String {
        guard let name else { return "data: \(data)\n\n" }
        return "event: \(name)\ndata: \(data)\n\n"
    }
}

/// A request as an endpoint sees it.
struct Exchange: Sendable {
    var body: Cursor { Cursor(json, dialect: dialect) }
    var json: JSON
    var dialect: Dialect
    /// Means nothing at OpenAI.
    var anthropicVersion: AnthropicVersion
    /// The model asked for, without directives.
    var model: String
    /// 16 hexadecimal digits out of the whole request: the same request has the same ids in its answer.
    var fingerprint: String
    /// Keeps the caches of models and credentials apart.
    var scope: UInt64
    var directives: Directives
    var seed: UInt64
    var memory: Memory

    /// When answers say they were made: always the same moment, so that the same request gets the same bytes.
    static let created = 1_767_225_600

    /// The replies to `prompt`.
    func replies(to prompt: Prompt) -> [Reply] {
        Composer(seed: seed).replies(to: prompt, directives: directives)
    }
}

/// What the simulator remembers between requests.
struct Memory: Sendable {
    let prompts = PromptCache()
    let responses = ResponseMemory()
    let faults = FaultCounter()
    let journal: Journal
}
