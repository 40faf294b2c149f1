// SPDX-License-Identifier: Apache-2.0

import GatewayDomain
import GatewayFormats

/// Makes streams of answers at random, the same for the same seed: reasoning first, then text, then calls whose arguments
/// come by turns, all in pieces of any size; one choice, whose reason to stop is told, and usage.
struct AnswerStreamGenerator {
    private var words: ConversationGenerator

    /// - origin: of the parts.
    init(seed: UInt64, origin: Format) { words = ConversationGenerator(seed: seed, origin: origin) }

    mutating func next() -> [AnswerEvent] {
        words.markers = 0
        var events: [AnswerEvent] = [.began(.init(id: words.marker("id"), model: "m", created: 7))]
        var part = 0
        for _ in 0..<words.random.number(0...2) {
            events += reasoning(part)
            part += 1
        }
        let hasCalls = words.random.chance(in: 2)
        if !hasCalls || words.random.chance(in: 2) {
            events += text(part)
            part += 1
        }
        if hasCalls { events += calls(from: part) }
        if words.random.chance(in: 3) { events.append(.idle) }
        let stop: Stop = hasCalls ? Stop(.toolCalls, native: "tool_calls") : Stop(.finished, native: "stop")
        events.append(.stopped(choice: 0, words.random.chance(in: 5) ? Stop(.length, native: "length") : stop))
        return events + [.used(Usage(prompt: 50, completion: 20, cached: 10, reasoning: 5)), .ended]
    }

    /// `text` in pieces: between characters, never within an escape.
    private mutating func pieces(of text: JSONString) -> [JSONString] {
        var pieces: [JSONString] = []
        var rest = Substring(text.text)
        while !rest.isEmpty {
            let piece = rest.prefix(words.random.number(1...12))
            pieces.append(JSONString(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    private mutating func text(_ part: Int) -> [AnswerEvent] {
        let place = AnswerEvent.Place(part: part)
        let text = words.words()
        return [.opened(part: place, .text)] + pieces(of: text).map { .grew(part: place, .text($0)) }
            + [.closed(part: place)]
    }

    private mutating func reasoning(_ part: Int) -> [AnswerEvent] {
        let place = AnswerEvent.Place(part: part)
        let text = words.words()
        return [.opened(part: place, .reasoning(isSummary: false))]
            + pieces(of: text).map { .grew(part: place, .text($0)) }
            + [.grew(part: place, .seal(Seal(.anthropic, .signature, words.base64()))), .closed(part: place)]
    }

    private mutating func calls(from part: Int) -> [AnswerEvent] {
        let count = words.random.number(1...3)
        var waiting: [[JSONString]] = []
        var events: [AnswerEvent] = []
        for number in 0..<count {
            let place = AnswerEvent.Place(part: part + number)
            events.append(.opened(part: place, .call(id: words.callID(), name: words.marker("tool"))))
            let arguments = JSONString(holding: words.value("{\"q\":\"\(words.escapedWords())\"}").fragment)
            waiting.append(pieces(of: arguments))
        }
        while let number = waiting.indices.filter({ !waiting[$0].isEmpty }).randomElement(using: &words.random) {
            events.append(
                .grew(part: AnswerEvent.Place(part: part + number), .arguments(waiting[number].removeFirst())))
        }
        return events + (0..<count).map { .closed(part: AnswerEvent.Place(part: part + $0)) }
    }
}
