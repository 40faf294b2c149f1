// SPDX-License-Identifier: Apache-2.0

import GatewayFormats
import Testing

/// Sends texts through the format of chat completions.
enum ChatTrial {
    static func read(_ body: String) throws -> Conversation { try ChatFormat.read(Sample.value(body)) }

    /// A request of one user's message, and `members` besides.
    static func read(with members: String) throws -> Conversation {
        try read(#"{"model":"m","messages":[{"role":"user","content":"hi"}],\#(members)}"#)
    }

    /// A request of these messages.
    static func read(messages: String) throws -> Conversation { try read(#"{"model":"m","messages":[\#(messages)]}"#) }

    static func write(
        _ conversation: Conversation, _ rules: TargetRules = TargetRules()
    ) throws -> (body: [UInt8], report: LossReport) {
        var report = LossReport()
        let body = try ChatFormat.write(conversation, rules, &report, JSONScanner())
        return (body, report)
    }

    /// The member `name` of the request that is written.
    static func member(
        _ name: String, of conversation: Conversation, _ rules: TargetRules = TargetRules()
    ) throws -> String? {
        try Sample.value(write(conversation, rules).body).members.first { $0.name.text == name }
            .map { Sample.canonical($0.value) }
    }

    static func readAnswer(_ body: String) throws -> Answer { try ChatFormat.readAnswer(Sample.value(body)) }

    static func writeAnswer(_ answer: Answer) -> (body: [UInt8], report: LossReport) {
        var report = LossReport()
        let body = ChatFormat.writeAnswer(answer, &report, JSONScanner())
        return (body, report)
    }

    /// The events of a stream of these chunks.
    static func events(_ chunks: [String]) throws -> [AnswerEvent] {
        try EventStreamFeed<ChatStreamReader>.events(of: stream(chunks))
    }

    static func stream(_ chunks: [String]) -> [UInt8] { chunks.flatMap { Array("data: \($0)\n\n".utf8) } }

    /// A chunk of the first choice.
    static func delta(_ delta: String, finish: String = "null") -> String {
        """
        {"id":"c1","object":"chat.completion.chunk","created":7,"model":"m",\
        "choices":[{"index":0,"delta":\(delta),"finish_reason":\(finish)}]}
        """
    }

    /// The stream that tells a client of `events`.
    static func write(_ events: [AnswerEvent], wantsUsage: Bool = false) -> [UInt8] {
        var writer = ChatStreamWriter(wantsUsage: wantsUsage)
        var bytes: [UInt8] = []
        for event in events { writer.write(event, into: &bytes) }
        return bytes
    }

    /// The data of the chunks that tell a client of `events`.
    static func chunks(_ events: [AnswerEvent], wantsUsage: Bool = false) -> [String] {
        String(decoding: write(events, wantsUsage: wantsUsage), as: UTF8.self).split(separator: "\n\n")
            .filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
    }
}

extension Part {
    static func chat(_ content: Content, cacheMark: CacheMark? = nil) -> Part {
        Part(content, cacheMark: cacheMark, extras: Extras(.openAIChat))
    }

    /// A part that came in another dialect.
    static func messages(_ content: Content, cacheMark: CacheMark? = nil) -> Part {
        Part(content, cacheMark: cacheMark, extras: Extras(.anthropicMessages))
    }
}

extension Turn {
    static func chat(_ role: Role, _ parts: [Part], name: JSONString? = nil) -> Turn {
        Turn(role, parts, name: name, extras: Extras(.openAIChat))
    }

    static func messages(_ role: Role, _ parts: [Part]) -> Turn {
        Turn(role, parts, extras: Extras(.anthropicMessages))
    }
}

extension Conversation {
    /// One that came in another dialect.
    static func messages(_ turns: [Turn], _ change: (inout Conversation) -> Void = { _ in }) -> Conversation {
        var conversation = Conversation(model: "m", turns: turns, extras: Extras(.anthropicMessages))
        change(&conversation)
        return conversation
    }
}

extension LossReport {
    /// `dropped seed`, and so on, without what was kept.
    var losses: [String] { entries.filter { $0.fate != .kept }.map { "\($0.fate.rawValue) \($0.field)" } }
}
